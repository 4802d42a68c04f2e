/** Lines of records: the bytes that the plain way makes, whatever stood in the memory before. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordLines } from '../../../src/audit/seal/record-lines.ts'
import { noHash, type RecordFacts } from '../../../src/audit/seal/seal.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

interface Place {
  readonly facts: RecordFacts
  readonly sequence: number
  readonly sourceSequence: number
  readonly offset: number
  readonly record: string
}

/** As the specification tells it. */
function plainly(previous: string, { facts, sequence, sourceSequence, offset, record }: Place): [string, string] {
  const { source, receivedAt, reducedFrom, redacted } = facts
  const members = {
    kind: 'record',
    sequence,
    source,
    sourceSequence: source === null ? null : sourceSequence,
    receivedAt,
    offset,
    length: Buffer.byteLength(record),
    ...(reducedFrom === undefined ? {} : { reducedFrom }),
    ...(redacted === undefined || redacted.length === 0 ? {} : { redacted }),
    ...(source === null ? { recovered: true } : {}),
    record: sha256(record),
  }
  const text = JSON.stringify(members).slice(0, -1)
  const hash = sha256(`als-sink seal 1\n${previous}\n${text}`)
  return [hash, `${text},"hash":"${hash}"}\n`]
}

function expectAsPlain(lines: RecordLines, places: readonly Place[]): void {
  let [last, plain] = [noHash, noHash]
  let text = ''
  for (const place of places) {
    const { facts, sequence, sourceSequence, offset, record } = place
    lines.describe(facts)
    last = lines.add(last, sequence, sourceSequence, offset, Buffer.from(record))
    const [hash, line] = plainly(plain, place)
    plain = hash
    text += line
  }
  expect(Buffer.from(lines.bytes).toString()).toBe(text)
  expect(last).toBe(plain)
}

const usual: Place = {
  facts: { source: 'prod', receivedAt: '2026-03-05T07:08:09.100Z' },
  sequence: 1,
  sourceSequence: 1,
  offset: 0,
  record: '{}\n',
}

test.each([
  0,
  9,
  10,
  99,
  100,
  2 ** 30 - 1,
  2 ** 30,
  2 ** 31,
  2 ** 32,
  10_737_418_239,
  10_737_418_240,
  999_999_999_999,
  1e15,
  2 ** 53 - 1,
])('number %i', (number) => {
  expectAsPlain(new RecordLines(), [{ ...usual, sequence: number, sourceSequence: number, offset: number }])
})

test.each<[string, RecordFacts]>([
  ['nothing is known', { source: null, receivedAt: null }],
  ['reduced', { source: 'a', receivedAt: 'b', reducedFrom: 'RequestResponse' }],
  ['redacted', { source: 'a', receivedAt: 'b', redacted: ['secrets', 'tokens'] }],
  ['both, and not known', { source: null, receivedAt: null, reducedFrom: 'Request', redacted: ['tokens'] }],
  ['redacted by none', { source: 'a', receivedAt: 'b', redacted: [] }],
  ['text that JSON escapes, and beyond ASCII', { source: '"\\\n', receivedAt: 'ü😀', reducedFrom: 'é' }],
])('%s', (_, facts) => {
  expectAsPlain(new RecordLines(), [usual, { ...usual, facts }, usual])
})

test('neighbours that differ, in any order, numbers of all lengths, in memory that was used before', () => {
  const facts = fc.record(
    {
      source: fc.option(fc.constantFrom('prod', 'dev', 'ü'), { nil: null }),
      receivedAt: fc.option(fc.constantFrom('2026-03-05T07:08:09.100Z', '2026-03-05T07:08:09.101Z'), { nil: null }),
      reducedFrom: fc.constantFrom('Request', 'RequestResponse'),
      redacted: fc.uniqueArray(fc.constantFrom('secrets', 'tokens', 'configMaps')),
    },
    { requiredKeys: ['source', 'receivedAt'] },
  )
  const number = fc.oneof(fc.nat(2000), fc.nat(), fc.maxSafeNat())
  const place = fc.record({
    facts,
    sequence: number,
    sourceSequence: number,
    offset: number,
    record: fc.string({ maxLength: 50 }),
  })
  const lines = new RecordLines()
  fc.assert(
    fc.property(fc.array(place, { maxLength: 8 }), (places) => {
      lines.clear()
      expectAsPlain(lines, places)
    }),
  )
})

test('memory grows with what is written, and again after that was forgotten', () => {
  const lines = new RecordLines()
  const many = Array.from({ length: 6000 }, (_, i) => ({ ...usual, sequence: i, offset: 3 * i }))
  const long = { ...usual, facts: { ...usual.facts, redacted: ['long '.repeat(40_000)] } }
  for (const places of [many, [usual, long, usual], many]) {
    lines.clear()
    expectAsPlain(lines, places)
  }
})
