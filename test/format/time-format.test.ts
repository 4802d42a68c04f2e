import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  defaultLocalTimeParts,
  defaultTimeParts,
  parseTimeFormat,
  TimeFormatFault,
  type TimePart,
} from '../../src/format/time-format.ts'

const literal = (text: string): TimePart => ({ kind: 'literal', text })
const number = (field: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'epochSeconds', digits: number) =>
  ({ kind: 'number', field, digits, fill: '0' }) as const
const second = number('second', 2)
const epochSeconds = number('epochSeconds', 1)

describe('Envoy cuts its own specifiers out first', () => {
  test.each<[argument: string, parts: TimePart[]]>([
    ['', []],
    ['abc', [literal('abc')]],
    ['%s', [epochSeconds]],
    ['%f', [{ kind: 'fraction', digits: 9 }]],
    ['%3f', [{ kind: 'fraction', digits: 3 }]],
    ['%E4f', [{ kind: 'fraction', digits: 4 }]],
    ['%*f', [{ kind: 'shortFraction', dot: false }]],
    ['%E*f', [{ kind: 'shortFraction', dot: false }]],
    ['%E*S', [second, { kind: 'shortFraction', dot: true }]],
    ['%E3S', [second, literal('.'), { kind: 'fraction', digits: 3 }]],
    ['%s.%3f', [epochSeconds, literal('.'), { kind: 'fraction', digits: 3 }]],
    ['%ff', [{ kind: 'fraction', digits: 9 }, literal('f')]],
    ['%sS', [epochSeconds, literal('S')]],
    // The search is blind to what stands before: a percent sign is left behind, or spoils the seconds put after it.
    ['%%s', [literal('%'), epochSeconds]],
    ['%%%s', [literal('%'), epochSeconds]],
    ['%%3f', [literal('%'), { kind: 'fraction', digits: 3 }]],
    ['%%E3S', [literal('%S.'), { kind: 'fraction', digits: 3 }]],
  ])('%j', (argument, parts) => {
    expect(parseTimeFormat(argument)).toEqual(parts)
  })
})

describe('absl knows a few specifiers of its own', () => {
  test.each<[argument: string, parts: TimePart[]]>([
    ['%E0S', [second]],
    ['%E0f', []],
    ['%E12f', [{ kind: 'heldFraction', digits: 12 }]],
    ['%E10S', [second, literal('.'), { kind: 'heldFraction', digits: 10 }]],
    ['%E007f', [{ kind: 'heldFraction', digits: 7 }]],
    ['%E99f', [{ kind: 'heldFraction', digits: 18 }]],
    ['%E1024f', [{ kind: 'heldFraction', digits: 18 }]],
    ['%E1025f', [literal('%E1025f')]],
    ['%E4Y', [number('year', 4)]],
    ['%E5Y', [literal('%E5Y')]],
    ['%ET', [literal('T')]],
    ['%z', [{ kind: 'offset', style: 'plain' }]],
    ['%Ez', [{ kind: 'offset', style: 'minutes' }]],
    ['%:z', [{ kind: 'offset', style: 'minutes' }]],
    ['%E*z', [{ kind: 'offset', style: 'seconds' }]],
    ['%::z', [{ kind: 'offset', style: 'seconds' }]],
    ['%:::z', [{ kind: 'offset', style: 'shortest' }]],
    ['%::::z', [literal('%::::z')]],
    ['%Z', [{ kind: 'name', field: 'zone', letters: 'asIs' }]],
    ['%%', [literal('%')]],
    ['%%Y', [literal('%Y')]],
    ['%%%Y', [literal('%'), number('year', 1)]],
    ['%', [literal('%')]],
    ['%Y%', [number('year', 1), literal('%')]],
    ['a%\0b', [literal('ab')]],
  ])('%j', (argument, parts) => {
    expect(parseTimeFormat(argument)).toEqual(parts)
  })
})

test('the defaults are milliseconds in UTC, with Z, and in a zone, with its offset', () => {
  const toSeconds = [
    number('year', 1),
    literal('-'),
    number('month', 2),
    literal('-'),
    number('day', 2),
    literal('T'),
    number('hour', 2),
    literal(':'),
    number('minute', 2),
    literal(':'),
    second,
    literal('.'),
    { kind: 'fraction', digits: 3 },
  ]
  expect(defaultTimeParts).toEqual([...toSeconds, literal('Z')])
  expect(defaultLocalTimeParts).toEqual([...toSeconds, { kind: 'offset', style: 'plain' }])
})

describe('a line break is refused where Envoy sees one', () => {
  test.each([
    ['%n', 0, 2],
    ['%-n', 0, 3],
    ['%0n', 0, 3],
    ['%_n', 0, 3],
    ['%^n', 0, 3],
    ['%#n', 0, 3],
    ['%9n', 0, 3],
    ['%-12n', 0, 5],
    ['%En', 0, 3],
    ['%On', 0, 3],
    ['%_#9On', 0, 6],
    ['%Y%n', 2, 2],
    ['é %%n'.replace('é', '\xc3\xa9'), 4, 2],
  ])('%j', (argument, index, length) => {
    let fault: unknown
    try {
      parseTimeFormat(argument)
    } catch (error) {
      fault = error
    }
    expect(fault).toBeInstanceOf(TimeFormatFault)
    expect(fault).toMatchObject({ code: 'time_newline', index, length })
    expect((fault as Error).message).toContain(argument.slice(index, index + length))
  })

  test.each(['%10n', '%EEn', '\\n', 'n', '% n', '%E1n', '%t', '%N'])('and %j passes', (argument) => {
    expect(parseTimeFormat(argument)).not.toEqual([])
  })
})

test('any other argument is legal, and no byte of plain text is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '.', '(', '\xc3', '\xa9') }), (text) => {
      expect(parseTimeFormat(text)).toEqual(text === '' ? [] : [literal(text)])
    }),
  )
  const pieces = fc.constantFrom(
    '%',
    '%%',
    'E',
    'O',
    '*',
    '_',
    '-',
    '#',
    '^',
    '0',
    '3',
    '12',
    '\0',
    ':',
    'a',
    'S',
    'f',
    's',
    'z',
  )
  fc.assert(
    fc.property(fc.array(pieces), (text) => {
      expect(Array.isArray(parseTimeFormat(text.join('')))).toBe(true)
    }),
  )
})
