import { expect, test } from 'vitest'
import { createJsonScalars } from '../../src/render/json-scalar.ts'
import { createMemory } from '../../src/wire/memory.ts'

const memory = createMemory({ inputBytesMax: 1 << 16, outputBytesMax: 1 << 16 })
const { quoteScalar } = createJsonScalars(memory)

test.each([
  ['5', '"5"'],
  ['-1e+05', '"-1e+05"'],
  ['inf', '"inf"'],
  ['true', '"true"'],
  ['false', '"false"'],
  ['null', 'null'],
  ['"5"', '"5"'],
  ['""', '""'],
  ['[5]', '[5]'],
  ['{"a":5}', '{"a":5}'],
])('%s is %s', (value, expected) => {
  const at = memory.outputAt + 3
  Buffer.from(memory.bytes.buffer).write(value, at, 'latin1')
  const end = quoteScalar(at, at + value.length)
  expect(Buffer.from(memory.bytes.subarray(at, end)).toString('latin1')).toBe(expected)
})
