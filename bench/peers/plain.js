/**
 * The plain way, as a careful user of the libraries would write it: a grpc-js server, messages decoded by protobufjs, a template
 * string per entry, one write per message. The yardstick of `bench/end-to-end.ts`. Run as a process of its own:
 *
 *     node bench/peers/plain.js text|json FILE        prints the port it listens on
 */
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs'

const [, , kind, file] = process.argv
const root = new protobuf.Root()
const folder = fileURLToPath(new URL('../../proto/', import.meta.url))
root.resolvePath = (_origin, target) => `${folder}${target}`
root.loadSync('envoy/service/accesslog/v3/als.proto')
const Message = root.lookupType('envoy.service.accesslog.v3.StreamAccessLogsMessage')
const methodNames = root.lookupEnum('envoy.config.core.v3.RequestMethod').valuesById
const protocols = ['-', 'HTTP/1.0', 'HTTP/1.1', 'HTTP/2', 'HTTP/3']

const millis = (duration) => (duration ? Math.trunc(Number(duration.seconds) * 1000 + duration.nanos / 1e6) : null)
const elapsed = (from, to) =>
  from && to ? Math.trunc(Number(to.seconds - from.seconds) * 1000 + (to.nanos - from.nanos) / 1e6) : null
const start = ({ startTime }) =>
  startTime ? new Date(Number(startTime.seconds) * 1000 + Math.trunc(startTime.nanos / 1e6)).toISOString() : null
const host = (address) =>
  address?.socketAddress ? `${address.socketAddress.address}:${address.socketAddress.portValue}` : null
const flags = ({ responseFlags: f }) =>
  f?.upstreamConnectionFailure ? 'UF' : f?.noHealthyUpstream ? 'UH' : f?.upstreamRequestTimeout ? 'UT' : '-'
const method = (r) => (r.requestMethod ? methodNames[r.requestMethod] : null)

function text(entry) {
  const { commonProperties: c, request: r, response: s } = entry
  const q = r.requestHeaders
  return `[${start(c) ?? '-'}] default "${method(r) ?? '-'} ${r.originalPath || r.path || '-'} ${protocols[entry.protocolVersion]}" ${s.responseCode?.value ?? 0} ${flags(c)} ${r.requestBodyBytes} ${s.responseBodyBytes} ${millis(c.duration) ?? '-'} ${s.responseHeaders['x-envoy-upstream-service-time'] ?? '-'} "${r.forwardedFor || '-'}" "${r.userAgent || '-'}" "${q['x-b3-traceid'] ?? q['x-datadog-traceid'] ?? '-'}" "${r.requestId || '-'}" "${r.authority || '-'}" "web" "backend" "10.0.0.3" "${host(c.upstreamRemoteAddress) ?? '-'}"\n`
}

function json(entry) {
  const { commonProperties: c, request: r, response: s } = entry
  const q = r.requestHeaders
  return `${JSON.stringify({
    authority: r.authority || null,
    bytes_received: Number(r.requestBodyBytes),
    bytes_sent: Number(s.responseBodyBytes),
    downstream_local_address: host(c.downstreamLocalAddress),
    downstream_remote_address: host(c.downstreamRemoteAddress),
    duration: millis(c.duration),
    method: method(r),
    path: r.originalPath || r.path || null,
    protocol: protocols[entry.protocolVersion],
    request_duration: millis(c.timeToLastRxByte),
    request_id: r.requestId || null,
    response_code: s.responseCode?.value ?? 0,
    response_code_details: s.responseCodeDetails ? s.responseCodeDetails.replaceAll(' ', '_') : null,
    response_duration: millis(c.timeToFirstUpstreamRxByte),
    response_flags: flags(c),
    response_tx_duration: elapsed(c.timeToFirstUpstreamRxByte, c.timeToLastDownstreamTxByte),
    route_name: c.routeName || null,
    start_time: start(c),
    trace_id: q['x-b3-traceid'] ?? q['x-datadog-traceid'] ?? null,
    upstream_cluster: c.upstreamCluster || null,
    upstream_host: host(c.upstreamRemoteAddress),
    upstream_local_address: host(c.upstreamLocalAddress),
    upstream_service_time: s.responseHeaders['x-envoy-upstream-service-time'] ?? null,
    user_agent: r.userAgent || null,
    x_forwarded_for: r.forwardedFor || null,
  })}\n`
}

const render = kind === 'json' ? json : text
const out = createWriteStream(file, { flags: 'a' })
const server = new Server({ 'grpc.max_receive_message_length': 16 << 20 })
const path = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'
server.addService(
  {
    StreamAccessLogs: {
      path,
      requestStream: true,
      responseStream: false,
      requestSerialize: (value) => value,
      requestDeserialize: (bytes) => Message.decode(bytes),
      responseSerialize: () => Buffer.alloc(0),
      responseDeserialize: (value) => value,
    },
  },
  {
    StreamAccessLogs(call, done) {
      call.on('data', (message) => {
        const entries = message.httpLogs?.logEntry
        if (!entries) return
        let lines = ''
        for (const entry of entries) lines += render(entry)
        if (out.write(lines)) return
        call.pause()
        out.once('drain', () => call.resume())
      })
      call.on('end', () => done(null, {}))
    },
  },
)
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error
  console.log(port)
})
process.on('SIGTERM', () => {
  server.forceShutdown()
  out.end(() => process.exit(0))
})
