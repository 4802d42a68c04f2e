/** What Envoy 1.40 said of each of these expressions when it read its configuration. */
import { expect, test } from 'vitest'
import { toByteString } from '../../src/format/byte-string.ts'
import { checkExpression } from '../../src/format/catalogue/cel-expression.ts'
import { ArgumentFault } from '../../src/format/operator.ts'

const accepted = [
  ...['size(a)', 'a.size()', '.size(a)', "contains(a, 'b')", "a.contains('b')", "matches(a, 'b')", 'int(a).b'],
  ...['timestamp(1)', "duration('x')", 'uint(a) + 1u', 'type(a) == int', 'dyn(a)', "a.getDate('UTC')", 'a.getHours()'],
  ...["re.extract(a, 'b', 'c')", "re.capture(a, 'b')", "(re).captureN(a, 'b')", ".re.extract(a, 'b', 'c')"],
  ...[
    'has(a.b)',
    'has({}.a)',
    '!a && -b in c',
    'a ? b : c',
    'a[0]',
    "{'a': 1}",
    '{1.5: 1}',
    '[1, 2]',
    "1 + 'a'",
    '1 // c',
  ],
  ...['google.protobuf.Timestamp{seconds: 1}', '.google.protobuf.Timestamp{}', 'envoy.config.core.v3.Metadata{}'],
  ...['-9223372036854775808', '9223372036854775807', '18446744073709551615u'],
]

const optional = 'where it makes custom tags: an option of its CEL formatter does not reach there.'
const refused: readonly (readonly [string, string, number])[] = [
  ['string(a)', `Envoy knows no function string() with one argument ${optional}`, 0],
  ["'é' + 'é'.lowerAscii()", `Envoy knows no function .lowerAscii() with 0 arguments ${optional}`, 11],
  ["a.split(',')", `Envoy knows no function .split() with one argument ${optional}`, 1],
  ['getSeconds(a)', 'Envoy knows no function getSeconds() with one argument.', 0],
  ['size()', 'Envoy knows no function size() with 0 arguments.', 0],
  ['a.size(b)', 'Envoy knows no function .size() with one argument.', 1],
  ['a.int()', 'Envoy knows no function .int() with 0 arguments.', 1],
  ["re.extract(a, 'b')", 'Envoy knows no function .extract() with 2 arguments.', 2],
  ["x.re.capture(a, 'b')", 'Envoy knows no function .capture() with 2 arguments.', 4],
  ['_(a)', 'Envoy knows no function _() with one argument.', 0],
  ['[b, {c: d.nope()}]', 'Envoy knows no function .nope() with 0 arguments.', 9],
  ['a.exists(x, x > 1)', 'Envoy has all, exists, exists_one, filter and map switched off.', 1],
  ['a.map(x, x)', 'Envoy has all, exists, exists_one, filter and map switched off.', 1],
  ['has(a)', 'has() takes a field: has(a.b).', 0],
  ['A{b: 1}', 'Envoy knows no message "A".', 0],
  ['9223372036854775808', '9223372036854775808 has more than 64 bits.', 0],
  ['1 + 18446744073709551616u', '18446744073709551616 has more than 64 bits.', 4],
]

test.each(accepted)('%s', (expression) => {
  expect(() => checkExpression(toByteString(expression))).not.toThrow()
})

test.each(refused)('%s is refused', (expression, message, offset) => {
  const { message: said, code, offset: place } = faultOf(expression)
  expect({ said, code, place }).toEqual({ said: message, code: 'cel_function', place: offset })
})

test('what is no expression is refused as such', () => {
  expect(faultOf('1 +').code).toBe('cel_syntax')
})

function faultOf(expression: string): ArgumentFault {
  try {
    checkExpression(toByteString(expression))
  } catch (error) {
    if (error instanceof ArgumentFault) return error
    throw error
  }
  throw new Error(`${expression} is accepted`)
}
