/**
 * The way that entries take in the running sink (bytes, the machine's keys and cache, contexts, the judge of a stream) leads each of them to
 * the backends that the plain evaluator names: on random meshes, entries in any order and again and again.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryReaderOf } from '../../src/engine/entry-facts.ts'
import type { Identifier } from '../../src/identifier.ts'
import type { Delivery } from '../../src/mesh/deliveries.ts'
import { createJudges } from '../../src/mesh/judges.ts'
import { ProxyRoute } from '../../src/mesh/proxy-route.ts'
import { Contexts } from '../../src/pipeline/contexts.ts'
import type { EntryKind } from '../../src/pipeline/route.ts'
import type { EntryFacts } from '../../src/policy/decision.ts'
import { parseAddress } from '../../src/policy/matching/host.ts'
import { createInventory } from '../../src/policy/matching/inventory.ts'
import { Spans } from '../../src/wire/spans.ts'
import { encodeEntry, memory } from '../engine/entries.ts'
import { FakeProgram } from '../pipeline/fake-program.ts'
import { rigOf } from '../pipeline/rig.ts'
import { evaluate, policyIdentity } from '../policy/reference/evaluate.ts'
import { anyMeshCase, type MeshCase } from '../property/mesh-cases.ts'
import { parameters, timeout } from '../property/runs.ts'

const entriesPerMesh = 24
const stream: Identifier = { logName: 'x', nodeId: 'default.any', nodeCluster: '' }
const { outbox } = rigOf()

/** What the facts were read from. */
function entryOf({ kind, localAddress, upstreamCluster, routeName, sni, peerUris, tags }: EntryFacts): Uint8Array {
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
    },
  })
}

function lay(entries: readonly EntryFacts[]): Spans {
  const spans = new Spans()
  let at = memory.inputAt
  for (const entry of entries) {
    const bytes = entryOf(entry)
    memory.bytes.set(bytes, at)
    spans.add(at, at + bytes.length)
    at += bytes.length
  }
  return spans
}

/** Who gets each entry, as the sink finds out. */
function cachedWay({ version, resources, proxy, entries }: MeshCase, kind: EntryKind): string[][] {
  const names = new Map<object, string>()
  const deliveries = {
    of({ backend, policy }: { backend: { path: string }; policy: Parameters<typeof policyIdentity>[0] }): Delivery[] {
      const programs = { http: new FakeProgram(memory), tcp: new FakeProgram(memory) }
      for (const each of [programs.http, programs.tcp]) names.set(each, `${policyIdentity(policy)} ${backend.path}`)
      return [{ programs, outbox, resourceAttributes: null }]
    },
  }
  const options = { version, sourceFromPeer: false, resolveGatewayDestination: false, values: {} }
  const route = new ProxyRoute(proxy, stream, createInventory(resources), deliveries, options)
  const judges = createJudges({ memory, routeOf: () => route })
  const judge = judges.judge(kind, stream, [])!
  const contexts = new Contexts(entryReaderOf(memory), judge)
  const spans = lay(entries)
  const first = contexts.resolve(spans, 0).slice(0, entries.length)
  // The second time nobody is asked any more.
  expect(contexts.resolve(spans, 0).slice(0, entries.length)).toEqual(first)
  return [...first].map((context) => contexts.of(context).map(({ program: each }) => names.get(each)!))
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
        }
      }),
      { ...parameters, numRuns: Math.ceil((parameters.numRuns ?? 1) / 4) },
    )
  },
  timeout,
)
