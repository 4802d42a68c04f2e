/**
 * An entry whose key is not the expected one is not rendered, whatever the format wants of it, and all others are as if nothing had been
 * expected: the machine compares keys while it scans as the finder tells them apart.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFormat, type FormatSpec } from '../../src/engine/compile-format.ts'
import { entryReaderOf, keyKinds } from '../../src/engine/entry-facts.ts'
import type { NeededFacts } from '../../src/engine/entry-keys.ts'
import type { ExpectedKey, Program } from '../../src/engine/program.ts'
import { envoyDefaultFormat, kumaHttpFormat, kumaTcpFormat } from '../../src/format/default-formats.ts'
import { unidentified } from '../../src/identifier.ts'
import type { Spans } from '../../src/wire/spans.ts'
import { type EntryKind, encodeEntry, layEntries, memory } from './entries.ts'

const reader = entryReaderOf(memory)

/** What they want of the fields that keys are made of: nothing, all of them, what lies beside, a number alone. */
const formats: readonly FormatSpec[] = [
  { text: 'constant' },
  { text: envoyDefaultFormat },
  { text: kumaHttpFormat },
  { text: kumaTcpFormat },
  { text: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%' },
  { text: '%ROUTE_NAME% %UPSTREAM_CLUSTER% %DOWNSTREAM_LOCAL_ADDRESS%' },
  { text: '%DOWNSTREAM_TLS_SESSION_ID% %DOWNSTREAM_LOCAL_PORT% %DOWNSTREAM_LOCAL_SUBJECT%' },
  { json: { mesh: '%KUMA_MESH%', cluster: '%UPSTREAM_CLUSTER%' } },
]

const text = fc.constantFrom('', 'a', 'b', 'shop', 'shop-of-the-mesh', 'shop-of-the-mush')
const address = fc.record({
  socketAddress: fc.record({ address: fc.constantFrom('10.0.0.1', '10.0.0.2'), portValue: fc.constantFrom(80, 8080) }),
})
const properties = fc.record(
  {
    downstreamRemoteAddress: address,
    downstreamLocalAddress: address,
    tlsProperties: fc.record(
      {
        tlsSniHostname: text,
        tlsSessionId: text,
        peerCertificateProperties: fc.record({ subjectAltName: fc.array(fc.record({ uri: text }), { maxLength: 2 }) }),
      },
      { requiredKeys: [] },
    ),
    upstreamCluster: text,
    routeName: text,
    customTags: fc.dictionary(fc.constantFrom('kuma.mesh', 'kuma.zone', 'other', 'kum'), text, { maxKeys: 3 }),
    upstreamRequestAttemptCount: fc.nat(300),
  },
  { requiredKeys: [] },
)
const entry = fc.record({ commonProperties: properties }, { requiredKeys: [] })

const needed: fc.Arbitrary<NeededFacts> = fc.record({
  localAddress: fc.boolean(),
  upstreamCluster: fc.boolean(),
  routeName: fc.boolean(),
  sni: fc.boolean(),
  peerUris: fc.boolean(),
})

function renderMany(program: Program, spans: Spans, expected: ExpectedKey | null): string[] {
  const { outputAt, outputEnd, goEnds, bytes } = memory
  const runs = program.bindStream(unidentified)
  const count = program.renderMany(spans, 0, spans.count, outputAt, runs, outputEnd, expected)
  const ends = [outputAt, ...goEnds.subarray(0, count)]
  return ends.slice(1).map((end, i) => Buffer.from(bytes.subarray(ends[i], end)).toString())
}

test('entries are rendered as long as their keys are the same', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<EntryKind>('http', 'tcp'),
      fc.constantFrom(...formats),
      needed,
      // Few different ones, so that runs of one key come about.
      fc
        .array(entry, { minLength: 1, maxLength: 3 })
        .chain((some) => fc.array(fc.constantFrom(...some), { maxLength: 8, minLength: 1 })),
      fc.boolean(),
      (kind, format, facts, entries, isReversed) => {
        const spans = layEntries(entries.map((each) => flipped(encodeEntry(kind, each), isReversed)))
        const question = { kind: keyKinds[kind], wanted: reader.wanted(facts) }
        const keys = entries.map((_, i) => reader.keyOf(question, spans, i))
        const [first] = keys
        if (!first) return
        const program = compileFormat(format, { memory })[kind]
        const all = renderMany(program, spans, null)
        expect(all).toHaveLength(entries.length)
        const differs = keys.findIndex((key) => !key || Buffer.compare(key.bytes, first.bytes) !== 0)
        expect(renderMany(program, spans, first)).toEqual(differs < 0 ? all : all.slice(0, differs))
        expect(renderMany(program, spans, null)).toEqual(all)
      },
    ),
    { numRuns: 2000 },
  )
})

/** The common properties in two pieces, the second of which is empty. */
function flipped(bytes: Uint8Array, isSplit: boolean): Uint8Array {
  return isSplit ? Buffer.concat([bytes, Uint8Array.of(0x0a, 0)]) : bytes
}

test('a longer and a shorter key are others', () => {
  const entryWith = (customTags: Record<string, string>) => encodeEntry('http', { commonProperties: { customTags } })
  const tags = [{ 'kuma.mesh': 'a' }, { 'kuma.mesh': 'a', 'kuma.zone': 'b' }, {}, { 'kuma.mesh': 'a', other: 'x' }]
  const nothing = { localAddress: false, upstreamCluster: false, routeName: false, sni: false, peerUris: false }
  const question = { kind: keyKinds.http, wanted: reader.wanted(nothing) }
  const program = compileFormat({ text: '%RESPONSE_CODE%\n' }, { memory }).http
  for (const expected of tags) {
    const alone = reader.keyOf(question, layEntries([entryWith(expected)]), 0)
    const taken = tags.filter((other) => renderMany(program, layEntries([entryWith(other)]), alone).length === 1)
    const { other: _, ...ours } = expected as Record<string, string>
    expect(taken).toEqual(
      tags.filter(
        ({ other: __, ...theirs }: Record<string, string>) => JSON.stringify(theirs) === JSON.stringify(ours),
      ),
    )
  }
})

test('a format that the machine cannot render expects nothing', () => {
  const spans = layEntries([encodeEntry('http', { commonProperties: { upstreamCluster: 'a' } })])
  const facts = { localAddress: true, upstreamCluster: true, routeName: true, sni: true, peerUris: true }
  const key = reader.keyOf({ kind: keyKinds.http, wanted: reader.wanted(facts) }, spans, 0)
  expect(renderMany(compileFormat({ text: '%EMIT_TIME%' }, { memory }).http, spans, key)).toEqual([])
})
