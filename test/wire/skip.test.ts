/** Unknown fields are stepped over exactly; damage is named. */
import { describe, expect, test } from 'vitest'
import { groupDepthMax } from '../../src/limits.ts'
import { skipFault, skipField } from '../../src/wire/skip.ts'

const nested = (depth: number) => [...Array(depth - 1).fill(0x0b), ...Array(depth).fill(0x0c)]

describe('skipField', () => {
  test.each([
    ['varint', 0x08, [0xac, 0x02]],
    ['over-long varint', 0x08, [0x80, 0x80, 0x00]],
    ['eight bytes', 0x09, [1, 2, 3, 4, 5, 6, 7, 8]],
    ['length-delimited', 0x0a, [3, 1, 2, 3]],
    ['empty length-delimited', 0x0a, [0]],
    ['length with padding', 0x0a, [0x82, 0x00, 9, 9]],
    ['four bytes', 0x0d, [1, 2, 3, 4]],
    ['empty group', 0x0b, [0x0c]],
    ['group with fields', 0x0b, [0x10, 0x05, 0x1a, 0x01, 0x0c, 0x0c]],
    ['group in a group', 0x0b, [0x13, 0x0b, 0x0c, 0x14, 0x0c]],
    ['groups nested as deep as allowed', 0x0b, nested(groupDepthMax)],
    ['highest field number, given as signed', 0xfffffff8 | 0, [1]],
    ['highest field number as a group', 0xfffffffb, [0xfc, 0xff, 0xff, 0xff, 0x0f]],
  ])('%s ends where the next field begins', (_name, tag, payload) => {
    const bytes = Uint8Array.from([...payload, 0x7f, 0x7f])
    expect(skipField(bytes, tag, 0, bytes.length)).toBe(payload.length)
    expect(skipField(bytes, tag, 0, payload.length)).toBe(payload.length)
  })

  test.each([
    ['varint without end', 0x08, [0x80], 'truncated'],
    ['varint of eleven bytes', 0x08, Array(11).fill(0x80), 'varint'],
    ['seven of eight bytes', 0x09, [1, 2, 3, 4, 5, 6, 7], 'truncated'],
    ['three of four bytes', 0x0d, [1, 2, 3], 'truncated'],
    ['length over the end', 0x0a, [4, 1, 2, 3], 'truncated'],
    ['enormous length', 0x0a, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 'truncated'],
    ['field number 0', 0x00, [1], 'tag'],
    ['wire type 6', 0x0e, [1], 'wire_type'],
    ['wire type 7', 0x0f, [1], 'wire_type'],
    ['group end alone', 0x0c, [1], 'group_end'],
    ['group without end', 0x0b, [0x10, 0x01], 'truncated'],
    ['group closed by another number', 0x0b, [0x14], 'group_end'],
    ['field number 0 in a group', 0x0b, [0x00, 0x01, 0x0c], 'tag'],
    ['tag beyond 32 bits in a group', 0x0b, [0x80, 0x80, 0x80, 0x80, 0x10, 0x0c], 'tag'],
    ['groups nested deeper than allowed', 0x0b, nested(groupDepthMax + 1), 'group_depth'],
  ])('%s is damage', (_name, tag, payload, fault) => {
    expect(skipField(Uint8Array.from(payload), tag, 0, payload.length)).toBe(-1)
    expect(skipFault()).toBe(fault)
  })

  test('bytes behind the end are never used', () => {
    const bytes = Uint8Array.from([0x80, 0x01, 0x0c, 0x0c])
    expect(skipField(bytes, 0x08, 0, 1)).toBe(-1)
    expect(skipField(bytes, 0x0b, 2, 2)).toBe(-1)
  })
})
