/** Predicted differences: they are placed to the byte, or they throw. No Envoy is needed here. */
import { describe, expect, test } from 'vitest'
import { type CaseName, caseNames } from '../../envoy/config.ts'
import { corpusOf } from '../../envoy/corpus.ts'
import type { Format, JsonValue } from '../../envoy/formats.ts'
import { goldenFormats } from '../../envoy/formats.ts'
import { headersOf } from '../../envoy/operators.ts'
import { type Difference, predictLine } from '../../envoy/predict.ts'

const text = (format: string, omitEmptyValues = false): Format => ({
  name: 'f',
  format: { text: format },
  omitEmptyValues,
})
const json = (format: { readonly [key: string]: JsonValue }, omitEmptyValues = false): Format => ({
  name: 'f',
  format: { json: format },
  omitEmptyValues,
})
const repeated: Difference = { why: 'repeated-header', field: 'req:x-v', envoy: 'first', sink: 'first,second' }
const invalid: Difference = { why: 'invalid-utf-8', field: 'req:x-v', envoy: 'a"\xe9', sink: 'a"!' }
const hostless: Difference = { why: 'no-upstream-host', field: 'UPSTREAM_CLUSTER', envoy: 'nowhere', sink: null }

const table: [what: string, Format, Difference, envoy: string, sink: string][] = [
  ['text', text('%REQ(X-V)%|%REQ(Y)%'), repeated, 'first|y', 'first,second|y'],
  ['an alternative', text('%REQ(Y?X-V)%'), repeated, 'first', 'first,second'],
  [
    'the same header twice',
    text('%REQ(X-V)% %REQUEST_HEADER(x-v)%'),
    repeated,
    'first first',
    'first,second first,second',
  ],
  ['a maximum length', text('%REQ(X-V):7%.'), repeated, 'first.', 'first,s.'],
  [
    'one value that becomes two',
    text('%REQ(X-V):7% %REQ(X-V)% %REQ(X-V):5%'),
    repeated,
    'first first first',
    'first,s first,second first',
  ],
  ['absence in text', text('[%UPSTREAM_CLUSTER%]'), hostless, '[nowhere]', '[-]'],
  ['absence in text that omits', text('[%UPSTREAM_CLUSTER%]', true), hostless, '[nowhere]', '[]'],
  ['JSON', json({ v: '%REQ(X-V)%', w: 'x' }), repeated, '{"v":"first","w":"x"}', '{"v":"first,second","w":"x"}'],
  ['JSON of several pieces', json({ v: '<%REQ(X-V)%>' }), repeated, '{"v":"<first>"}', '{"v":"<first,second>"}'],
  ['JSON escapes', json({ v: '%REQ(X-V)%' }), invalid, '{"v":"a\\u0022\\u00e9"}', '{"v":"a\\"!"}'],
  ['absence in JSON', json({ c: '%UPSTREAM_CLUSTER%' }), hostless, '{"c":"nowhere"}', '{"c":null}'],
  [
    'absence in JSON that omits',
    json({ a: '%PROTOCOL%', c: '%UPSTREAM_CLUSTER%' }, true),
    hostless,
    '{"a":"HTTP/2","c":"nowhere"}',
    '{"a":"HTTP/2"}',
  ],
]

test.each(table)('a difference is placed in %s', (_, format, difference, envoy, sink) => {
  const { line, shown } = predictLine(format, Buffer.from(envoy, 'latin1'), [difference])
  expect(line.toString('latin1')).toBe(sink)
  expect(shown).toEqual([difference])
})

test('a format that does not read the field keeps its line', () => {
  const line = Buffer.from('first')
  expect(predictLine(text('%REQ(OTHER)%'), line, [repeated])).toEqual({ line, shown: [] })
  expect(predictLine(text('%REQ(X-V):5%'), line, [repeated])).toEqual({ line, shown: [] })
})

test.each([
  ['a value that is not there', text('%REQ(X-V)%'), 'other'],
  ['a value that stands twice', text('%REQ(X-V)% %REQ(Y)%'), 'first first'],
  ['a member that has another value', json({ v: '%REQ(X-V)%' }), '{"v":"other"}'],
])('%s is an error, not a guess', (_, format, line) => {
  expect(() => predictLine(format, Buffer.from(line), [repeated])).toThrow(/stands \d times, not 1/)
})

test('the gRPC logger is told all headers that the formats read', () => {
  const formats = [text('%REQ(A?:PATH):3% %START_TIME(%s)% 100%% %RESP(B)%'), json({ c: ['%TRAILER(C)%', '%REQ(a)%'] })]
  expect(headersOf(formats)).toEqual({ req: ['a', ':path'], resp: ['b'], trailer: ['c'] })
})

describe('the corpus', () => {
  const all = caseNames.flatMap((name: CaseName) => corpusOf(name))

  test('has 300 exchanges and more, each with a name of its own', () => {
    expect(all.length).toBeGreaterThanOrEqual(300)
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })

  test('declares only differences that a format shows', () => {
    const read = new Set(goldenFormats.flatMap((format) => fieldsOf(format)))
    for (const { name, differs } of all) {
      for (const { field } of differs) expect(read, `${name} differs in ${field}`).toContain(field)
    }
  })
})

function fieldsOf(format: Format): string[] {
  const { req, resp, trailer } = headersOf([format])
  const operators = [...JSON.stringify(format.format).matchAll(/%([A-Z_]+)%/g)].map((match) => match[1]!)
  const named = (kind: string, names: string[]) => names.map((name) => `${kind}:${name}`)
  return [...named('req', req), ...named('resp', resp), ...named('trailer', trailer), ...operators]
}
