/**
 * A backend of a policy, in one context, becomes a backend of the configuration: `compile.ts` takes both alike. Delivery is what the
 * configuration's own backends have by default. In formats the KUMA_* operators stay, for the engine fills them by context; in paths,
 * addresses and endpoints they are filled here.
 */
import { backend as backendSchema } from '../../config/backend-schema.ts'
import type {
  Backend,
  FileBackend,
  Format,
  KumaConfig,
  KumaValues,
  OpenTelemetryBackend,
  Preset,
  TcpBackend,
  TlsConfig,
} from '../../config/config.ts'
import type { Outside } from '../../config/data-source.ts'
import { collectFindings } from '../../config/findings.ts'
import { lowerBackend } from '../../config/lower-backend.ts'
import type { Fault } from '../../errors.ts'
import { since } from '../kuma-version.ts'
import type { PolicyBackend, PolicyFormat } from '../resources.ts'
import { readBody } from './body.ts'
import { checkPath, fillPath } from './file-path.ts'
import { hostFault, lowerTcpAddress } from './hosts.ts'
import { type DestinationOptions, findDestination } from './otlp-destination.ts'

/** Everything but the last two stands in `Config.kuma`. */
export interface LoweringOptions
  extends DestinationOptions,
    Pick<
      KumaConfig,
      'version' | 'defaultFormat' | 'jsonTypes' | 'sortKeys' | 'legacyDoubleNewline' | 'allow' | 'keptOut'
    > {
  readonly outside: Pick<Outside, 'realPath' | 'variables'>
}

export interface LoweringContext {
  /** Of the listener; '' and absent are the same. */
  readonly values: KumaValues
  /** The backend's own: of its ledger and metrics. */
  readonly name: string
}

export type LoweredBackend =
  | {
      readonly backend: Backend
      /** What Kuma says of the proxy in the resource of its log records; empty for other backends. */
      readonly resourceAttributes: readonly (readonly [key: string, value: string])[]
    }
  /** Placed as Kuma places them: `spec.to[0].default.backends[1].file.path`. */
  | { readonly faults: readonly Fault[] }
  /** Nothing is logged here and nothing is wrong with the policy; why, in a sentence that names the place. */
  | { readonly skipped: string }

export function lowerPolicyBackend(
  backend: PolicyBackend,
  { values, name }: LoweringContext,
  options: LoweringOptions,
): LoweredBackend {
  const common = { name, path: backend.path }
  switch (backend.type) {
    case 'File': {
      const filled = fillPath(backend.file.path, values)
      const path = 'fault' in filled ? filled : checkPath(filled.value, options)
      if ('fault' in path) return faultAt(`${backend.path}.file.path`, path.fault)
      const format = lowerFormat(backend.file.format, `${backend.path}.file`, options)
      return lowered({ ...fileDefaults, ...common, file: { ...fileDefaults.file, path: path.value, format } })
    }
    case 'Tcp': {
      const found = lowerTcpAddress(backend.tcp.address, values, options.allow.hosts)
      if ('fault' in found) return faultAt(`${backend.path}.tcp.address`, found.fault)
      const { address, tls } = found.value
      const format = lowerFormat(backend.tcp.format, `${backend.path}.tcp`, options)
      const { legacyDoubleNewline } = options
      return lowered({ ...tcpDefaults, ...common, tcp: { address, tls: tlsOf(tls), format, legacyDoubleNewline } })
    }
    case 'OpenTelemetry': {
      const { attributes, body } = backend.openTelemetry
      const found = findDestination(backend.openTelemetry, values, options)
      if ('skipped' in found) return { skipped: `${backend.path}.openTelemetry.backendRef ${found.skipped}` }
      const at = `${backend.path}.openTelemetry.${found.at}`
      if ('fault' in found) return faultAt(at, found.fault)
      const { endpoint } = found
      const denied = hostFault(endpoint.host, endpoint.port, options.allow.hosts)
      if (denied !== null) return faultAt(at, denied)
      const openTelemetry = {
        ...otlpDefaults.openTelemetry,
        endpoint,
        tls: tlsOf(endpoint.tls),
        body: readBody(body),
        defaultBody: presetOf(options),
        attributes,
      }
      const resourceAttributes = resourceOf(values, options)
      return { backend: { ...otlpDefaults, ...common, openTelemetry }, resourceAttributes }
    }
  }
}

const lowered = (backend: Backend): LoweredBackend => ({ backend, resourceAttributes: [] })
const faultAt = (path: string, message: string): LoweredBackend => ({
  faults: [{ code: 'wrong_value', path, message }],
})

function lowerFormat(format: PolicyFormat | null, path: string, options: LoweringOptions): Format {
  if (format === null) return { kind: 'preset', preset: presetOf(options), omitEmptyValues: false, path }
  const { type, plain, json, omitEmptyValues } = format
  // Kuma appends the newline, whatever the text ends with.
  if (type === 'Plain') return { kind: 'text', text: `${plain}\n`, omitEmptyValues, path: `${path}.format.plain` }
  const { sortKeys, jsonTypes } = options
  return { kind: 'pairs', pairs: json, sortKeys, jsonTypes, omitEmptyValues, path: `${path}.format.json` }
}

const presetOf = ({ defaultFormat }: LoweringOptions): Preset => (defaultFormat === 'kuma' ? 'kuma' : 'kuma-documented')

/** With what the destination's own authorities and names say. */
const tlsOf = (asked: boolean): TlsConfig | null =>
  asked ? { ca: null, cert: null, key: null, serverName: null } : null

/** Kuma's proxies tell them since 2.14. */
function resourceOf(values: KumaValues, { version }: LoweringOptions): (readonly [string, string])[] {
  if (!since(version, '2.14')) return []
  return (['mesh', 'zone', 'workload'] as const).flatMap((name) =>
    values[name] ? [[`kuma.${name}`, values[name]] as const] : [],
  )
}

// What the configuration's own backends are, where a document says nothing else.
const fileDefaults = defaults<FileBackend>({ type: 'File', file: { path: '/' } })
const tcpDefaults = defaults<TcpBackend>({ type: 'Tcp', tcp: { address: 'localhost:1' } })
const otlpDefaults = defaults<OpenTelemetryBackend>({
  type: 'OpenTelemetry',
  openTelemetry: { endpoint: 'localhost' },
})

function defaults<B extends Backend>(document: { readonly type: B['type'] } & Readonly<Record<string, unknown>>): B {
  const kuma = { legacyDoubleNewline: false, values: {} }
  const outside: Outside = { readFile: () => new Uint8Array(), realPath: (path) => path, variables: {} }
  const context = { name: '', path: '', kuma, outside, findings: collectFindings() }
  return lowerBackend(backendSchema.parse(document), context) as B
}
