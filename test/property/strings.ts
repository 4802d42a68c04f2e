/** Byte strings as entries hold them: plain, odd, and no UTF-8 at all. Each character stands for one byte. */
import fc from 'fast-check'
import { bytesOf } from '../reference/bytes.ts'

const pieces = [
  'a',
  'value',
  'TLS error: bad cert',
  'via upstream',
  '0',
  '14',
  '"',
  '\\',
  '/',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\x00',
  '\x1b[31m',
  '\x7f',
  '%',
  '%41',
  '<',
  '?',
  '&',
  '=',
  '-',
  bytesOf('é'),
  bytesOf('€'),
  bytesOf('😀'),
  bytesOf('\u2028'),
  '\xff',
  '\xc3',
  '\xe2\x82',
  '\xf0\x9f\x98',
  '\xed\xa0\x80',
  '\xc0\x80',
  '\x80',
]

const ascii = fc.string({ unit: fc.constantFrom(...'abcxyz0189-_./:'), maxLength: 12 })

/** Any bytes, short more often than long. */
export const anyBytes: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: ascii, weight: 3 },
  { arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((each) => each.join('')), weight: 4 },
  { arbitrary: fc.constant(''), weight: 1 },
  {
    arbitrary: fc.tuple(fc.constantFrom('a', 'é', '"'), fc.nat(200)).map(([text, n]) => bytesOf(text).repeat(n)),
    weight: 1,
  },
)

/**
 * What is printed as proto JSON keeps to characters of which operators.md tells how: a bad byte stands alone, and is no lead byte that
 * would claim those behind it.
 */
export const anyProtoBytes: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'a',
      '"',
      '\\',
      '/',
      ' ',
      '\t',
      '\n',
      '\x00',
      '\x1b',
      '%',
      ...['é', '€', '😀'].map(bytesOf),
      '\xff',
      '\x80',
    ),
    {
      maxLength: 5,
    },
  )
  .map((each) => each.join(''))

/** Only valid UTF-8. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  ascii,
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '%%', 'é', '😀', ' ', '{'), maxLength: 6 }),
)

export const headerNames = [
  'x-a',
  'x-b',
  'x-empty',
  'content-type',
  'grpc-status',
  ':method',
  ':path',
  'host',
  'user-agent',
]
/** Of metadata; formats also name "", which no entry has. */
export const namespaces = ['ns', 'com.f', 'a b']
export const structKeys = ['k', 'obj', 'n', '', 'b', bytesOf('é'), '\xff"']
export const stateKeys = ['k', 'a.b/c', bytesOf('é')]
