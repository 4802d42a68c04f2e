/** Messages are cut by protobuf's rules, and damage costs only what lies behind it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutMessage, MessageParts } from '../../src/als/message.ts'
import type { Spans } from '../../src/wire/spans.ts'
import { field, message, tags, varint } from './doubles.ts'

const parts = new MessageParts()

/** Cuts at an odd position, with bytes before and behind that must not matter. */
function cut(bytes: Uint8Array) {
  const around = Buffer.concat([Buffer.alloc(7, 0x0a), bytes, Buffer.alloc(16, 0x01)])
  cutMessage(around, 7, 7 + bytes.length, tags, parts)
  const texts = (spans: Spans) =>
    Array.from({ length: spans.count }, (_, i) => around.subarray(spans.at[i], spans.end[i]).toString('latin1'))
  return { identifier: texts(parts.identifier), kind: parts.kind, entries: texts(parts.entries), fault: parts.fault }
}

const http = (...entries: string[]) => message({ http: entries })
const tcp = (...entries: string[]) => message({ tcp: entries })
const join = (...pieces: Uint8Array[]) => Buffer.concat(pieces)
const group = Buffer.from([0x3b, 0x08, 0x01, 0x3c])

describe('cutMessage', () => {
  test.each([
    ['nothing', join(), [], null, []],
    ['identifier and entries', message({ identifier: 'id', http: ['a', 'b'] }), ['id'], 'http', ['a', 'b']],
    ['TCP entries', tcp('a', '', 'c'), [], 'tcp', ['a', '', 'c']],
    ['identifier behind the entries', join(http('a'), field(10, 'id')), ['id'], 'http', ['a']],
    ['identifier alone', field(10, 'id'), ['id'], null, []],
    ['an empty list of entries', tcp(), [], 'tcp', []],
    ['a split identifier', join(field(10, 'i'), http('a'), field(10, 'd')), ['i', 'd'], 'http', ['a']],
    ['split entries', join(http('a', 'b'), field(10, 'id'), http('c')), ['id'], 'http', ['a', 'b', 'c']],
    ['TCP after HTTP', join(http('a', 'b'), tcp('c')), [], 'tcp', ['c']],
    ['HTTP after TCP after HTTP', join(http('a'), tcp('b'), http('c')), [], 'http', ['c']],
    ['empty TCP after HTTP', join(http('a'), tcp()), [], 'tcp', []],
    ['unknown fields', join(field(34, 'x'), group, http('a'), varint(40), varint(300)), [], 'http', ['a']],
    [
      'unknown fields among entries',
      field(18, join(field(10, 'a'), group, field(18, 'x'), field(10, 'b'))),
      [],
      'http',
      ['a', 'b'],
    ],
    [
      'known numbers with other wire types',
      join(varint(16), varint(5), varint(8), varint(5), http('a')),
      [],
      'http',
      ['a'],
    ],
    [
      'over-long tags and lengths',
      Buffer.from([0x92, 0x80, 0x00, 0x86, 0x00, 0x8a, 0x00, 0x82, 0x00, 0x61, 0x62]),
      [],
      'http',
      ['ab'],
    ],
  ])('%s', (_name, bytes, identifier, kind, entries) => {
    expect(cut(Buffer.from(bytes))).toEqual({ identifier, kind, entries, fault: null })
  })

  const kept = message({ identifier: 'id', http: ['a', 'b'] })
  test.each([
    ['a cut-off tag', [0x80], 'truncated'],
    ['field number 0', [0x02, 0x00], 'tag'],
    ['a tag beyond 32 bits', [0x80, 0x80, 0x80, 0x80, 0x10, 0x00], 'tag'],
    ['an endless tag', Array(11).fill(0xff), 'varint'],
    ['an endless length', [18, ...Array(11).fill(0xff)], 'varint'],
    ['a length over the end', [18, 5, 10, 1, 0x63], 'truncated'],
    ['an identifier over the end', [10, 5, 0x63], 'truncated'],
    ['an entry over the end of its list', [18, 3, 10, 2, 0x63, 0x64], 'truncated'],
    ['wire type 7', [0x3f], 'wire_type'],
    ['wire type 6 among entries', [18, 2, 0x3e, 0x00], 'wire_type'],
    ['a group end without start', [0x3c], 'group_end'],
  ])('keeps what was cut before %s', (_name, damage, fault) => {
    expect(cut(join(kept, Buffer.from(damage)))).toEqual({
      identifier: ['id'],
      kind: 'http',
      entries: ['a', 'b'],
      fault,
    })
  })

  test('entries before the damage inside their list are kept', () => {
    const list = join(field(10, 'a'), field(10, 'b'), Buffer.from([10, 9, 0x63]))
    expect(cut(field(18, list))).toMatchObject({ entries: ['a', 'b'], fault: 'truncated' })
  })

  test('more entries than the list first has room for', () => {
    const entries = Array.from({ length: 1_000 }, (_, i) => `entry ${i}`)
    expect(cut(http(...entries)).entries).toEqual(entries)
  })

  test('a message cut at any byte never throws and never yields an entry that was not there', () => {
    const whole = join(kept, field(34, 'unknown'), http('c'.repeat(200), 'd'), group)
    const entries = cut(whole).entries
    for (let end = 0; end < whole.length; end++) {
      const result = cut(whole.subarray(0, end))
      expect(result.entries).toEqual(entries.slice(0, result.entries.length))
    }
  })

  test('random bytes never throw, and spans stay inside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        cutMessage(bytes, 0, bytes.length, tags, parts)
        for (const spans of [parts.identifier, parts.entries])
          for (let i = 0; i < spans.count; i++) {
            expect(spans.at[i]).toBeLessThanOrEqual(spans.end[i]!)
            expect(spans.end[i]).toBeLessThanOrEqual(bytes.length)
          }
      }),
    )
  })
})
