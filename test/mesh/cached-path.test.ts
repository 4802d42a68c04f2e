/**
 * The way that entries take in the running sink (bytes, the machine's keys and cache, contexts, the judge of a stream) leads each of them to
 * the backends that the plain evaluator names: on random meshes, entries in any order and again and again.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { entryReaderOf } from '../../src/engine/entry-facts.ts'
import type { Identifier } from '../../src/identifier.ts'
import type { Delivery } from '../../src/mesh/deliveries.ts'
import { createJudges } from '../../src/mesh/judges.ts'
import { ProxyRoute } from '../../src/mesh/proxy-route.ts'
import { Contexts } from '../../src/pipeline/contexts.ts'
import { Intake } from '../../src/pipeline/intake.ts'
import type { Outbox } from '../../src/pipeline/outbox.ts'
import type { EntryKind } from '../../src/pipeline/route.ts'
import { Router } from '../../src/pipeline/router.ts'
import type { EntryFacts } from '../../src/policy/decision.ts'
import { parseAddress } from '../../src/policy/matching/host.ts'
import { createInventory } from '../../src/policy/matching/inventory.ts'
import { encodeEntry, layEntries, memory } from '../engine/entries.ts'
import { FakeProgram } from '../pipeline/fake-program.ts'
import { rigOf } from '../pipeline/rig.ts'
import { evaluate, policyIdentity } from '../policy/reference/evaluate.ts'
import { anyMeshCase, type MeshCase } from '../property/mesh-cases.ts'
import { parameters, timeout } from '../property/runs.ts'

const entriesPerMesh = 24
const stream: Identifier = { logName: 'x', nodeId: 'default.any', nodeCluster: '' }
const { outbox } = rigOf()

/** What the facts were read from. `streamId`: what tells it from others like it. */
function entryOf(facts: EntryFacts, streamId: string): Uint8Array {
  const { kind, localAddress, upstreamCluster, routeName, sni, peerUris, tags } = facts
  const at = parseAddress(localAddress)
  const customTags = Object.fromEntries(Object.entries(tags).map(([name, value]) => [`kuma.${name}`, value]))
  return encodeEntry(kind, {
    commonProperties: {
      ...(at === null ? {} : { downstreamLocalAddress: { socketAddress: { address: at.host, portValue: at.port } } }),
      tlsProperties: {
        tlsSniHostname: sni,
        peerCertificateProperties: { subjectAltName: peerUris.map((uri) => ({ uri })) },
      },
      upstreamCluster,
      routeName,
      customTags,
      streamId,
    },
  })
}

/** Who gets each entry, as the sink finds out. */
function cachedWay({ entries, ...mesh }: MeshCase, kind: EntryKind): string[][] {
  const names = new Map<object, string>()
  const judges = judgesOf(mesh, (name) => {
    const programs = { http: new FakeProgram(memory), tcp: new FakeProgram(memory) }
    for (const each of [programs.http, programs.tcp]) names.set(each, name)
    return { programs, outbox, resourceAttributes: null }
  })
  const judge = judges.judge(kind, stream, [])!
  const contexts = new Contexts(entryReaderOf(memory), judge)
  const spans = layEntries(entries.map((entry) => entryOf(entry, '')))
  const first = contexts.resolve(spans, 0).slice(0, entries.length)
  // The second time nobody is asked any more.
  expect(contexts.resolve(spans, 0).slice(0, entries.length)).toEqual(first)
  return [...first].map((context) => contexts.of(context).map(({ program: each }) => names.get(each)!))
}

/** Judges of the streams of one proxy; its backends are named by their policy and path. */
function judgesOf({ version, resources, proxy }: Omit<MeshCase, 'entries'>, delivery: (name: string) => Delivery) {
  const known = new Map<string, Delivery>()
  const deliveries = {
    of({ backend, policy }: { backend: { path: string }; policy: Parameters<typeof policyIdentity>[0] }): Delivery[] {
      const name = `${policyIdentity(policy)} ${backend.path}`
      if (!known.has(name)) known.set(name, delivery(name))
      return [known.get(name)!]
    },
  }
  const options = { version, sourceFromPeer: false, resolveGatewayDestination: false, values: {} }
  const route = new ProxyRoute(proxy, stream, createInventory(resources), deliveries, options)
  return createJudges({ memory, routeOf: () => route })
}

/** What each backend gets of entries that come in small messages, each entry some times in a row: lines with the entry's place. */
function deliveredLines({ entries, ...mesh }: MeshCase, kind: EntryKind): Map<string, string[]> {
  const lines = new Map<string, string[]>()
  const judges = judgesOf(mesh, (name) => {
    const own: string[] = []
    lines.set(name, own)
    return { programs, outbox: collector(own), resourceAttributes: null }
  })
  const router = new Router({ memory, intake: new Intake(), pipelines: [], judges })
  const route = router.attach(stream)
  const encoded = entries.flatMap((facts, i) => Array<Uint8Array>(1 + (i % 4)).fill(entryOf(facts, `${i}`)))
  for (let i = 0; i < encoded.length; i += 5) route.put(kind, layEntries(encoded.slice(i, i + 5)), 0)
  return lines
}

const programs = compileFormat({ text: '%STREAM_ID%' }, { memory })

/** Takes what an outbox would be given. */
function collector(lines: string[]): Outbox {
  return {
    put(source: Uint8Array, at: number, ends: Int32Array, count: number) {
      for (let i = 0; i < count; i++) {
        lines.push(Buffer.from(source.subarray(i === 0 ? at : ends[i - 1]!, ends[i])).toString())
      }
    },
  } as unknown as Outbox
}

/** The same by the plain evaluator's word. */
function expectedLines(named: readonly (readonly string[])[]): Map<string, string[]> {
  const lines = new Map<string, string[]>()
  named.forEach((names, i) => {
    for (const name of names) lines.set(name, [...(lines.get(name) ?? []), ...Array<string>(1 + (i % 4)).fill(`${i}`)])
  })
  return lines
}

test.each(['2.5', '2.9', '2.13', '2.14', '3.0-dev'] as const)(
  'of Kuma %s',
  (version) => {
    fc.assert(
      fc.property(anyMeshCase(version, entriesPerMesh), (drawn) => {
        for (const kind of ['http', 'tcp'] as const) {
          const entries = drawn.entries.map((entry) => ({ ...entry, kind }))
          const plain = entries.map((facts) =>
            evaluate(drawn.resources, drawn.proxy.meta, version, facts).loggers.map(
              ({ policy, backend }) => `${policy} ${backend}`,
            ),
          )
          expect(cachedWay({ ...drawn, entries }, kind)).toEqual(plain)
          expect(deliveredLines({ ...drawn, entries }, kind)).toEqual(expectedLines(plain))
        }
      }),
      { ...parameters, numRuns: Math.ceil((parameters.numRuns ?? 1) / 4) },
    )
  },
  timeout,
)
