import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toByteString } from '../../src/format/byte-string.ts'
import { defaultLocalTimeParts, defaultTimeParts, parseTimeFormat } from '../../src/format/time-format.ts'
import { createTimeFormatter, type TimeFormatter } from '../../src/render/time.ts'

const rubbish = 0xaa
const guard = 16

/** What `write` returns, as text; fails when a byte outside `[at, at + bytesMax)` was touched. */
function printed(formatter: TimeFormatter, seconds: number, nanos: number): string {
  const bytes = new Uint8Array(guard + formatter.bytesMax + guard).fill(rubbish)
  const end = formatter.write(bytes, guard, seconds, nanos)
  expect(end - guard).toBeLessThanOrEqual(formatter.bytesMax)
  const outside = [...bytes.subarray(0, guard), ...bytes.subarray(guard + formatter.bytesMax)]
  expect(outside.every((byte) => byte === rubbish)).toBe(true)
  return Buffer.from(bytes.subarray(guard, end)).toString()
}

const compile = (argument: string, zone: string | null = 'UTC') =>
  createTimeFormatter(parseTimeFormat(toByteString(argument)), zone)

describe('2020-02-18T21:52:17.987654321Z', () => {
  test.each([
    ['%Y/%m/%dT%H:%M:%S%z %s', '2020/02/18T21:52:17+0000 1582062737'],
    ['%s.%3f', '1582062737.987'],
    ['%s.%6f', '1582062737.987654'],
    ['%s.%9f', '1582062737.987654321'],
    ['%f.%1f.%2f.%3f', '987654321.9.98.987'],
    ['%E*S %E6S %Ez %j', '17.987654321 17.987654 +00:00 049'],
    [
      '%a %A %b %h %B %d %e %F %D %T %R %r',
      'Tue Tuesday Feb Feb February 18 18 2020-02-18 02/18/20 21:52:17 21:52 09:52:17 PM',
    ],
    ['%G-%V %g %u %w %U %W %C %y %I %p', '2020-08 20 2 2 07 07 20 20 09 PM'],
    ['%c|%x|%X', 'Tue Feb 18 21:52:17 2020|02/18/20|21:52:17'],
    ['%Z%t%ET%E4Y', 'UTC\tT2020'],
  ])('%s', (argument, expected) => {
    expect(printed(compile(argument), 1582062737, 987654321)).toBe(expected)
  })

  test('defaults', () => {
    expect(printed(createTimeFormatter(defaultTimeParts, 'UTC'), 1582062737, 987654321)).toBe(
      '2020-02-18T21:52:17.987Z',
    )
    expect(printed(createTimeFormatter(defaultLocalTimeParts, 'Europe/Vienna'), 1582062737, 987654321)).toBe(
      '2020-02-18T22:52:17.987+0100',
    )
  })
})

describe('as Envoy 1.40 printed it at 2026-11-21T08:13:44.023848Z', () => {
  test.each([
    ['%%%s', '%1795248824'],
    ['%%', '%'],
    ['%%s', '%1795248824'],
    ['%', '%'],
    ['%+', '%+'],
    ['%-d', '21'],
    ['%05d', '00021'],
    ['%0f', '%0f'],
    ['%10f', '      %10f'],
    ['%10n', '         \n'],
    ['%3', ' %3'],
    ['%3S', '044'],
    ['%3f%3S', '023044'],
    ['%:::z', '+00'],
    ['%::z', '+00:00:00'],
    ['%:z', '+00:00'],
    ['%E', '%E'],
    ['%E0S', '44'],
    ['%E0f', ''],
    ['%E10S', '44.0238480000'],
    ['%E12f', '023848000000'],
    ['%E15S', '44.023848000000000'],
    ['%E3', '%E3'],
    ['%E5Y', '%E5Y'],
    ['%EEn', '%EEn'],
    ['%Ed', '%Ed'],
    ['%Ey', '26'],
    ['%H(%M)', '08(13)'],
    ['%H)', '08)'],
    ['%L', '%L'],
    ['%O', '%O'],
    ['%Od', '21'],
    ['%P', 'am'],
    ['%Y é', '2026 é'],
    ['%Y%', '2026%'],
    ['%_d', '21'],
    ['%ff', '023848000f'],
    ['%k', ' 8'],
    ['%l', ' 8'],
    ['%sS', '1795248824S'],
    ['%t', '\t'],
    ['a%b', 'aNov'],
    ['%s%f%E*S%E3S', '179524882402384800044.02384844.023'],
    ['%E4Y-%m', '2026-11'],
    ['%Ez|%E*z|%Z|%z', '+00:00|+00:00:00|UTC|+0000'],
    ['%c|%x|%X|%r', 'Sat Nov 21 08:13:44 2026|11/21/26|08:13:44|08:13:44 AM'],
    ['%EY%Ex%EX%OH%OM', '202611/21/2608:13:440813'],
    ['%E3f|%*f|%E*f|%E9S|%E1S', '023|023848|023848|44.023848000|44.0'],
  ])('%s', (argument, expected) => {
    expect(printed(compile(argument), 1795248824, 23848000)).toBe(expected)
  })

  test('in Asia/Kolkata', () => {
    const formatter = compile('%F %T %z %Z %Ez', 'Asia/Kolkata')
    expect(printed(formatter, 1795248824, 23848000)).toBe('2026-11-21 13:43:44 +0530 IST +05:30')
  })

  test('ten digits and more stay what they were for the first entry of a second', () => {
    const formatter = compile('%E*S %E10S %E12f')
    expect(printed(formatter, 1795248824, 23848000)).toBe('44.023848 44.0238480000 023848000000')
    expect(printed(formatter, 1795248824, 27135000)).toBe('44.027135 44.0238480000 023848000000')
    expect(printed(formatter, 1795248825, 66791000)).toBe('45.066791 45.0667910000 066791000000')
    expect(printed(formatter, 1795248824, 63349000)).toBe('44.063349 44.0633490000 063349000000')
  })
})

describe('fractions are cut, never rounded', () => {
  test.each([
    ['%E3S', 999_999_999, '17.999'],
    ['%E3S', 0, '17.000'],
    ['%E*S', 0, '17'],
    ['%*f', 0, '0'],
    ['%3f', 0, '000'],
    ['%*f', 500_000_000, '5'],
    ['%*f', 100, '0000001'],
    ['%E*S', 1, '17.000000001'],
    ['%1f%2f%3f%4f%5f%6f%7f%8f%9f', 123_456_789, '112123123412345123456123456712345678123456789'],
  ])('%s of %i', (argument, nanos, expected) => {
    expect(printed(compile(argument), 1582062737, nanos)).toBe(expected)
  })
})

describe('damaged times print as the nearest one that is sound', () => {
  // absl does not pad the year.
  const first = '1-01-01T00:00:00'
  const last = '9999-12-31T23:59:59'
  test.each([
    [-62135596800, 0, `${first}.000Z`],
    [-62135596801, 0, `${first}.000Z`],
    [-(2 ** 63), 0, `${first}.000Z`],
    [253402300799, 0, `${last}.000Z`],
    [253402300800, 0, `${last}.000Z`],
    [2 ** 63, 0, `${last}.000Z`],
    [0, -1, '1970-01-01T00:00:00.000Z'],
    [0, -(2 ** 31), '1970-01-01T00:00:00.000Z'],
    [0, 1_000_000_000, '1970-01-01T00:00:00.999Z'],
    [0, 2 ** 31 - 1, '1970-01-01T00:00:00.999Z'],
  ])('%d s %d ns', (seconds, nanos, expected) => {
    expect(printed(createTimeFormatter(defaultTimeParts, 'UTC'), seconds, nanos)).toBe(expected)
  })
})

const seconds = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800 }),
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(Number),
)
const nanos = fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.integer())

test('it equals the slow plain way, in any order of seconds', () => {
  const formatter = compile('%F %T|%E9S|%s|%E*S|%a %b %e %j|%:z')
  const days = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
  const plain = (s: number, n: number) => {
    const date = new Date(s * 1000)
    const iso = date.toISOString()
    const fraction = String(n).padStart(9, '0')
    const dayOfYear = (date.getTime() - Date.parse(`${iso.slice(0, 4)}-01-01T00:00:00Z`)) / 86_400_000
    return [
      `${date.getUTCFullYear()}-${iso.slice(5, 10)} ${iso.slice(11, 19)}`,
      `${iso.slice(17, 19)}.${fraction}`,
      String(s),
      iso.slice(17, 19) + (n === 0 ? '' : `.${fraction.replace(/0+$/, '')}`),
      `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, ' ')} ${String(Math.floor(dayOfYear) + 1).padStart(3, '0')}`,
      '+00:00',
    ].join('|')
  }
  const near = fc.integer({ min: 1582062730, max: 1582062750 })
  const sound = fc.oneof(near, fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(sound, fc.integer({ min: 0, max: 999_999_999 }))), (times) => {
      for (const [s, n] of times) expect(printed(formatter, s, n)).toBe(plain(s, n))
    }),
  )
})

test('it never touches more than bytesMax bytes, whatever the time', () => {
  const formatters = [
    compile('%A %B %Y %c %Z', 'Pacific/Kiritimati'),
    compile('%E*S%*f%s', 'America/New_York'),
    compile('%Y', 'UTC'),
    compile('%12c%60d%5q%E18f%E*z', 'Pacific/Pago_Pago'),
    compile('', null),
  ]
  fc.assert(
    fc.property(seconds, nanos, (s, n) => {
      for (const formatter of formatters) expect(printed(formatter, s, n)).not.toContain(String.fromCharCode(rubbish))
    }),
  )
})

test('it follows when it is given another memory', () => {
  const formatter = createTimeFormatter(defaultTimeParts, 'UTC')
  expect([printed(formatter, 0, 0), printed(formatter, 0, 0)]).toEqual(Array(2).fill('1970-01-01T00:00:00.000Z'))
})
