/** Entries for engine tests: proto3 JSON in, bytes in the kernel's memory, rendered text out. */
import { type CompileFormatOptions, compileFormat, type FormatSpec } from '../../src/engine/compile-format.ts'
import { malformed, noRoom } from '../../src/engine/program.ts'
import { type Identifier, unidentified } from '../../src/identifier.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema } from '../../src/schema/load.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { Spans } from '../../src/wire/spans.ts'

export const memory = createMemory({ inputBytesMax: 1 << 20, outputBytesMax: 1 << 20 })

export type EntryKind = 'http' | 'tcp'

export function encodeEntry(kind: EntryKind, entry: unknown): Uint8Array {
  const name = kind === 'http' ? 'HTTPAccessLogEntry' : 'TCPAccessLogEntry'
  return encodeJsonMessage(loadSchema(), `envoy.data.accesslog.v3.${name}`, entry)
}

/** Lays entries into the memory, side by side. */
export function layEntries(entries: readonly Uint8Array[]): Spans {
  const spans = new Spans()
  let at = memory.inputAt
  for (const bytes of entries) {
    memory.bytes.set(bytes, at)
    spans.add(at, at + bytes.length)
    at += bytes.length
  }
  return spans
}

export interface RenderOptions extends Omit<CompileFormatOptions, 'memory'> {
  readonly stream?: Identifier
}

/**
 * Renders raw entry bytes, by the machine and by the generated function, which have to agree; the answer is a byte string, or the fault
 * of a malformed entry in angle brackets.
 */
export function renderBytes(
  kind: EntryKind,
  format: FormatSpec,
  entry: Uint8Array,
  options: RenderOptions = {},
): string {
  const line = renderOnce(kind, format, entry, options)
  const generated = renderOnce(kind, format, entry, { ...options, machine: false })
  if (line !== generated && !isNew(format))
    throw new Error(`The machine wrote ${line}, the generated function ${generated}`)
  return line
}

/** UUIDs differ from line to line. */
const isNew = (format: FormatSpec) => JSON.stringify(format).includes('UNIQUE_ID')

function renderOnce(kind: EntryKind, format: FormatSpec, entry: Uint8Array, options: RenderOptions): string {
  const program = compileFormat(format, { ...options, memory })[kind]
  memory.bytes.set(entry, memory.inputAt)
  const end = memory.inputAt + entry.length
  const runs = program.bindStream(options.stream ?? unidentified)
  const out = program.render(memory.inputAt, end, memory.outputAt, runs, 0)
  if (out === malformed) return `<${program.fault()}>`
  if (out === noRoom) return '<no room>'
  return Buffer.from(memory.bytes.subarray(memory.outputAt, out)).toString('latin1')
}

/** Renders an entry given in proto3 JSON; the answer is read as UTF-8. */
export function render(kind: EntryKind, format: FormatSpec, entry: unknown, options: RenderOptions = {}): string {
  return Buffer.from(renderBytes(kind, format, encodeEntry(kind, entry), options), 'latin1').toString('utf8')
}

const common = {
  startTime: '2020-02-18T21:52:17.987654321Z',
  timeToLastRxByte: '0.057s',
  timeToFirstUpstreamTxByte: '0.0612s',
  timeToLastUpstreamTxByte: '0.070s',
  timeToFirstUpstreamRxByte: '0.102s',
  timeToLastUpstreamRxByte: '0.1109s',
  timeToFirstDownstreamTxByte: '0.112s',
  timeToLastDownstreamTxByte: '0.123999s',
  duration: '0.1245s',
  responseFlags: { upstreamConnectionFailure: true, upstreamRetryLimitExceeded: true },
  downstreamLocalAddress: { socketAddress: { address: '127.0.0.1', portValue: 10000 } },
  downstreamRemoteAddress: { socketAddress: { address: '127.0.0.3', portValue: 53165 } },
  downstreamDirectRemoteAddress: { socketAddress: { address: '127.0.0.4', portValue: 53166 } },
  upstreamRemoteAddress: { socketAddress: { address: '10.0.0.2', portValue: 443 } },
  upstreamLocalAddress: { socketAddress: { address: '127.0.0.2', portValue: 10001 } },
  upstreamCluster: 'outbound:backend',
  routeName: 'r1',
  upstreamTransportFailureReason: 'TLS error: bad cert',
  accessLogType: 'DownstreamEnd',
}

/** An HTTP entry with about everything set; `change` replaces whole members of its common properties. */
export function httpEntry(
  change: object = {},
  request: object = {},
  response: object = {},
  protocolVersion = 'HTTP11',
): object {
  return {
    commonProperties: { ...common, ...change },
    protocolVersion,
    request: {
      requestMethod: 'GET',
      scheme: 'https',
      authority: 'backend.internal:8080',
      path: '/api?id=7&q=a%20b',
      userAgent: 'curl/8',
      requestBodyBytes: '234',
      requestHeaders: { 'x-a': '1', 'x-empty': '' },
      ...request,
    },
    response: {
      responseCode: 200,
      responseCodeDetails: 'via upstream',
      responseBodyBytes: '567',
      responseHeaders: { server: 'Tomcat' },
      responseTrailers: { 'grpc-status': '14' },
      ...response,
    },
  }
}

/** The same as a TCP connection. */
export function tcpEntry(change: object = {}): object {
  return {
    commonProperties: { ...common, ...change },
    connectionProperties: { receivedBytes: '234', sentBytes: '567' },
  }
}
