/** A backend of a policy on one listener as the logger that Kuma would generate for it, its markers filled in: for `policy inspect`. */
import type { OtlpEndpoint } from '../../config/config.ts'
import type { ListenerDecision } from '../decision.ts'
import type { PolicyBackend, PolicyFormat } from '../resources.ts'
import { mapTexts, readBody } from './body.ts'
import { fillPath } from './file-path.ts'
import { bracketed } from './hosts.ts'
import { createFiller } from './markers.ts'
import { type DestinationOptions, findDestination } from './otlp-destination.ts'

export interface DescribeOptions extends DestinationOptions {
  /** The default formats, line ends included. */
  readonly defaultFormats: Readonly<Record<ListenerDecision['protocol'], string>>
}

/** `omitEmptyValues` is only there when it is true. */
export type LoggerDescription =
  | ({ readonly type: 'File'; readonly path: string } & Line & Omission)
  | ({ readonly type: 'Tcp'; readonly address: string; readonly message: string | Members } & Omission)
  | {
      readonly type: 'OpenTelemetry'
      /** `host:port` for plain gRPC, else a URL; as written where it is no endpoint. */
      readonly endpoint: string
      /** An AnyValue in OTLP's JSON. */
      readonly body: unknown
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
    }

type Members = Readonly<Record<string, string>>
type Line = { readonly text: string } | { readonly json: Members }
type Omission = { readonly omitEmptyValues?: true }

/** Null: a reference that leads nowhere, so there is no logger. What is wrong with the backend is told by `lowerPolicyBackend`. */
export function describeLogger(
  backend: PolicyBackend,
  { values, protocol }: Pick<ListenerDecision, 'values' | 'protocol'>,
  options: DescribeOptions,
): LoggerDescription | null {
  const fill = createFiller(values)
  const defaultFormat = options.defaultFormats[protocol]
  switch (backend.type) {
    case 'File': {
      const { path, format } = backend.file
      const filled = fillPath(path, values)
      const line = describeLine(format, defaultFormat, fill)
      return { type: 'File', path: 'value' in filled ? filled.value : fill(path), ...line, ...omission(format) }
    }
    case 'Tcp': {
      const { address, format } = backend.tcp
      const line = describeLine(format, defaultFormat, fill)
      const message = 'text' in line ? line.text : line.json
      return { type: 'Tcp', address: fill(address), message, ...omission(format) }
    }
    case 'OpenTelemetry': {
      const { endpoint, attributes } = backend.openTelemetry
      const found = findDestination(backend.openTelemetry, values, options)
      if ('skipped' in found) return null
      const body = readBody(backend.openTelemetry.body) ?? { stringValue: defaultFormat.replace(/\n$/, '') }
      return {
        type: 'OpenTelemetry',
        endpoint: 'endpoint' in found ? describeEndpoint(found.endpoint) : fill(endpoint ?? ''),
        body: mapTexts(body, fill),
        attributes: attributes.map(({ key, value }) => ({ key: fill(key), value: { stringValue: fill(value) } })),
      }
    }
  }
}

/** Keys of JSON stay as they are; of equal ones the last counts. */
function describeLine(format: PolicyFormat | null, defaultFormat: string, fill: (text: string) => string): Line {
  if (format === null) return { text: fill(defaultFormat) }
  if (format.type === 'Plain') return { text: fill(`${format.plain}\n`) }
  return { json: Object.fromEntries(format.json.map(({ key, value }) => [key, fill(value)])) }
}

const omission = (format: PolicyFormat | null): Omission => (format?.omitEmptyValues ? { omitEmptyValues: true } : {})

const describeEndpoint = ({ protocol, tls, host, port, text }: OtlpEndpoint) =>
  protocol === 'grpc' && !tls ? `${bracketed(host)}:${port}` : text
