/**
 * Items from what they say: one description of a request becomes raw HTTP/1.1 bytes or an HTTP/2 header list, with the item's name
 * in it. Also the raw answers that the web upstream gives when asked by `x-answer`.
 */
import type { CaseName } from './config.ts'
import type { Header, Item, Send } from './item.ts'
import type { Difference } from './predict.ts'

export interface Asking {
  readonly method?: string
  readonly path?: string
  readonly authority?: string
  readonly headers?: readonly Header[]
  readonly body?: string
  /** The web upstream answers with these bytes. */
  readonly answer?: string
  readonly leaves?: boolean
  /** Not sent before this other item is over; its name without the case. */
  readonly after?: string
  readonly differs?: readonly Difference[]
}

/** An item of either HTTP case. */
export function ask(caseName: CaseName & `http${string}`, name: string, asking: Asking): Item {
  const item = `${caseName}/${name}`
  const order = asking.after === undefined ? {} : { after: `${caseName}/${asking.after}` }
  const { method = 'GET', path = '/web', authority = 'als-sink.test', body = '', leaves = false, differs = [] } = asking
  const headers: Header[] = [['x-item', item], ...(asking.headers ?? [])]
  if (asking.answer !== undefined) headers.push(['x-answer', Buffer.from(asking.answer, 'latin1').toString('base64')])
  if (body !== '') headers.push(['content-length', String(body.length)])
  const leave = leaves ? { leave: 'on-arrival' as const } : {}
  const http1Headers: Header[] = [['Host', authority], ...headers, ['Connection', 'close']]
  const http2Headers: Header[] = [
    [':method', method],
    [':path', path],
    [':scheme', 'http'],
    [':authority', authority],
    ...headers,
  ]
  const send: Send =
    caseName === 'http1'
      ? { kind: 'http1', bytes: http1Bytes(`${method} ${path} HTTP/1.1`, http1Headers, body), ...leave }
      : { kind: 'http2', headers: http2Headers, body, ...leave }
  return { name: item, case: caseName, ...order, send, differs }
}

export function http1Bytes(requestLine: string, headers: readonly Header[], body = ''): string {
  return `${requestLine}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

/** A whole HTTP/1.1 answer. The upstream closes after it, and says so. */
export function answer(headers: readonly Header[], body = 'answered\n', statusLine = 'HTTP/1.1 200 OK'): string {
  const all: Header[] = [...headers, ['Content-Length', String(body.length)], ['Connection', 'close']]
  return http1Bytes(statusLine, all, body)
}

/** An answer in chunks, with trailers. */
export function answerWithTrailers(trailers: readonly Header[]): string {
  const head = http1Bytes('HTTP/1.1 200 OK', [
    ['Transfer-Encoding', 'chunked'],
    ['Trailer', 'x-trailer'],
    ['Connection', 'close'],
  ])
  return `${head}5\r\nchunk\r\n0\r\n${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** Text as a byte string of its UTF-8. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
