/** What an entry says of its listener, its route, its peer and its custom tags; and how the machine recognises entries that say the same. */
import { describe, expect, test } from 'vitest'
import { entryReaderOf, keyKinds, kumaValuesOfTags } from '../../src/engine/entry-facts.ts'
import type { NeededFacts } from '../../src/engine/entry-keys.ts'
import { keyBytesMax } from '../../src/machine/layout.ts'
import { type EntryKind, encodeEntry, layEntries, memory } from './entries.ts'

const reader = entryReaderOf(memory)
const nothing: NeededFacts = {
  localAddress: false,
  upstreamCluster: false,
  routeName: false,
  sni: false,
  peerUris: false,
}
const everything: NeededFacts = {
  localAddress: true,
  upstreamCluster: true,
  routeName: true,
  sni: true,
  peerUris: true,
}

const address = (host: string, port: number) => ({ socketAddress: { address: host, portValue: port } })

const common = {
  downstreamRemoteAddress: address('10.0.0.9', 50_000),
  downstreamLocalAddress: address('192.168.0.7', 8080),
  tlsProperties: {
    tlsSniHostname: 'shop.mesh',
    tlsSessionId: 'abc',
    peerCertificateProperties: { subjectAltName: [{ uri: 'spiffe://default/web' }, { uri: 'spiffe://default/cron' }] },
  },
  upstreamCluster: 'shop',
  routeName: 'kri_mhttpr_default___admin_',
  customTags: { 'kuma.mesh': 'default', 'kuma.listener': 'inbound:192.168.0.7:8080', other: 'x' },
}

function factsOf(kind: EntryKind, entry: unknown) {
  const spans = layEntries([encodeEntry(kind, entry)])
  return reader.read(kind, spans.at[0]!, spans.end[0]!)
}

describe('the facts of an entry', () => {
  test.each(['http', 'tcp'] as const)('are read from an entry of kind %s', (kind) => {
    expect(factsOf(kind, { commonProperties: common })).toEqual({
      kind,
      localAddress: '192.168.0.7:8080',
      upstreamCluster: 'shop',
      routeName: 'kri_mhttpr_default___admin_',
      sni: 'shop.mesh',
      peerUris: ['spiffe://default/web', 'spiffe://default/cron'],
      tags: { mesh: 'default', listener: 'inbound:192.168.0.7:8080' },
    })
  })

  test('that an entry does not carry are empty', () => {
    const absent = { localAddress: '', upstreamCluster: '', routeName: '', sni: '', peerUris: [], tags: {} }
    expect(factsOf('http', {})).toEqual({ kind: 'http', ...absent })
  })

  test('IPv6 stands in brackets, and text is UTF-8', () => {
    const entry = { commonProperties: { downstreamLocalAddress: address('fd00::7', 80), upstreamCluster: 'läden' } }
    expect(factsOf('tcp', entry)).toMatchObject({ localAddress: '[fd00::7]:80', upstreamCluster: 'läden' })
  })

  test('of damage are null', () => {
    const spans = layEntries([Uint8Array.of(0x0a, 99)])
    expect(reader.read('http', spans.at[0]!, spans.end[0]!)).toBeNull()
  })

  test('tags become values of operators by their names', () => {
    const tags = {
      mesh: 'm',
      source_service: 'web',
      destination_service: 'shop',
      source_address: '10.0.0.1',
      listener: 'l',
    }
    const values = { mesh: 'm', sourceService: 'web', destinationService: 'shop', sourceAddress: '10.0.0.1' }
    expect(kumaValuesOfTags(tags)).toEqual(values)
  })
})

let seed = 1000

/** Numbers entries by the contexts that the finder tells apart. `null`: it has no key for the entry. */
function contextsOf(entries: readonly Uint8Array[], needed: NeededFacts, kind: EntryKind = 'http', again = 1) {
  const question = { kind: keyKinds[kind], wanted: reader.wanted(needed), seed: ++seed }
  const spans = layEntries(entries)
  const contexts = new Int32Array(spans.count)
  const known = new Map<string, number>()
  const rounds: (number | null)[][] = []
  for (let round = 0; round < again; round++) {
    const numbers: (number | null)[] = []
    for (let i = 0; ; i++) {
      const from = i
      i = reader.find(question, spans, i, contexts)
      numbers.push(...contexts.subarray(from, i))
      if (i >= spans.count) break
      const key = reader.key()
      if (key === null) numbers.push(null)
      else {
        const number = known.get(key) ?? known.size
        known.set(key, number)
        reader.remember(question.seed, number)
        numbers.push(number)
      }
    }
    rounds.push(numbers)
  }
  return again === 1 ? rounds[0]! : rounds
}

const entryWith = (properties: unknown, rest: object = {}, kind: EntryKind = 'http') =>
  encodeEntry(kind, { commonProperties: properties, ...rest })

describe('the machine tells apart', () => {
  test('what is wanted, and nothing else', () => {
    const entries = [
      entryWith(common),
      entryWith({ ...common, downstreamRemoteAddress: address('10.9.9.9', 1) }, { request: { path: '/other' } }),
      entryWith({ ...common, downstreamLocalAddress: address('192.168.0.7', 8081) }),
      entryWith({ ...common, upstreamCluster: 'other' }),
      entryWith({ ...common, routeName: 'other' }),
      entryWith({ ...common, tlsProperties: { ...common.tlsProperties, tlsSniHostname: 'other' } }),
      entryWith({ ...common, tlsProperties: { ...common.tlsProperties, peerCertificateProperties: {} } }),
      entryWith({ ...common, tlsProperties: { ...common.tlsProperties, tlsSessionId: 'other' } }),
      entryWith({ ...common, customTags: { ...common.customTags, 'kuma.mesh': 'other' } }),
      entryWith({ ...common, customTags: { ...common.customTags, other: 'y' } }),
    ]
    expect(contextsOf(entries, everything)).toEqual([0, 0, 1, 2, 3, 4, 5, 0, 6, 0])
    expect(contextsOf(entries, nothing)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 0])
    expect(contextsOf(entries, { ...nothing, sni: true })).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 2, 0])
    expect(contextsOf(entries, { ...nothing, localAddress: true })).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 2, 0])
  })

  test('TCP entries as well', () => {
    const entries = [8080, 8081, 8080].map((port) =>
      entryWith({ downstreamLocalAddress: address('192.168.0.7', port) }, { connectionProperties: {} }, 'tcp'),
    )
    expect(contextsOf(entries, everything, 'tcp')).toEqual([0, 1, 0])
  })

  test('more contexts than its cache has lines, again and again', () => {
    const entries = Array.from({ length: 3000 }, (_, i) =>
      entryWith({ downstreamLocalAddress: address('192.168.0.7', i % 1500) }),
    )
    const expected = entries.map((_, i) => i % 1500)
    expect(contextsOf(entries, everything, 'http', 2)).toEqual([expected, expected])
  })

  test('a field from the same bytes elsewhere', () => {
    const [sni, cluster] = ['x', 'x']
    const entries = [
      entryWith({ upstreamCluster: cluster }),
      entryWith({ routeName: cluster }),
      entryWith({ tlsProperties: { tlsSniHostname: sni } }),
      entryWith({}),
      encodeEntry('http', {}),
    ]
    // An entry of no bytes has no key either.
    expect(contextsOf(entries, everything)).toEqual([0, 1, 2, 3, null])
  })

  test('keys that differ in the middle, however long, up to the bound', () => {
    const text = (middle: string, bytes: number) => middle.padStart(bytes / 2, 'a').padEnd(bytes, 'a')
    const entries = [100, 200, 400].flatMap((bytes) =>
      ['b', 'c', 'b'].map((middle) => entryWith({ upstreamCluster: text(middle, bytes) })),
    )
    expect(contextsOf(entries, everything)).toEqual([0, 1, 0, 2, 3, 2, 4, 5, 4])
    expect(contextsOf([entryWith({ upstreamCluster: 'a'.repeat(keyBytesMax) })], everything)).toEqual([null])
  })

  test('no entry that Envoy would not write: others see to it', () => {
    const lengthOfFiveBytes = Uint8Array.of(0x0a, 0x82, 0x80, 0x80, 0x80, 0x00, 0x7a, 0x00)
    expect(
      contextsOf([entryWith(common), lengthOfFiveBytes, Uint8Array.of(0x0a, 99), entryWith(common)], everything),
    ).toEqual([0, null, null, 0])
  })

  test('streams, by their seeds', () => {
    expect(contextsOf([entryWith(common)], everything)).toEqual([0])
    expect(contextsOf([entryWith({ upstreamCluster: 'x' }), entryWith(common)], everything)).toEqual([0, 1])
  })
})
