/** Bodies as Kuma reads them: every documented form, and what stands for none. */
import { describe, expect, test } from 'vitest'
import { mapTexts, readBody } from '../../../src/policy/lowering/body.ts'

test.each<[string, unknown, unknown]>([
  ['a bare text', 'took %DURATION%', { stringValue: 'took %DURATION%' }],
  ['stringValue', { stringValue: 'a\nb' }, { stringValue: 'a\nb' }],
  ['boolValue', { boolValue: true }, { boolValue: true }],
  ['intValue', { intValue: '123' }, { intValue: '123' }],
  ['doubleValue', { doubleValue: 1.2 }, { doubleValue: 1.2 }],
  ['bytesValue', { bytesValue: 'aGVsbG8=' }, { bytesValue: 'aGVsbG8=' }],
  [
    'arrayValue',
    { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }, 'b'] } },
    { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }, 'b'] } },
  ],
  [
    'kvlistValue',
    { kvlistValue: { values: [{ key: 'a', value: { kvlistValue: { values: [] } } }] } },
    { kvlistValue: { values: [{ key: 'a', value: { kvlistValue: { values: [] } } }] } },
  ],
  [
    'names with underscores',
    { kvlist_value: { values: [{ key: 'a', value: { string_value: 'x' } }] } },
    { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'x' } }] } },
  ],
  [
    'a list beside its member, as documented',
    { kvlistValue: null, values: [{ key: 'a', value: { stringValue: 'x' } }] },
    { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'x' } }] } },
  ],
  [
    'the same within',
    { arrayValue: { values: [{ arrayValue: null, values: ['x'] }] } },
    { arrayValue: { values: [{ arrayValue: { values: ['x'] } }] } },
  ],
  ['a number', 5, { stringValue: '5' }],
  ['a boolean', true, { stringValue: 'true' }],
  ['a list', ['a', 1n], { stringValue: '["a",1]' }],
  ['unknown members beside a known one', { stringValue: 'a', foo: 1, intValue: null }, { stringValue: 'a' }],
  [
    'unknown members within',
    { arrayValue: { values: [{ foo: 1, boolValue: false }], more: 1 } },
    { arrayValue: { values: [{ boolValue: false }] } },
  ],
  // Which of the two is meant nobody knows: the engine refuses it.
  ['two members', { stringValue: 'a', intValue: 1 }, { stringValue: 'a', intValue: 1 }],
  ['an empty list', { arrayValue: {} }, { arrayValue: { values: [] } }],
])('%s', (_name, body, read) => {
  expect(readBody(body)).toEqual(read)
})

test.each([undefined, null, {}, { foo: 1 }, { stringValue: null }, { kvlistValue: null, values: 'x' }, { values: [] }])(
  '%j says nothing',
  (body) => {
    expect(readBody(body)).toBeNull()
  },
)

test('however deep a body is, it is left to the engine from some depth on', () => {
  let deep: unknown = { stringValue: 'x' }
  for (let i = 0; i < 5000; i++) deep = { arrayValue: { values: [deep] } }
  const read = readBody(deep)
  expect(read).toHaveProperty('arrayValue')
  expect(mapTexts(read, () => '')).toHaveProperty('arrayValue')
})

describe('texts of a body', () => {
  test('are its strings and its keys, at any depth', () => {
    const body = {
      kvlistValue: {
        values: [
          { key: 'k', value: { arrayValue: { values: [{ stringValue: 'a' }, 'b', { intValue: 1 }] } } },
          { key: 'l', value: { bytesValue: 'aGk=' } },
        ],
      },
    }
    expect(mapTexts(body, (text) => `<${text}>`)).toEqual({
      kvlistValue: {
        values: [
          {
            key: '<k>',
            value: { arrayValue: { values: [{ stringValue: '<a>' }, { stringValue: '<b>' }, { intValue: 1 }] } },
          },
          { key: '<l>', value: { bytesValue: 'aGk=' } },
        ],
      },
    })
  })
})
