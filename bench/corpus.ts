/**
 * The benchmark's stream: HTTP entries as an Envoy in front of a web service sends them, about 860 bytes each, 16.8 KiB a message.
 * Synthetic but deterministic; the shape (which fields are set, how long values are) was taken from recorded streams.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { frame } from '../src/captures/frame.ts'
import { encodeJsonMessage } from '../src/schema/json.ts'
import { loadSchema } from '../src/schema/load.ts'

/** Who all streams of the benches say they are. */
export const identifier = { node: { id: 'bench-1', cluster: 'bench' }, logName: 'bench' }

/** Envoy flushes when the entries reach this size; the one that crosses it is included. */
const messageBytes = 16_384
const entryCount = 20_000

const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'curl/8.8.0',
  'Go-http-client/2.0',
  'okhttp/4.12.0',
  // About one in ten needs escaping in JSON.
  'kube-probe/1.30 "readiness"',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'python-requests/2.32.3',
  'grpc-node-js/1.10.9',
  'Envoy/HC',
]
const paths = ['/api/v1/orders/', '/api/v1/customers/', '/healthz?n=', '/static/app.js?v=', '/search?q=boots&page=']
const methods = ['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD']
const codes = [200, 200, 200, 200, 200, 201, 204, 304, 404, 503]

/** A small generator of whole numbers below `below`, the same in every run. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const hex = (random: (below: number) => number, length: number) =>
  Array.from({ length }, () => random(16).toString(16)).join('')

function entry(random: (below: number) => number, i: number): object {
  const pick = <T>(list: readonly T[]) => list[random(list.length)]!
  const address = (host: string, port: number) => ({ socketAddress: { address: host, portValue: port } })
  const code = pick(codes)
  const total = 1000 + random(200_000)
  const offset = (share: number) => `${(Math.floor(total * share) / 1e6).toFixed(6)}s`
  const startMs = 1_782_000_000_000 + i * 3
  return {
    commonProperties: {
      downstreamRemoteAddress: address(`10.${random(256)}.${random(256)}.${random(256)}`, 1024 + random(60_000)),
      downstreamLocalAddress: address('10.4.0.17', 8080),
      tlsProperties: {
        tlsVersion: 'TLSv1_3',
        tlsCipherSuite: 0x1301,
        tlsSniHostname: 'shop.example.com',
        peerCertificateProperties: { subjectAltName: [{ uri: 'spiffe://default/frontend' }], subject: 'CN=frontend' },
      },
      startTime: new Date(startMs).toISOString().replace('Z', `${String(random(1000)).padStart(3, '0')}Z`),
      timeToLastRxByte: offset(0.05),
      timeToFirstUpstreamTxByte: offset(0.1),
      timeToLastUpstreamTxByte: offset(0.12),
      timeToFirstUpstreamRxByte: offset(0.9),
      timeToLastUpstreamRxByte: offset(0.95),
      timeToFirstDownstreamTxByte: offset(0.96),
      timeToLastDownstreamTxByte: offset(1),
      upstreamRemoteAddress: address(`10.8.${random(16)}.${random(256)}`, 8080),
      upstreamLocalAddress: address('10.4.0.17', 30_000 + random(30_000)),
      upstreamCluster: 'outbound|8080||backend.shop.svc.cluster.local',
      ...(code === 503 ? { responseFlags: { upstreamConnectionFailure: true } } : {}),
      routeName: 'backend-default',
      downstreamDirectRemoteAddress: address('10.4.0.1', 1024 + random(60_000)),
      duration: offset(1),
      upstreamRequestAttemptCount: 1,
      streamId: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
      downstreamWireBytesSent: String(300 + random(40_000)),
      downstreamWireBytesReceived: String(200 + random(900)),
      upstreamWireBytesSent: String(250 + random(900)),
      upstreamWireBytesReceived: String(300 + random(40_000)),
      accessLogType: 'DownstreamEnd',
    },
    protocolVersion: random(3) === 0 ? 'HTTP11' : 'HTTP2',
    request: {
      requestMethod: pick(methods),
      scheme: 'https',
      authority: 'shop.example.com',
      path: `${pick(paths)}${hex(random, 8 + random(16))}`,
      userAgent: pick(agents),
      referer: `https://shop.example.com/category/${hex(random, 12)}?from=mail`,
      forwardedFor: `203.0.113.${random(256)}, 10.4.0.1`,
      requestId: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
      requestHeadersBytes: String(300 + random(900)),
      requestBodyBytes: String(random(3) === 0 ? random(10_000) : 0),
      requestHeaders: {
        'x-b3-traceid': hex(random, 32),
        'x-tenant': `tenant-${random(100)}`,
        'x-session': hex(random, 64),
      },
      downstreamHeaderBytesReceived: String(200 + random(400)),
      upstreamHeaderBytesSent: String(200 + random(400)),
    },
    response: {
      responseCode: code,
      responseHeadersBytes: String(150 + random(300)),
      responseBodyBytes: String(random(40_000)),
      responseHeaders: { 'x-envoy-upstream-service-time': String(random(200)) },
      responseCodeDetails: 'via_upstream',
      downstreamHeaderBytesSent: String(100 + random(200)),
      upstreamHeaderBytesReceived: String(100 + random(200)),
    },
  }
}

export interface Corpus {
  /** Messages as a stream sends them; the first one carries the identifier. */
  readonly messages: readonly Uint8Array[]
  readonly entries: number
}

export function createCorpus(count = entryCount): Corpus {
  const schema = loadSchema()
  const random = createRandom(1)
  const name = 'envoy.service.accesslog.v3.StreamAccessLogsMessage'
  const messages: Uint8Array[] = []
  let pending: object[] = []
  let pendingBytes = 0
  const flush = () => {
    const body = { ...(messages.length === 0 ? { identifier } : {}), httpLogs: { logEntry: pending } }
    messages.push(encodeJsonMessage(schema, name, body))
    pending = []
    pendingBytes = 0
  }
  for (let i = 0; i < count; i++) {
    const json = entry(random, i)
    pending.push(json)
    pendingBytes += encodeJsonMessage(schema, 'envoy.data.accesslog.v3.HTTPAccessLogEntry', json).length
    if (pendingBytes >= messageBytes) flush()
  }
  if (pending.length > 0) flush()
  return { messages, entries: count }
}

/** The corpus as a capture file, made once. Returns its path and how many entries it holds. */
export function corpusFile(folder = '.cache/bench'): { readonly path: string; readonly entries: number } {
  const path = `${folder}/corpus-${entryCount}.als`
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, Buffer.concat(createCorpus().messages.map((message) => frame(message))))
  }
  return { path, entries: entryCount }
}
