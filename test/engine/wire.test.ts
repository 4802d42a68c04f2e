/** What generated scans make of the wire: any legal encoding means the same, damage is told and harms nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { malformed, noRoom } from '../../src/engine/program.ts'
import { operators } from '../../src/format/operators.ts'
import { loadSchema } from '../../src/schema/load.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { encodeEntry, httpEntry, memory, renderBytes, tcpEntry } from './entries.ts'
import { reencode, writeVarint } from './reencode.ts'

/** Every operator once, with its example as the use; but for the one that is random. */
const everything = [...operators.values()]
  .filter(({ name }) => name !== 'UNIQUE_ID')
  .map((operator) => operator.example.use)
const textFormat = { text: everything.join('|') }
const jsonFormat = { json: Object.fromEntries(everything.map((use, i) => [`k${i}`, use])) }

const entries = {
  http: encodeEntry('http', httpEntry()),
  tcp: encodeEntry('tcp', tcpEntry({ upstreamRemoteAddress: { pipe: { path: '/p' } } })),
}
const schema = loadSchema()
const messages = {
  http: schema.message('envoy.data.accesslog.v3.HTTPAccessLogEntry'),
  tcp: schema.message('envoy.data.accesslog.v3.TCPAccessLogEntry'),
}

/** A field with a tag and a length-delimited payload. */
const field = (number: number, ...payload: Uint8Array[]) => {
  const bytes = Buffer.concat(payload)
  return Buffer.concat([writeVarint(BigInt(number * 8 + 2), 0), writeVarint(BigInt(bytes.length), 0), bytes])
}
const utf8 = (text: string) => Buffer.from(text)

describe('encodings that mean the same', () => {
  test.each(['http', 'tcp'] as const)('%s entries, shuffled, split, padded, with unknown fields', (kind) => {
    const expected = [renderBytes(kind, textFormat, entries[kind]), renderBytes(kind, jsonFormat, entries[kind])]
    expect(expected.join('')).not.toContain('<')
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const random = (below: number) => (numbers.next().value as number) % below
        const other = reencode(entries[kind], messages[kind], random)
        expect([renderBytes(kind, textFormat, other), renderBytes(kind, jsonFormat, other)]).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test('the last scalar wins, across occurrences of its message', () => {
    const entry = Buffer.concat([field(3, field(6, utf8('first'))), field(3, field(6, utf8('last')))])
    expect(renderBytes('http', { text: '%REQ(USER-AGENT)%' }, entry)).toBe('last')
    const emptied = Buffer.concat([field(3, field(6, utf8('first'))), field(3, field(6))])
    expect(renderBytes('http', { text: '%REQ(USER-AGENT)%' }, emptied)).toBe('-')
  })

  test('the last entry of a map wins; a missing key or value is empty', () => {
    const header = (key: string, value: string) => field(13, field(1, utf8(key)), field(2, utf8(value)))
    const entry = field(
      3,
      header('x-a', '1'),
      header('x-a', '2'),
      field(13, field(2, utf8('nameless'))),
      field(13, field(1, utf8('x-b'))),
    )
    expect(renderBytes('http', { text: '%REQ(X-A)%|%REQ(X-B)%|%REQ(X-C)%' }, entry)).toBe('2||-')
    const backwards = field(3, field(13, field(2, utf8('v')), field(1, utf8('x-a'))))
    expect(renderBytes('http', { text: '%REQ(X-A)%' }, backwards)).toBe('v')
  })

  test('the last member of a oneof wins and clears the others', () => {
    const socket = field(1, field(2, utf8('10.0.0.2')), Buffer.from([0x18, 80]))
    const pipe = field(2, field(1, utf8('/p')))
    const host = (...address: Uint8Array[]) => field(1, ...address.map((each) => field(13, each)))
    const format = { text: '%UPSTREAM_HOST%' }
    expect(renderBytes('http', format, host(socket, pipe))).toBe('/p')
    expect(renderBytes('http', format, host(pipe, socket))).toBe('10.0.0.2:80')
    expect(renderBytes('http', format, host(socket, pipe, field(1, Buffer.from([0x18, 81]))))).toBe(':81')
    expect(renderBytes('http', format, host(socket, field(1, Buffer.from([0x18, 81]))))).toBe('10.0.0.2:81')
    expect(renderBytes('http', format, host(socket, field(1, field(4, utf8('http')))))).toBe('10.0.0.2:http')
  })

  test('a known field of another wire type is an unknown field', () => {
    const entry = field(3, Buffer.from([0x30, 5]), field(6, utf8('agent')), Buffer.from([0x35, 1, 2, 3, 4]))
    expect(renderBytes('http', { text: '%REQ(USER-AGENT)%' }, entry)).toBe('agent')
  })

  test('numbers are read as wide as their type', () => {
    const attempts = (value: bigint) => field(1, writeVarint(24n * 8n, 0), writeVarint(value, 0))
    expect(renderBytes('http', { text: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%' }, attempts(2n ** 32n + 7n))).toBe('7')
    const method = field(3, writeVarint(8n, 0), writeVarint(1n, 6))
    expect(renderBytes('http', { text: '%REQ(:METHOD)%' }, method)).toBe('GET')
  })

  test('times and durations that are none are absent', () => {
    const start = (seconds: bigint, nanos: bigint) =>
      field(1, field(5, writeVarint(8n, 0), writeVarint(seconds, 0), writeVarint(16n, 0), writeVarint(nanos, 0)))
    const format = { text: '%START_TIME(%s.%9f)%' }
    expect(renderBytes('http', format, start(1n, 999_999_999n))).toBe('1.999999999')
    expect(renderBytes('http', format, start(1n, 1_000_000_000n))).toBe('-')
    expect(renderBytes('http', format, start(1n, -1n))).toBe('-')
    expect(renderBytes('http', format, start(253_402_300_800n, 0n))).toBe('-')
    const duration = field(
      1,
      field(23, writeVarint(8n, 0), writeVarint(1n, 0), writeVarint(16n, 0), writeVarint(-1n, 0)),
    )
    expect(renderBytes('http', { text: '%DURATION%' }, duration)).toBe('-')
  })
})

describe('damage', () => {
  test.each<[string, Uint8Array, string]>([
    ['a length beyond the entry', Buffer.from([0x1a, 5, 1]), 'truncated'],
    [
      'a length beyond the message',
      Buffer.concat([field(3, Buffer.from([0x32, 9, 1])), utf8('xxxxxxxxxxxx')]),
      'truncated',
    ],
    ['a tag without payload', field(3, Buffer.from([0x32])), 'truncated'],
    ['a varint that does not end', field(1, Buffer.from([0xc0, 0x01, 0xff])), 'truncated'],
    ['a varint of eleven bytes', field(1, Buffer.from([0xc0, 0x01, ...new Array(10).fill(0x80), 0])), 'varint'],
    ['field number 0', Buffer.from([0x02, 0]), 'tag'],
    ['field number 0 as a varint', Buffer.from([0x00, 0]), 'tag'],
    ['wire type 6', Buffer.from([0x0e, 0]), 'wire_type'],
    ['a group that ends elsewhere', Buffer.from([0x0c]), 'group_end'],
    ['groups without end', Buffer.alloc(400, 0x0b), 'group_depth'],
  ])('%s', (_name, entry, fault) => {
    expect(renderBytes('http', textFormat, entry)).toBe(`<${fault}>`)
  })

  test('any bytes at all: an answer, within the bounds, and nothing outside them touched', () => {
    const { http } = compileFormat(jsonFormat, { memory })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc
            .tuple(fc.nat(), fc.nat(255))
            .map(([at, byte]) =>
              Uint8Array.from(entries.http).fill(byte, at % entries.http.length, (at % entries.http.length) + 1),
            ),
          fc.nat(entries.http.length).map((cut) => entries.http.slice(0, cut)),
        ),
        (entry) => {
          memory.bytes.fill(0x7e, memory.outputAt - 64, memory.outputAt)
          memory.bytes.set(entry, memory.inputAt)
          const out = http.render(
            memory.inputAt,
            memory.inputAt + entry.length,
            memory.outputAt,
            http.bindStream({ logName: '', nodeId: '', nodeCluster: '' }),
            0,
          )
          if (out === malformed)
            expect(http.fault()).toMatch(/^(truncated|tag|varint|wire_type|group_end|group_depth)$/)
          else JSON.parse(Buffer.from(memory.bytes.subarray(memory.outputAt, out)).toString('latin1'))
          expect(memory.bytes.subarray(memory.outputAt - 64, memory.outputAt).every((byte) => byte === 0x7e)).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('room', () => {
  const small = createMemory({ inputBytesMax: 1 << 16, outputBytesMax: 4096 })
  const agent = (length: number) => encodeEntry('http', { request: { userAgent: '"'.repeat(length) } })
  const renderAt = (json: object, entry: Uint8Array, left: number) => {
    const { http } = compileFormat({ json }, { memory: small })
    small.bytes.set(entry, small.inputAt)
    return http.render(small.inputAt, small.inputAt + entry.length, small.outputEnd - left, [], 0)
  }

  test('an entry that may not fit is refused before anything is written', () => {
    const entry = agent(100)
    expect(renderAt({ u: '%REQ(USER-AGENT)%' }, entry, 150)).toBe(noRoom)
    expect(renderAt({ u: '%REQ(USER-AGENT)%' }, entry, 4096)).toBeGreaterThan(0)
  })

  test('what an entry holds but nobody prints does not count against it', () => {
    const entry = encodeEntry('http', { request: { userAgent: 'a', path: 'x'.repeat(60_000) } })
    expect(renderAt({ u: '%REQ(USER-AGENT)%' }, entry, 4096)).toBeGreaterThan(0)
    expect(renderAt({ u: '%REQ(:PATH)%' }, entry, 4096)).toBe(noRoom)
  })
})
