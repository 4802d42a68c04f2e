/** One backend of a document as the program takes it: a name, units, nothing optional; and what its keys ask of each other. */
import { join } from 'node:path'
import { fileNameBytesMax } from '../limits.ts'
import type { BackendDocument, TlsDocument } from './backend-schema.ts'
import type {
  Backend,
  BackendCommon,
  FileBackend,
  OpenTelemetryBackend,
  OtlpEndpoint,
  SpoolConfig,
  TcpBackend,
  TlsConfig,
} from './config.ts'
import { standardStreams } from './conflicts.ts'
import type { Outside } from './data-source.ts'
import type { Findings } from './findings.ts'
import { lowerFormat } from './formats.ts'
import { lowerHeaders } from './headers.ts'
import { MiB } from './kinds.ts'
import { parseOtlpEndpoint } from './otlp-endpoint.ts'

export interface BackendContext {
  readonly name: string
  /** Place of the backend in the document. */
  readonly path: string
  readonly kuma: {
    readonly legacyDoubleNewline: boolean
    /** By operator name. */
    readonly values: Readonly<Record<string, string>>
  }
  readonly outside: Outside
  readonly findings: Findings
}

export function lowerBackend(backend: BackendDocument, context: BackendContext): Backend {
  const common = lowerCommon(backend, context)
  switch (backend.type) {
    case 'File':
      return { type: 'File', ...common, file: lowerFile(backend.file, context) }
    case 'Tcp':
      return { type: 'Tcp', ...common, tcp: lowerTcp(backend.tcp, context) }
    case 'OpenTelemetry':
      return { type: 'OpenTelemetry', ...common, openTelemetry: lowerOpenTelemetry(backend.openTelemetry, context) }
  }
}

function lowerCommon(backend: BackendDocument, context: BackendContext): BackendCommon {
  const { textSafety, contentTypeListed, queue, deadLetter } = backend
  return {
    name: context.name,
    path: context.path,
    textSafety,
    contentTypeListed,
    queue: { bytesMax: queue.maxBytes, whenFull: queue.whenFull, flushAfterMs: queue.flushAfter },
    spool: lowerSpool(backend, context),
    deadLetter: deadLetter?.path ?? null,
  }
}

function lowerSpool({ spool }: BackendDocument, { name, path, findings }: BackendContext): SpoolConfig | null {
  if (!spool) return null
  const folder = folderName(name)
  if (folder.length > fileNameBytesMax) {
    const message = `is the name of its spool's folder too, where it takes ${folder.length} bytes; ${fileNameBytesMax} are allowed.`
    findings.fault('wrong_value', `${path}.name`, message)
  }
  return { folder: join(spool.dir, folder), bytesMax: spool.maxBytes }
}

/** Any name as that of a folder, and no two names as the same one: `access/tcp` is `access%2Ftcp`. */
export function folderName(name: string): string {
  return encodeURIComponent(Buffer.from(name).toString()).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))
}

function lowerFile(
  file: Extract<BackendDocument, { type: 'File' }>['file'],
  { path, outside, findings }: BackendContext,
): FileBackend['file'] {
  const { mode, makeDirectory, fsync } = file
  const rotation = file.rotation?.enabled ? file.rotation : null
  if (rotation && standardStreams.includes(file.path)) {
    findings.fault('conflict', `${path}.file.rotation`, `stands beside ${file.path}, which is no file to rotate.`)
  }
  return {
    path: file.path,
    format: lowerFormat(file, `${path}.file`, outside, findings),
    mode,
    makeDirectory,
    fsync,
    rotation: rotation && {
      maxBytes: rotation.maxSizeMb * MiB,
      maxRetainedFiles: rotation.maxRetainedFiles,
      maxAgeDays: rotation.maxAgeDays,
      compress: rotation.compress,
    },
  }
}

function lowerTcp(
  tcp: Extract<BackendDocument, { type: 'Tcp' }>['tcp'],
  { path, kuma, outside, findings }: BackendContext,
): TcpBackend['tcp'] {
  const { scheme, ...address } = tcp.address
  return {
    address,
    tls: lowerTls(tcp.tls, { path: `${path}.tcp.tls`, asked: scheme && scheme === 'tls', findings }),
    format: lowerFormat(tcp, `${path}.tcp`, outside, findings),
    legacyDoubleNewline: tcp.legacyDoubleNewline ?? kuma.legacyDoubleNewline,
  }
}

function lowerOpenTelemetry(
  document: Extract<BackendDocument, { type: 'OpenTelemetry' }>['openTelemetry'],
  { path, kuma, findings }: BackendContext,
): OpenTelemetryBackend['openTelemetry'] {
  const { attributes, body = null, typedValues, compression, severity, traceContext } = document
  const at = `${path}.openTelemetry`
  const endpoint = lowerEndpoint(document, kuma.values, (message) =>
    findings.fault('wrong_value', `${at}.endpoint`, message),
  )
  const asked = document.endpoint.includes('://') ? endpoint.tls : null
  return {
    endpoint,
    tls: lowerTls(document.tls, { path: `${at}.tls`, asked, findings }),
    body,
    defaultBody: 'envoy',
    attributes,
    typedValues,
    compression,
    headers: lowerHeaders(document.headers, `${at}.headers`, findings),
    timeoutMs: document.timeout,
    serviceName: document.serviceName ?? null,
    severity,
    traceContext,
  }
}

/** Stands in for an endpoint that has a fault. */
const noEndpoint: OtlpEndpoint = { protocol: 'grpc', tls: false, host: '', port: 0, path: '', text: '' }

/** Without a scheme it is gRPC, and the section `tls` says whether there is TLS. */
function lowerEndpoint(
  { endpoint, tls }: { readonly endpoint: string; readonly tls?: TlsDocument | undefined },
  kumaValues: Readonly<Record<string, string>>,
  fault: (message: string) => void,
): OtlpEndpoint {
  const text = tls && !endpoint.includes('://') ? `grpcs://${endpoint.trim()}` : endpoint
  const parsed = parseOtlpEndpoint(text, kumaValues)
  if ('value' in parsed) return parsed.value
  fault(parsed.fault)
  return noEndpoint
}

interface TlsContext {
  readonly path: string
  /** What the scheme of the address says; null when it has none. */
  readonly asked: boolean | null
  readonly findings: Findings
}

/** There is TLS when the document has a section for it, or the address asks for it. */
function lowerTls(tls: TlsDocument | undefined, { path, asked, findings }: TlsContext): TlsConfig | null {
  if (!tls && !asked) return null
  if (asked === false) {
    findings.fault('conflict', path, 'stands beside an address that says there is none; leave its scheme out.')
  }
  const { ca = null, cert = null, key = null, serverName = null } = tls ?? {}
  if (cert !== null && key === null) findings.fault('missing', `${path}.key`, 'is required beside cert.')
  if (key !== null && cert === null) findings.fault('missing', `${path}.cert`, 'is required beside key.')
  return { ca, cert, key, serverName }
}
