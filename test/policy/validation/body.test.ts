/** The misplaced `values` of Kuma's documentation: found at any depth, and nothing else is touched. */
import { expect, test } from 'vitest'
import { adoptBody } from '../../../src/policy/validation/body.ts'

const text = { stringValue: 'a' }

test.each<[unknown, unknown]>([
  [
    { kvlistValue: null, values: [{ key: 'a', value: text }] },
    { kvlistValue: { values: [{ key: 'a', value: text }] } },
  ],
  [{ arrayValue: null, values: [text] }, { arrayValue: { values: [text] } }],
  [{ kvlist_value: null, values: [] }, { kvlist_value: { values: [] } }],
  [
    { arrayValue: { values: [{ arrayValue: null, values: [text] }] } },
    { arrayValue: { values: [{ arrayValue: { values: [text] } }] } },
  ],
  [
    { kvlistValue: { values: [{ key: 'a', value: { arrayValue: null, values: [] } }] } },
    { kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [] } } }] } },
  ],
  [
    { kvlistValue: null, values: [{ key: 'a', value: { kvlistValue: null, values: [] } }] },
    { kvlistValue: { values: [{ key: 'a', value: { kvlistValue: { values: [] } } }] } },
  ],
])('%j is read as %j', (body, adopted) => {
  expect(adoptBody(body)).toEqual({ body: adopted, adopted: true })
})

test.each<[unknown]>([
  [undefined],
  [null],
  ['text'],
  [5],
  [['a']],
  [{}],
  [text],
  [{ kvlistValue: null }],
  [{ kvlistValue: null, values: 'a' }],
  [{ values: [text] }],
  [{ kvlistValue: { values: [{ key: 'a', value: text }] } }],
  [{ kvlistValue: { values: ['a', { key: 'b' }] } }],
])('%j stays what it is', (body) => {
  const result = adoptBody(body)
  expect(result.adopted).toBe(false)
  expect(result.body).toBe(body)
})

test('what is nested without end is left to those who refuse it', () => {
  let body: unknown = { arrayValue: null, values: [] }
  for (let i = 0; i < 10_000; i++) body = { arrayValue: { values: [body] } }
  expect(adoptBody(body).adopted).toBe(false)
})
