import { describe, expect, test } from 'vitest'
import { parseStrftime } from '../../src/format/strftime.ts'
import { createTimeFormatter } from '../../src/render/time.ts'

/** The strings were printed by glibc 2.36 for 2020-02-08T21:52:17Z, a Saturday. */
function printed(format: string): string {
  const formatter = createTimeFormatter(parseStrftime(format), 'UTC')
  const bytes = new Uint8Array(formatter.bytesMax)
  return Buffer.from(bytes.subarray(0, formatter.write(bytes, 0, 1581198737, 0))).toString('latin1')
}

describe('as glibc prints it', () => {
  test.each([
    // Flags and widths of numbers.
    ['%-d', '8'],
    ['%_d', ' 8'],
    ['%05d', '00008'],
    ['%5d', '00008'],
    ['%-5d', '    8'],
    ['%_5d', '    8'],
    ['%e', ' 8'],
    ['%0e', '08'],
    ['%-e', '8'],
    ['%3e', '  8'],
    ['%03e', '008'],
    ['%k', '21'],
    ['%3k', ' 21'],
    ['%l', ' 9'],
    ['%C', '20'],
    ['%s', '1581198737'],
    // Letters.
    ['%a %A %b %h %B %p %P', 'Sat Saturday Feb Feb February PM pm'],
    ['%^a %#a %^B %#h', 'SAT SAT FEBRUARY FEB'],
    ['%#p %^P %#P %^p', 'pm pm pm PM'],
    ['%#Z %^Z %5Z', 'utc UTC   UTC'],
    ['%5b %05b %-5b', '  Feb 00Feb   Feb'],
    // Longer formats.
    [
      '%c|%x|%X|%r|%R|%T|%D|%F',
      'Sat Feb  8 21:52:17 2020|02/08/20|21:52:17|09:52:17 PM|21:52|21:52:17|02/08/20|2020-02-08',
    ],
    ['%^c', 'SAT FEB  8 21:52:17 2020'],
    ['%#c', 'Sat Feb  8 21:52:17 2020'],
    ['%30c', '      Sat Feb  8 21:52:17 2020'],
    ['%030c', '000000Sat Feb  8 21:52:17 2020'],
    ['%^30c', '      SAT FEB  8 21:52:17 2020'],
    ['%15F', '     2020-02-08'],
    // Modifiers, taken and not.
    ['%EY %Ey %OV %EC %Ec %Ou', '2020 20 06 20 Sat Feb  8 21:52:17 2020 6'],
    ['%OY %EV %ED %Oc %Eb %EA %OEd', '%OY %EV %ED %Oc %Eb %EA %OEd'],
    // The offset is lost on the way to strftime; its sign is padded by itself.
    ['%_z', '+   0'],
    ['%5z', '    +00000'],
    ['%-z', '+0'],
    ['%-7z', '      +      0'],
    ['%07z', '000000+0000000'],
    // White space and percent signs.
    ['%t|%5t|%5%|%E%', '\t|    \t|    %|%'],
    ['%10n', '         \n'],
    // No conversions: as written, padded and in capitals all the same.
    ['%q %5q %05q %^q %#q', '%q   %5q 0%05q %^Q %#q'],
    ['%#Eb', '%#EB'],
    ['%3', ' %3'],
    ['%E', '%E'],
    ['%10f', '      %10f'],
    ['%5\xc3\xa9', '  %5\xc3\xa9'],
  ])('%j', (format, expected) => {
    expect(printed(format)).toBe(expected)
  })

  test('a NUL ends the format', () => {
    expect(printed('%H\0%M')).toBe('21')
  })

  test('more than sixteen times its own length is nothing at all', () => {
    expect(printed('%60d')).toBe('8'.padStart(60, '0'))
    expect(printed('%63d')).toBe('8'.padStart(63, '0'))
    expect(printed('%64d')).toBe('')
    expect(printed('%64dx')).toBe('8x'.padStart(65, '0'))
    expect(printed('%40d%70d')).toBe('8'.padStart(40, '0') + '8'.padStart(70, '0'))
    expect(printed('%60d%70d')).toBe('')
    expect(printed('%2000000000d')).toBe('')
    expect(printed(`%${'9'.repeat(400)}d`)).toBe('')
  })
})
