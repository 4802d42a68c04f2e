/** The reference is held against recorded Envoys, and against worked examples of what no recording shows. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bytesOf } from './bytes.ts'
import { checkGoldens } from './goldens.ts'
import { encode } from './message.ts'
import { compileReference, type Format, type ReferenceOptions } from './reference.ts'

const recorded = [...checkGoldens(fileURLToPath(new URL('../golden/envoy-1.40.0', import.meta.url)))]

test('there are recorded formats', () => expect(recorded.length).toBeGreaterThan(100))

test.each(recorded.map((golden) => [golden.name, golden] as const))('%s', (_, { faults }) => {
  expect(faults).toEqual([])
})

const string = (text: string) => Buffer.from(bytesOf(text), 'latin1')
const pairs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, value]) => ({ key: string(key), value: string(value) }))

function render(format: Format, fields: object, options: ReferenceOptions = {}): string {
  const entry = encode('envoy.data.accesslog.v3.HTTPAccessLogEntry', fields)
  return Buffer.from(compileReference(format, { timeZone: 'UTC', ...options })('http', entry)).toString('latin1')
}

const tagged = (tags: Readonly<Record<string, string>>) => ({ common_properties: { custom_tags: pairs(tags) } })

describe('custom tags', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['a value', '%CONNECTION_ID%', { 'als:%CONNECTION_ID%': '5' }, '{"a":5}'],
    ['no digits', '%CONNECTION_ID%', { 'als:%CONNECTION_ID%': '007' }, '{"a":"007"}'],
    ['absent', '%RESPONSE_FLAGS%', { 'als:%RESPONSE_FLAGS%': '<absent><end>' }, '{"a":null}'],
    ['empty', '%HOSTNAME%', { 'als:%HOSTNAME%': '<end>' }, '{"a":""}'],
    ['one end is taken off', '%HOSTNAME%', { 'als:%HOSTNAME%': 'x<end><end>' }, '{"a":"x<end>"}'],
    ['as written, not as meant', '%HOSTNAME()%', { 'als:%HOSTNAME%': 'x' }, '{"a":null}'],
    ['an exact operator has none', '%ROUTE_NAME%', { 'als:%ROUTE_NAME%': 'x' }, '{"a":null}'],
    ['a number that is empty', '%CONNECTION_ID%', { 'als:%CONNECTION_ID%': '<end>' }, '{"a":null}'],
    ['proto JSON', '%FILTER_STATE(k)%', { 'als:%FILTER_STATE(k)%': '{"b":1}' }, '{"a":{"b":1}}'],
    ['whole, for it is cut as text only', '%FILTER_STATE(k):1%', { 'als:%FILTER_STATE(k)%': '{}' }, '{"a":{}}'],
    ['a namespace', '%METADATA(ROUTE:n:k)%', { 'als:%METADATA(ROUTE:n)%': '{"k":{"z":1}}' }, '{"a":{"z":1}}'],
    ['no such path', '%METADATA(ROUTE:n:q)%', { 'als:%METADATA(ROUTE:n)%': '{"k":1}' }, '{"a":null}'],
  ])('%s: %s', (_, use, tags, line) => {
    expect(render({ json: { a: use } }, tagged(tags))).toBe(`${line}\n`)
  })
})

describe('text safety', () => {
  const agent = (text: string) => ({ request: { user_agent: Buffer.from(text, 'latin1') } })
  const use = '%REQ(USER-AGENT)%'

  test('control characters of values are escaped, those of literals are not', () => {
    const options = { textSafety: { escapeControl: true } }
    expect(render({ text: `\t${use}\n` }, agent('a\r\n\t\x1b\x7f'), options)).toBe('\ta\\r\\n\\t\\u001b\\u007f\n')
    expect(render({ json: { a: `x${use}` } }, agent('\n'), options)).toBe('{"a":"x\\n"}\n')
  })

  test.each([
    ['ab😀cd', 6, 'ab😀'],
    ['ab😀cd', 5, 'ab'],
    ['ab😀cd', 3, 'ab'],
    ['é', 1, ''],
    ['abc', 2, 'ab'],
  ])('%s cut to %i bytes keeps whole characters', (text, length, kept) => {
    const line = render({ text: `%REQ(USER-AGENT):${length}%` }, agent(bytesOf(text)), {
      textSafety: { wholeCharacters: true },
    })
    expect(line).toBe(bytesOf(kept))
  })

  test('infinity', () => {
    const fields = [{ key: string('k'), value: { number_value: Number.POSITIVE_INFINITY } }]
    const entry = { common_properties: { metadata: { filter_metadata: [{ key: string('n'), value: { fields } }] } } }
    const format = { text: '%DYNAMIC_METADATA(n)%' }
    expect(render(format, entry)).toBe('{"k":inf}')
    expect(render(format, entry, { textSafety: { finiteNumbers: true } })).toBe('{"k":null}')
  })
})

describe('what is no format', () => {
  test.each(['50% off', '%protocol%', '%NOPE%', '%REQ%', '%REQ(a?b?c)%', '%PROTOCOL:3%', '%START_TIME(%n)%'])(
    '%s',
    (text) => expect(() => compileReference({ text })).toThrow(),
  )

  test('Kuma’s words are none for Envoy', () => {
    expect(() => compileReference({ text: '%KUMA_MESH%' }, { dialect: 'envoy' })).toThrow('KUMA_MESH')
    expect(render({ text: '%KUMA_MESH%|%KUMA_ZONE%' }, {}, { kumaValues: { mesh: '%' } })).toBe('%|-')
  })
})
