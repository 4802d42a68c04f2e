/**
 * Items that only one of the protocols can say: HTTP/1's versions, missing hosts, broken heads and pipelines; HTTP/2's raw
 * pseudo-headers.
 */
import type { Header, Item, SendHttp1 } from './item.ts'
import { type Difference, hostless } from './predict.ts'
import { ask, http1Bytes, utf8 } from './request.ts'

export function httpOneItems(): Item[] {
  const close: Header = ['Connection', 'close']
  const host: Header = ['Host', 'als-sink.test']
  return [
    raw('version/1.0', (item) => http1Bytes('GET /web HTTP/1.0', [host, item])),
    raw('version/1.0-without-host', (item) => http1Bytes('GET /web HTTP/1.0', [item])),
    raw(
      'version/1.0-keep-alive',
      (item) => {
        const first = http1Bytes('GET /web HTTP/1.0', [host, item, ['Connection', 'keep-alive']])
        return first + http1Bytes('GET /web/status/404 HTTP/1.0', [host, item])
      },
      { entries: 2 },
    ),
    raw('version/0.9', () => 'GET /web\r\n\r\n'),
    raw('version/2.0-by-name', (item) => http1Bytes('GET /web HTTP/2.0', [host, item, close])),
    raw('broken/without-host', (item) => http1Bytes('GET /web HTTP/1.1', [item, close])),
    raw('broken/empty-host', (item) => http1Bytes('GET /web HTTP/1.1', [['Host', ''], item, close])),
    raw('broken/space-in-path', (item) => http1Bytes('GET /web/a b HTTP/1.1', [host, item, close])),
    raw('broken/control-in-value', (item) =>
      http1Bytes('GET /web HTTP/1.1', [host, item, ['x-value', 'a\x01b'], close]),
    ),
    raw('broken/nul-in-value', (item) => http1Bytes('GET /web HTTP/1.1', [host, item, ['x-value', 'a\0b'], close])),
    raw('broken/no-colon', (item) => `GET /web HTTP/1.1\r\nHost: h\r\nX-Item: ${item[1]}\r\nnonsense\r\n\r\n`),
    raw('broken/two-lengths', (item) => {
      return http1Bytes(
        'POST /web HTTP/1.1',
        [host, item, ['Content-Length', '1'], ['Content-Length', '2'], close],
        'ab',
      )
    }),
    raw('broken/bad-chunk', (item) =>
      http1Bytes('POST /web HTTP/1.1', [host, item, ['Transfer-Encoding', 'chunked']], 'zz\r\n'),
    ),
    raw('broken/words', () => 'these are only words\r\n\r\n'),
    raw('body/chunked', (item) => {
      return http1Bytes(
        'POST /web/echo HTTP/1.1',
        [host, item, ['Transfer-Encoding', 'chunked'], close],
        '3\r\nabc\r\n0\r\n\r\n',
      )
    }),
    raw('body/expect-continue', (item) => {
      return http1Bytes(
        'POST /web/echo HTTP/1.1',
        [host, item, ['Content-Length', '3'], ['Expect', '100-continue'], close],
        'abc',
      )
    }),
    raw('form/absolute', (item) => http1Bytes('GET http://other.test/web?x HTTP/1.1', [host, item, close])),
    raw('form/asterisk', (item) => http1Bytes('OPTIONS * HTTP/1.1', [host, item, close])),
    raw('form/connect', (item) => http1Bytes('CONNECT other.test:443 HTTP/1.1', [host, item, close])),
    raw('form/mixed-case-names', (item) => http1Bytes('GET /web HTTP/1.1', [host, item, ['X-vALUE', 'kept'], close])),
    raw('form/space-around-value', (item) =>
      http1Bytes('GET /web HTTP/1.1', [host, item, ['x-value', '  \t trimmed \t '], close]),
    ),
    raw(
      'form/upgrade',
      (item) => http1Bytes('GET /web HTTP/1.1', [host, item, ['Connection', 'upgrade, close'], ['Upgrade', 'foo']]),
      { differs: [hostless('frontend')] },
    ),
    raw('path/utf-8', (item) => http1Bytes(`GET /web/${utf8('é')} HTTP/1.1`, [host, item, close])),
    raw('path/invalid', (item) => http1Bytes('GET /web/\xff HTTP/1.1', [host, item, close])),
    raw('repeated/user-agent', (item) => {
      return http1Bytes('GET /web HTTP/1.1', [host, item, ['User-Agent', 'a'], ['user-agent', 'b'], close])
    }),
    raw(
      'pipelined',
      (item) => {
        const paths = ['/web', '/web/status/500', '/web/bytes/5', '/web/status/204', '/pipe', '/nowhere']
        return paths
          .map((path, i) => http1Bytes(`GET ${path} HTTP/1.1`, [host, item, ...(i === 5 ? [close] : [])]))
          .join('')
      },
      { entries: 6 },
    ),
    raw('leave/reset', (item) => http1Bytes('GET /web/hang HTTP/1.1', [host, item]), { leave: 'on-arrival-reset' }),
    raw(
      'leave/in-the-body',
      (item) => http1Bytes('POST /web/hang HTTP/1.1', [host, item, ['Content-Length', '100']], 'some'),
      {
        leave: 'on-arrival',
      },
    ),
    raw('leave/in-the-head', () => 'GET /web HTTP/1.1\r\nHost: als-s', { leave: 'at-once' }),
  ]
}

export function httpTwoItems(): Item[] {
  return [
    ask('http2', 'many/small-1', {}),
    ask('http2', 'many/small-2', {
      headers: [
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
        ['x-value', 'beside cookies'],
      ],
    }),
    ask('http2', 'path/utf-8', { path: `/web/${utf8('é')}` }),
    ask('http2', 'path/invalid', {
      path: '/web/\xff',
      differs: [{ why: 'invalid-utf-8', field: 'req::path', envoy: '/web/\xff', sink: '/web/!' }],
    }),
    ask('http2', 'path/star', { method: 'OPTIONS', path: '*' }),
    ask('http2', 'authority/odd', { authority: 'under_score.test' }),
    ask('http2', 'te-trailers', {
      headers: [
        ['te', 'trailers'],
        ['x-value', 'te'],
      ],
    }),
    ask('http2', 'declared-too-long', { method: 'POST', path: '/web/echo', body: 'y'.repeat(70_000) }),
  ]
}

interface RawOptions {
  readonly entries?: number
  readonly leave?: NonNullable<SendHttp1['leave']>
  readonly differs?: readonly Difference[]
}

function raw(name: string, bytes: (item: Header) => string, { entries, leave, differs = [] }: RawOptions = {}): Item {
  const item = `http1/${name}`
  return {
    name: item,
    case: 'http1',
    send: { kind: 'http1', bytes: bytes(['x-item', item]), ...(leave ? { leave } : {}) },
    ...(entries ? { entries } : {}),
    differs,
  }
}
