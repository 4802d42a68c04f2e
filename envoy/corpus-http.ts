/**
 * HTTP items that both protocols send: methods, header shapes, paths, answers, and every way in which Envoy answers in place of
 * the upstream.
 */
import type { CaseName } from './config.ts'
import { invalidValues, values } from './corpus-values.ts'
import type { Header, Item } from './item.ts'
import { type Difference, hostless } from './predict.ts'
import { type Asking, answer, answerWithTrailers, ask, utf8 } from './request.ts'

export function httpItems(caseName: CaseName & `http${string}`): Item[] {
  const named = (group: string, table: Readonly<Record<string, Asking>>) =>
    Object.entries(table).map(([name, asking]) => ask(caseName, `${group}/${name}`, asking))
  return [
    ...named('method', methods),
    ...named(
      'value',
      mapValues(values, (value) => ({ headers: [['x-value', value]] })),
    ),
    ...named(
      'invalid',
      mapValues(invalidValues, ([sent, carried]) => invalidRequest('x-value', sent, carried)),
    ),
    ...named('header', headers),
    ...named('repeated', repeated),
    ...named('path', paths),
    ...named('answer', answers),
    ...named('outcome', outcomes),
  ]
}

const methods: Readonly<Record<string, Asking>> = {
  ...Object.fromEntries(
    [
      'GET',
      'HEAD',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PURGE',
      'PROPFIND',
      'MKCOL',
      'LOCK',
      'REPORT',
      'M-SEARCH',
      'SUBSCRIBE',
    ]
      .concat('SEARCH', 'LINK', 'BREW', 'get')
      .map((method) => [method, { method }]),
  ),
  ...Object.fromEntries(
    ['POST', 'PUT', 'PATCH'].map((method) => [method, { method, path: '/web/echo', body: 'b'.repeat(300) }]),
  ),
  'POST-nothing': { method: 'POST', headers: [['content-length', '0']] },
  'GET-with-body': { path: '/web/echo', body: 'unusual' },
}

const uuid = '11111111-2222-4333-8444-555555555555'

/** Headers with a field of their own in the stream, in all shapes; and headers that formats choose between. */
const headers: Readonly<Record<string, Asking>> = {
  'user-agent': one('user-agent', 'curl/8.5.0'),
  'user-agent-empty': one('user-agent', ''),
  'user-agent-odd': one('user-agent', `a"b\\c\t${utf8('é')}`),
  'user-agent-invalid': invalidRequest('user-agent', 'agent\xff', 'agent!'),
  referer: one('referer', 'http://example.com/?q="x"'),
  'referer-empty': one('referer', ''),
  // Envoy takes away a Referer that is no URL, so there is nothing to differ about.
  'referer-invalid': one('referer', 'ref\xc3'),
  'forwarded-for': one('x-forwarded-for', '203.0.113.9'),
  'forwarded-for-chain': one('x-forwarded-for', '203.0.113.9, 198.51.100.7'),
  'forwarded-for-ipv6': one('x-forwarded-for', '2001:db8::9'),
  'forwarded-for-words': one('x-forwarded-for', 'unknown, "x"'),
  'forwarded-for-empty': one('x-forwarded-for', ''),
  'request-id': one('x-request-id', uuid),
  'request-id-odd': one('x-request-id', `not a "uuid" ${utf8('é')}`),
  'request-id-empty': one('x-request-id', ''),
  'original-path': one('x-envoy-original-path', '/as/told?by=client'),
  'original-path-empty': one('x-envoy-original-path', ''),
  'b3-trace': one('x-b3-traceid', '80f198ee56343ba864fe8b2a57d3eff7'),
  'datadog-trace': one('x-datadog-traceid', '1234567890'),
  'both-traces': {
    headers: [
      ['x-b3-traceid', ''],
      ['x-datadog-traceid', '99'],
    ],
  },
  'authority-port': { authority: 'example.com:8080' },
  'authority-upper-case': { authority: 'EXAMPLE.com' },
  'authority-ipv6': { authority: '[2001:db8::1]:443' },
  'authority-long': { authority: `${'a'.repeat(60)}.${'b'.repeat(60)}.example` },
  many: { headers: Array.from({ length: 90 }, (_, i): Header => [`x-many-${i}`, `v${i}`]) },
}

const repeated: Readonly<Record<string, Asking>> = {
  twice: repeatedRequest('x-value', ['first-of-two', 'second']),
  thrice: repeatedRequest('x-value', ['first-of-three', '', 'third']),
  'with-commas': repeatedRequest('x-value', ['one,of', 'four,values']),
  'trace-id': repeatedRequest('x-b3-traceid', ['b3-first', 'b3-second']),
  // Envoy folds this one itself, before any logger sees it.
  'forwarded-for': {
    headers: [
      ['x-forwarded-for', '203.0.113.1'],
      ['x-forwarded-for', '203.0.113.2'],
    ],
  },
}

const paths: Readonly<Record<string, Asking>> = mapValues(
  {
    query: '/web/a/b?x=1&y=%20z&y=2',
    'empty-query': '/web?',
    'question-in-query': '/web?a=b?c',
    'percent-encoded': '/web/%C3%A9%2F%00%zz',
    quotes: '/web/"q"',
    braces: '/web/{a}|^`<b>',
    backslash: '/web/back\\slash',
    'double-slash': '/web//a/./b/../c',
    parameters: '/web;p=1/x;y',
    'upper-case': '/WEB',
    'no-route': '/nowhere/at/all?x=1',
    root: '/',
    long: `/web/${'p'.repeat(3_000)}?${'q'.repeat(2_000)}`,
  },
  (path) => ({ path }),
)

const answers: Readonly<Record<string, Asking>> = {
  ...mapValues({ 204: 204, 304: 304, 400: 400, 404: 404, 429: 429, 500: 500, 503: 503, 599: 599 }, (status) => ({
    path: `/web/status/${status}`,
  })),
  'no-bytes': { path: '/web/bytes/0' },
  'many-bytes': { path: '/web/bytes/100000' },
  ...Object.fromEntries(
    ['empty', 'quotes', 'tab', 'emoji', 'latin-utf-8', 'cut-in-a-character', 'long-4k'].map((name) => [
      `value-${name}`,
      { answer: answer([['X-Value', values[name]!]]) },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(invalidValues).map(([name, [sent, carried]]) => [
      `invalid-${name}`,
      {
        answer: answer([['X-Value', sent]]),
        differs: [{ why: 'invalid-utf-8', field: 'resp:x-value', envoy: sent, sink: carried } satisfies Difference],
      },
    ]),
  ),
  repeated: {
    answer: answer([
      ['X-Value', 'answer-one'],
      ['x-value', 'answer-two'],
    ]),
    differs: [{ why: 'repeated-header', field: 'resp:x-value', envoy: 'answer-one', sink: 'answer-one,answer-two' }],
  },
  'type-and-time': {
    answer: answer([
      ['Content-Type', 'a/"b"'],
      ['X-Envoy-Upstream-Service-Time', '7'],
    ]),
  },
  'odd-status': { answer: answer([], 'x', 'HTTP/1.1 299 "Odd" Reason') },
  trailers: { answer: answerWithTrailers([['X-Trailer', `t "1" ${utf8('é')}`]]) },
  'trailer-empty': { answer: answerWithTrailers([['X-Trailer', '']]) },
  'trailer-invalid': {
    answer: answerWithTrailers([['X-Trailer', 't\xfft']]),
    differs: [{ why: 'invalid-utf-8', field: 'trailer:x-trailer', envoy: 't\xfft', sink: 't!t' }],
  },
  'trailer-repeated': {
    answer: answerWithTrailers([
      ['X-Trailer', 'trail-one'],
      ['X-Trailer', 'trail-two'],
    ]),
    differs: [{ why: 'repeated-header', field: 'trailer:x-trailer', envoy: 'trail-one', sink: 'trail-one,trail-two' }],
  },
}

const outcomes: Readonly<Record<string, Asking>> = {
  refused: { path: '/refused' },
  'refused-twice': { path: '/refused-twice' },
  'no-hosts': { path: '/no-hosts', differs: [hostless('without-hosts')] },
  'no-cluster': { path: '/no-cluster' },
  overflow: { path: '/overflow' },
  dropped: {
    path: '/dropped',
    differs: [
      hostless('web-dropping'),
      { why: 'flag-not-carried', field: 'RESPONSE_FLAGS', envoy: 'UDO', sink: '-' },
      { why: 'flag-not-carried', field: 'RESPONSE_FLAGS_LONG', envoy: 'UnconditionalDropOverload', sink: '-' },
    ],
  },
  garbage: { answer: 'this is not HTTP\r\n\r\n' },
  'cut-in-the-body': { answer: 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nonly so much' },
  'nothing-at-all': { answer: '' },
  reset: { path: '/web/reset' },
  'by-pipe': { path: '/pipe/x' },
  'refused-by-pipe': { path: '/refused-by-pipe' },
  'refused-body': { path: '/refused', method: 'POST', body: 'lost' },
  rewritten: { path: '/rewritten/path?q=1' },
  retried: { path: '/retried' },
  timeout: { path: '/timeout' },
  'each-try': { path: '/each-try' },
  idle: { path: '/idle' },
  longest: { path: '/longest' },
  'limited-not-yet': { path: '/limited' },
  limited: { path: '/limited', after: 'outcome/limited-not-yet', differs: [hostless('frontend')] },
  moved: { path: '/moved' },
  direct: { path: '/direct' },
  delayed: { headers: [['x-envoy-fault-delay-request', '30']] },
  aborted: { headers: [['x-envoy-fault-abort-request', '507']], differs: [hostless('frontend')] },
  'delayed-and-aborted': {
    headers: [
      ['x-envoy-fault-delay-request', '30'],
      ['x-envoy-fault-abort-request', '501'],
    ],
    differs: [hostless('frontend')],
  },
  'client-leaves': { path: '/web/hang', leaves: true },
  'client-leaves-a-post': { path: '/web/hang', method: 'POST', body: 'x'.repeat(5_000), leaves: true },
}

function one(name: string, value: string): Asking {
  return { headers: [[name, value]] }
}

function invalidRequest(header: string, sent: string, carried: string): Asking {
  return {
    headers: [[header, sent]],
    differs: [{ why: 'invalid-utf-8', field: `req:${header}`, envoy: sent, sink: carried }],
  }
}

function repeatedRequest(header: string, all: readonly [string, ...string[]]): Asking {
  return {
    headers: all.map((value): Header => [header, value]),
    differs: [{ why: 'repeated-header', field: `req:${header}`, envoy: all[0], sink: all.join(',') }],
  }
}

function mapValues<T, U>(table: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value)]))
}
