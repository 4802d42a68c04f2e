/**
 * The request corpus of the certificate: exchanges that give every operator its values. The rig's own corpus is sent as well, for its
 * odd bytes and its failures; here stands what that one does not know. Three values of a thing are three lines of a table.
 */

import type { Header } from '../item.ts'
import { answer, answerWithTrailers, http1Bytes, utf8 } from '../request.ts'
import type { Exchange, Secure } from './exchange.ts'
import { guardedAgainst } from './listeners.ts'
import { http3Names } from './quic.ts'

interface Get {
  readonly to?: string
  readonly authority?: string
  readonly headers?: readonly Header[]
  readonly method?: string
  readonly body?: string
  /** The web upstream answers with these bytes. */
  readonly answer?: string
}

/** A request that closes its connection. */
function get(
  path: string,
  { to = 'plain', authority = 'cert.test', headers = [], method = 'GET', body = '', answer }: Get = {},
): Exchange {
  const all: Header[] = [['Host', authority], ['X-Item', `${to}${path}`], ...headers]
  if (answer !== undefined) all.push(['X-Answer', Buffer.from(answer, 'latin1').toString('base64')])
  if (body !== '') all.push(['Content-Length', String(body.length)])
  return { to, bytes: http1Bytes(`${method} ${path} HTTP/1.1`, [...all, ['Connection', 'close']], body) }
}

export function exchanges(): Exchange[] {
  return [...upstreams, ...values, ...grpc, ...secure, ...proxied, ...traced, ...tcp]
}

/** The last of each kind of entry; see `run.ts`. */
export const lastHttp: Exchange = get('/web/last')
export const lastHttpItem = 'plain/web/last'
export const lastTcp: Exchange = { to: 'tcp/last', bytes: 'last', end: { finAfterMs: 0 } }

const upstreams: readonly Exchange[] = [
  ...['red', 'green', 'blue', 'grey', 'http2'].flatMap((name) => [
    get(`/${name}`),
    get(`/${name}/late/3?from=${name}`),
  ]),
  ...http3Names.flatMap((name) => [get(`/${name}/bytes/60000`), get(`/${name}/late/4`)]),
  ...[
    'untrusted',
    'unspoken',
    'tls-to-plain',
    'http2-to-plain',
    'attempts-1',
    'no-retries',
    'by-name',
    'other-host/x?y',
  ].map((name) => get(`/${name}`)),
  ...['named-a', 'named-b', 'named-c', 'inside-a', 'inside-b', 'inside-c'].map((name) => get(`/${name}`)),
  ...Array.from({ length: 6 }, () => get('/attempts')),
  get('/web', { answer: 'HTTP/1.0 200 OK\r\nX-Value: of 1.0\r\n\r\nold' }),
  get('/other-host', { authority: 'asked.test' }),
]

const values: readonly Exchange[] = [
  ...['1', '2', '3'].map((number) => get('/web', { headers: [['X-Meta', number]] })),
  get('/web', { headers: [['X-Null', 'CAA=']] }),
  ...['text', 'with "quotes" \\', utf8('é😀'), 'bytes \xff\xfe'].map((state) =>
    get('/web', { headers: [['X-State', state]] }),
  ),
  ...['5', '80', '8080'].map((number) => get('/web', { headers: [['X-State-Number', number]] })),
  ...['a.state.test', 'b.state.test', 'c.state.test'].map((host) => get('/web', { headers: [['X-State-Host', host]] })),
  ...['10.0.0.1:80', '192.0.2.9:443', '[2001:db8::9]:8443'].map((address) =>
    get('/web', { headers: [['X-State-Address', address]] }),
  ),
  ...['v1.test', 'v2.test', 'v3.test'].map((authority) => get('/web', { authority })),
  ...['reads', 'writes', 'other-things', 'nothing'].map((path) => get(`/web/${path}`, { authority: 'clustered.test' })),
  ...[5, 12, 20].flatMap((ms) => [get(`/web/late/${ms}`), get(`/web/drip/${ms}`)]),
  ...['10.1.2.3', '172.16.5.6', '2001:db8:1:2:3:4:5:6', '::ffff:10.1.2.3', '203.0.113.77, 198.51.100.1'].map((chain) =>
    get('/web', { headers: [['X-Forwarded-For', chain]] }),
  ),
  ...['?q=plain', '?q=a%20b%0Ac&x=1', '?x=1&q=%C3%A9%22', '?q', '?q=&q=2', '?', '?Q=upper', '?q=1%zz%%41'].map(
    (query) => get(`/web${query}`),
  ),
  ...['/rewritten/a?q=one', '/rewritten/b', '/rewritten/c?'].map((path) => get(path)),
  ...['t1', 'trailer two', utf8('drei é')].map((value) =>
    get('/web', { answer: answerWithTrailers([['X-Trailer', value]]) }),
  ),
  ...['1', '22', '333'].map((value) => get('/web', { answer: answer([['X-Value', value]]) })),
  ...['text/plain', 'application/json', 'a/b; c="d"'].map((type) =>
    get('/web', { answer: answer([['Content-Type', type]]) }),
  ),
  ...[1, 10, 1_000].map((size) => get('/web/echo', { method: 'POST', body: 'b'.repeat(size) })),
  ...[30, 60, 90].map((afterMs) => ({
    ...get('/web/echo', {
      method: 'POST',
      headers: [
        ['Content-Length', '6'],
        ['Expect', '100-continue'],
      ],
    }),
    rest: { afterMs, bytes: 'behind' },
  })),
  ...['https://a.test/', 'https://b.test/x?y', 'http://c.test'].map((url) =>
    get('/web', { headers: [['Referer', url]] }),
  ),
  ...['original.test', 'original.test:81', ''].map((host) =>
    get('/web', { headers: [['X-Envoy-Original-Host', host]] }),
  ),
]

const grpcType: Header = ['Content-Type', 'application/grpc']

/** Every status in every place where one can stand, and requests that only look like gRPC. */
const grpc: readonly Exchange[] = [
  ...[...Array.from({ length: 17 }, (_, i) => String(i)), '99', 'abc', ' 3', '+7', ''].map((status) =>
    get('/web', { headers: [grpcType], answer: answerWithTrailers([['grpc-status', status]]) }),
  ),
  ...['5', '13'].map((status) => get('/web', { headers: [grpcType], answer: answer([['grpc-status', status]]) })),
  ...[400, 401, 403, 404, 429, 500, 503].map((code) => get(`/web/status/${code}`, { headers: [grpcType] })),
  ...['application/grpc+proto', 'application/grpc-web', 'text/plain'].map((type) =>
    get('/web', { headers: [['Content-Type', type]], answer: answerWithTrailers([['grpc-status', '4']]) }),
  ),
  get('/web', { answer: answerWithTrailers([['grpc-status', '4']]) }),
  get('/refused', { headers: [grpcType] }),
]

const olderTls = (version: 'TLSv1' | 'TLSv1.1') => {
  return { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const
}

const clients: readonly Secure[] = [
  { sni: 'one.test', identity: 'alice' },
  { sni: 'one.test', identity: 'bob', waitsMs: 6, tls: { ecdhCurve: 'prime256v1', ciphers: 'TLS_AES_256_GCM_SHA384' } },
  { sni: 'two.test', identity: 'carol', waitsMs: 14, tls: { ecdhCurve: 'secp384r1' } },
  { sni: 'two.test', identity: 'dave', tls: { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' } },
  { sni: 'three.test', identity: 'alice', tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' } },
  { sni: 'three.test', identity: 'carol', tls: { maxVersion: 'TLSv1.2' } },
  { sni: 'two.test', tls: { maxVersion: 'TLSv1.2' } },
  { sni: 'two.test' },
  { sni: 'with_under.test', tls: olderTls('TLSv1.1') },
  { sni: 'no.such.test', identity: 'bob', tls: { ...olderTls('TLSv1'), maxVersion: 'TLSv1.2' } },
  {},
]

const secure: readonly Exchange[] = [
  ...clients.map((client) => ({ ...get('/web', { to: 'tls', authority: 'said.test' }), secure: client })),
  ...clients.slice(0, 3).map((client) => ({
    to: 'tls',
    bytes: '',
    secure: client,
    http2: { ':path': '/web/late/2', ':authority': 'h2.test', 'x-item': 'tls/h2', 'x-envoy-original-host': 'was.test' },
  })),
  ...clients.slice(0, 4).map((client) => ({
    ...{ to: 'tls', bytes: 'hello', secure: { ...client, sni: 'tcp.test' } },
    end: { finAfterMs: 2 },
  })),
  // What the listener alone has seen: a stranger, nobody where somebody is wanted, an old version, and no TLS at all.
  { ...get('/web', { to: 'tls' }), secure: { sni: 'one.test', identity: 'mallory' } },
  { ...get('/web', { to: 'tls' }), secure: { sni: 'three.test' } },
  { ...get('/web', { to: 'tls' }), secure: { sni: 'three.test', tls: { maxVersion: 'TLSv1.2' } } },
  { ...get('/web', { to: 'tls' }), secure: { sni: 'one.test', tls: { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' } } },
  get('/web', { to: 'tls' }),
]

const told: readonly string[] = [
  'PROXY TCP4 192.0.2.1 198.51.100.2 1111 2222\r\n',
  'PROXY TCP4 203.0.113.4 198.18.7.8 3333 4444\r\n',
  'PROXY TCP6 2001:db8::1 2001:db8:ffff::2 5555 6666\r\n',
  ...['first', 'second "x"', utf8('é')].map((value, i) => proxyHeaderWithValue(7_000 + i, value)),
]

const proxied: readonly Exchange[] = told.flatMap((preface) => [
  { ...get('/web', { to: 'proxied' }), preface },
  { to: 'tcp/proxied', preface, bytes: 'hello', end: { finAfterMs: 1 } },
])

const traced: readonly Exchange[] = [
  ...['/web', '/red', '/refused-twice', '/attempts', '/web/status/503', '/no-hosts'].map((path) =>
    get(path, { to: 'traced' }),
  ),
  // Longer than the least interval of periodic entries.
  get('/web/late/1150', { to: 'traced' }),
]

const tcp: readonly Exchange[] = [
  ...[10, 35, 60].map((ms) => ({ to: 'tcp/watched', bytes: 'x'.repeat(ms), end: { finAfterMs: ms } })),
  { to: 'tcp/watched', bytes: 'reset me', end: 'reset' },
  ...guardedAgainst.map((from): Exchange => ({ to: 'tcp/guarded', from, bytes: 'let me in' })),
]

/** Version 2 of the PROXY protocol: its signature, command and family, length, four addresses and ports, and one TLV of type 0xe0. */
function proxyHeaderWithValue(port: number, value: string): string {
  const rest = Buffer.alloc(12 + 3 + value.length)
  rest.set([192, 0, 2, port % 256, 198, 51, 100, 9])
  rest.writeUInt16BE(port, 8)
  rest.writeUInt16BE(80, 10)
  rest.writeUInt8(0xe0, 12)
  rest.writeUInt16BE(value.length, 13)
  rest.write(value, 15, 'latin1')
  const length = String.fromCharCode(rest.length >> 8, rest.length & 255)
  return `\r\n\r\n\0\r\nQUIT\n\x21\x11${length}${rest.toString('latin1')}`
}
