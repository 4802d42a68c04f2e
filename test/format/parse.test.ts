/** The grammar of format strings: what is taken, and how refusals say where, what and how to mend. */
import { describe, expect, test } from 'vitest'
import { FormatError } from '../../src/errors.ts'
import { toByteString } from '../../src/format/byte-string.ts'
import { operators } from '../../src/format/operators.ts'
import { parseText } from '../../src/format/parse.ts'

function parse(format: string | Uint8Array) {
  const faults: FormatError[] = []
  const parts = parseText(toByteString(format), { catalogue: operators }, faults)
  return { parts, faults }
}

/** Parts as text: literals quoted, operators as written. */
function shape(format: string): string {
  const { parts, faults } = parse(format)
  expect(faults.map((fault) => fault.message)).toEqual([])
  return parts.map((part) => (part.kind === 'literal' ? JSON.stringify(part.text) : part.call.written)).join(' ')
}

describe('taken', () => {
  test.each([
    ['', ''],
    ['plain', '"plain"'],
    ['100%% sure', '"100% sure"'],
    ['%%%PROTOCOL%%%', '"%" %PROTOCOL% "%"'],
    ['%PROTOCOL()%', '%PROTOCOL()%'],
    ['%REQ(a)%%REQ(b)%', '%REQ(a)% %REQ(b)%'],
    ['%%REQ(x)%%', '"%REQ(x)%"'],
    ['%REQ(X-A?X-B):10%', '%REQ(X-A?X-B):10%'],
    ['%REQ(x-a):007%', '%REQ(x-a):007%'],
    ['%REQ(x-a):18446744073709551615%', '%REQ(x-a):18446744073709551615%'],
    ['%REQ(a?)%', '%REQ(a?)%'],
    ['%REQ(?)%', '%REQ(?)%'],
    ['%REQ(%)%', '%REQ(%)%'],
    ['%REQ(a%b)%', '%REQ(a%b)%'],
    ["%REQ(a'b!#$&*+.^_`|~)%", "%REQ(a'b!#$&*+.^_`|~)%"],
    ['%START_TIME((%H)%M)%', null],
    ['%START_TIME(%H))%', '%START_TIME(%H))%'],
    ['%START_TIME(a):b)%', '%START_TIME(a):b)%'],
    ['%PROTOCOL%\n%BYTES_SENT%\n', '%PROTOCOL% "\\n" %BYTES_SENT% "\\n"'],
  ])('%j', (format, expected) => {
    if (expected === null) expect(parse(format).faults).not.toEqual([])
    else expect(shape(format)).toBe(expected)
  })

  test('lengths are bytes; without one there is none', () => {
    const lengths = (format: string) =>
      parse(format).parts.map((part) => (part.kind === 'operator' ? part.call.maxLength : null))
    expect(lengths('%REQ(a):0%%REQ(a):5%%REQ(a)%%REQ(a):18446744073709551615%')).toEqual([0, 5, null, Infinity])
  })

  test('bytes that are no UTF-8 stay as they are', () => {
    const { parts } = parse(Uint8Array.from([0xff, 0x25, 0x25, 0xc3]))
    expect(parts).toEqual([{ kind: 'literal', text: '\xff%\xc3' }])
  })
})

describe('refused', () => {
  test.each<[string, string, number, RegExp]>([
    ['50% off', 'syntax', 2, /At byte 2: this % begins no operator. Write %% for a percent sign/],
    ['end%', 'syntax', 3, /a single % at the end/],
    ['é%', 'syntax', 2, /At byte 2/],
    ['%%PROTOCOL%', 'syntax', 10, /At byte 10/],
    ['%protocol%', 'syntax', 0, /Did you mean %PROTOCOL%\?/],
    ['%PROTOCOL', 'syntax', 0, /not closed by %/],
    ['%REQ(a%', 'syntax', 0, /never closed by \)%/],
    ['%REQ(a) %', 'syntax', 0, /never closed/],
    ['%REQ(x-a\n)%', 'syntax', 0, /line break in its argument/],
    ['%REQ(x-a):%', 'syntax', 0, /./],
    ['%REQ(x-a):-1%', 'syntax', 0, /./],
    ['%REQ(x)%:5%', 'syntax', 10, /./],
    ['% %', 'syntax', 0, /./],
    ['%REQ(x-a):99999999999999999999999%', 'length_too_large', 0, /too large/],
    ['%RESPONSE_COD%', 'unknown_operator', 0, /Did you mean %RESPONSE_CODE%\?/],
    ['%NOPE%', 'unknown_operator', 0, /explain --operators/],
    ['%PROTOCOL(x)%', 'argument_not_taken', 0, /takes no argument/],
    ['%PROTOCOL:3%', 'length_not_taken', 0, /cannot be cut/],
    ['%PROTOCOL():3%', 'length_not_taken', 0, /cannot be cut/],
    ['%START_TIME:5%', 'length_not_taken', 0, /cannot be cut/],
    ['%REQ%', 'argument_missing', 0, /%REQ\(X\?Y\)%/],
    ['%REQ()%', 'argument_missing', 0, /needs an argument/],
    ['%REQ:5%', 'argument_missing', 0, /needs an argument/],
    ['%REQ(a?b?c)%', 'header_names', 8, /More than one/],
    ['%REQ(a )%', 'header_name', 6, /byte 0x20/],
    ['%REQ(é)%', 'header_name', 5, /byte 0xc3/],
    ['%REQ(a:b)%', 'header_name', 6, /":"/],
    ['%REQ(:)%', 'header_name', 5, /":"/],
    ['%REQ(b?a,c)%', 'header_name', 8, /","/],
    ['%START_TIME(%Y%n)%', 'time_newline', 14, /line break/],
    ['%COMMON_DURATION(DS_RX_BEG)%', 'duration_points', 17, /START:END/],
    ['%COMMON_DURATION(a:b:ms:d)%', 'duration_points', 17, /4 parts/],
    ['%COMMON_DURATION(a:b:)%', 'duration_precision', 21, /none of ms, us and ns/],
    ['%COMMON_DURATION(DS_RX_BEG:DS_RX_END:s)%', 'duration_precision', 37, /"s"/],
  ])('%j', (format, code, byteOffset, message) => {
    const [fault] = parse(format).faults
    expect(fault).toBeInstanceOf(FormatError)
    expect(fault!.code).toBe(code)
    expect(fault!.byteOffset).toBe(byteOffset)
    expect(fault!.message).toMatch(message)
  })

  test('all faults of a format come together, each with its place', () => {
    const { faults } = parse('%NOPE% %REQ()% %PROTOCOL:1%')
    expect(faults.map((fault) => [fault.code, fault.index, fault.length])).toEqual([
      ['unknown_operator', 0, 6],
      ['argument_missing', 7, 7],
      ['length_not_taken', 15, 12],
    ])
  })

  test('line and column are counted in characters', () => {
    const [fault] = parse('first\né😀 %NOPE%').faults
    expect([fault!.line, fault!.column]).toEqual([2, 4])
  })
})

describe('the catalogue', () => {
  test.each([...operators.values()].map((operator) => [operator.name, operator] as const))(
    '%s: its example is legal',
    (_name, operator) => {
      const { parts, faults } = parse(operator.example.use)
      expect(faults).toEqual([])
      expect(parts).toHaveLength(1)
      expect(operator.example.use).toContain(`%${operator.name}`)
      expect(operator.meaning).not.toMatch(/\.$/)
    },
  )
})
