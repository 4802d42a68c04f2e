import { expect, test } from 'vitest'
import { crc32c } from '../../src/spool/crc32c.ts'
import {
  draftRecord,
  headBytes,
  readBody,
  readHead,
  recordBytesOf,
  sealRecord,
  withoutFirst,
} from '../../src/spool/record.ts'
import { batchOf, type Stream, stream, textsOf } from './kit.ts'

const salt = 0x5f3a9c21
const other: Stream = {
  logName: 'λ',
  nodeId: '',
  nodeCluster: 'a\u0000b',
  nodeZone: 'east',
  resourceAttributes: [['kuma.mesh', 'dé"']],
}

function recordOf(...args: Parameters<typeof batchOf>): Buffer {
  return Buffer.concat(sealRecord(draftRecord(batchOf(...args)), 2 ** 40 + 7, salt))
}

function read(record: Buffer, key = salt) {
  const head = readHead(record, key)
  return head && readBody(head, record.subarray(headBytes), key)
}

test('the layout, byte by byte', () => {
  const record = recordOf(['ab', ''], [{ firstEntry: 0, stream: { logName: 'l', nodeId: 'n', nodeCluster: 'é' } }])
  const body =
    '02000000' +
    '02000000' +
    '00000000' +
    '00000000' +
    '010000006c' +
    '010000006e' +
    '02000000c3a9' +
    '00000000' +
    '00000000' +
    '6162'
  const rest = '2a000000' + '0700000000010000' + '02000000' + '01000000' + '01000000' + '02000000'
  const le32 = (sum: number) => Buffer.from(Uint32Array.of(sum).buffer).toString('hex')
  const bodyCrc = le32(crc32c(Buffer.from(body, 'hex'), salt))
  const headCrc = le32(crc32c(Buffer.from(bodyCrc + rest, 'hex'), salt))
  expect(record.toString('hex')).toBe(`8a535031${headCrc}${bodyCrc}${rest}${body}`)
})

test.each<[string, Parameters<typeof batchOf>]>([
  ['one entry', [['a line\n']]],
  ['empty entries', [['', '', '']]],
  ['no groups', [['a', 'b'], []]],
  ['bytes beyond ASCII', [['naïve 😀', '\u0000\u8a53']]],
  [
    'several streams',
    [['a', 'b', 'c', 'd'], [0, 1, 3].map((firstEntry, i) => ({ firstEntry, stream: [stream, other, stream][i]! }))],
  ],
])('%s: written and read', (_, args) => {
  const batch = batchOf(...args)
  const back = read(recordOf(...args))!
  expect(textsOf(back)).toEqual(args[0])
  expect(back.entryEnds).toEqual(batch.entryEnds)
  expect(back.groups).toEqual(batch.groups)
  expect(recordBytesOf(batch)).toBe(recordOf(...args).length)
})

test('a stream that comes again is written once, and is one object when read', () => {
  const groups = Array.from({ length: 100 }, (_, firstEntry) => ({
    firstEntry,
    stream: firstEntry % 2 ? stream : other,
  }))
  const entries = groups.map(() => 'x')
  const back = read(recordOf(entries, groups))!
  expect(new Set(back.groups.map((group) => group.stream)).size).toBe(2)
  expect(recordBytesOf(batchOf(entries, groups))).toBeLessThan(headBytes + 100 * (1 + 4 + 8) + 120)
})

test('only the entries are written, not what lies behind them in the memory of the batch', () => {
  const batch = batchOf(['ab', 'cd'])
  const long = { ...batch, bytes: Buffer.concat([batch.bytes, Buffer.from('stale')]) }
  expect(sealRecord(draftRecord(long), 0, salt)).toEqual(sealRecord(draftRecord(batch), 0, salt))
})

test('every flipped bit is noticed', () => {
  const record = recordOf(['ab', 'c'])
  for (let bit = 0; bit < record.length * 8; bit++) {
    const damaged = Buffer.from(record)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    expect(read(damaged), `bit ${bit}`).toBeUndefined()
  }
})

test('no beginning of a record is one', () => {
  const record = recordOf(['ab', 'c'])
  for (let end = 0; end < record.length; end++) expect(read(record.subarray(0, end)), `${end} bytes`).toBeUndefined()
})

test('a record of another segment is none', () => {
  expect(read(recordOf(['ab']), salt ^ 1)).toBeUndefined()
})

test.each([0, 1, 2, 3])('without its first %i entries', (count) => {
  const groups = [
    { firstEntry: 0, stream },
    { firstEntry: 2, stream: other },
  ]
  const rest = withoutFirst(batchOf(['ab', '', 'cd', 'e'], groups), count)
  expect(textsOf(rest)).toEqual(['ab', '', 'cd', 'e'].slice(count))
  const streamAt = (entry: number) => rest.groups.findLast(({ firstEntry }) => firstEntry <= entry)?.stream
  expect(rest.groups[0]!.firstEntry).toBe(0)
  expect(Array.from(rest.entryEnds, (_, i) => streamAt(i))).toEqual([stream, stream, other, other].slice(count))
})
