/**
 * The quick way in `src/policy/matching/` and the slow one here say the same of every entry: from which listener it comes, who logs it, in
 * which order, and with which values; in all versions of Kuma, on random meshes with random policies. `test/property/README.md` tells how to
 * run more of them, and how to repeat a failure.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KumaValues } from '../../../src/config/config.ts'
import type { EntryFacts, ListenerDecision } from '../../../src/policy/decision.ts'
import { type KumaVersion, kumaVersions, since } from '../../../src/policy/kuma-version.ts'
import { rulesFor } from '../../../src/policy/matching/conditions.ts'
import { type DecidedProxy, decideProxy } from '../../../src/policy/matching/decide-proxy.ts'
import { findListener, findListeners, neededFacts } from '../../../src/policy/matching/find-listener.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import { type ValueOptions, valuesFor } from '../../../src/policy/matching/values.ts'
import { anyMeshCase, type MeshCase } from '../../property/mesh-cases.ts'
import { parameters, timeout } from '../../property/runs.ts'
import { smallestCase } from '../../property/smaller-meshes.ts'
import { furtherExamples } from '../support/further-examples.ts'
import { workedExamples } from '../support/worked-examples.ts'
import { evaluate, policyIdentity } from './evaluate.ts'

const entriesPerMesh = 16

type Case = MeshCase & { readonly options: ValueOptions }

const anyOptions = fc.record({ sourceFromPeer: fc.boolean(), resolveGatewayDestination: fc.boolean() })

/** What both are asked. A passthrough that is never logged need not be told apart by its address. */
interface Verdict {
  readonly listener: string | null
  readonly values: KumaValues
  readonly loggers: readonly { readonly policy: string; readonly backend: string; readonly values: KumaValues }[]
}

test.each(kumaVersions)(
  'of every entry as Kuma %s would, and from no more of it than is needed',
  (version) => {
    fc.assert(
      fc.property(anyMeshCase(version, entriesPerMesh), anyOptions, (drawn, options) => {
        for (const facts of drawn.entries) {
          const meshCase = { ...drawn, entries: [facts], options }
          if (differs(meshCase)) expectSame(smallestCase(meshCase, facts, differs))
        }
      }),
      // What fails is made small by leaving out, not by drawing it anew.
      { ...parameters, endOnFailure: true, numRuns: Math.ceil((parameters.numRuns ?? 1) / 4) },
    )
  },
  timeout,
)

function differs(meshCase: Case): boolean {
  const expected = slowWay(meshCase)
  return (
    !isDeepStrictEqual(quickWay(meshCase), expected) ||
    !isDeepStrictEqual(quickWay(withNeededFacts(meshCase)), expected)
  )
}

function expectSame(meshCase: Case): void {
  const expected = slowWay(meshCase)
  expect(quickWay(meshCase), JSON.stringify(meshCase)).toEqual(expected)
  expect(quickWay(withNeededFacts(meshCase)), `needed of ${JSON.stringify(meshCase)}`).toEqual(expected)
}

test.each([...workedExamples, ...furtherExamples])('of the example: $title', ({ resources, questions }) => {
  for (const { versions, proxy: name, facts } of questions) {
    const proxy = resources.find((resource) => resource.kind === 'Dataplane' && resource.meta.name === name)
    if (proxy?.kind !== 'Dataplane') throw new Error(`there is no Dataplane ${name}`)
    for (const version of versions) expectSame({ version, resources, proxy, entries: [facts], options: {} })
  }
})

function onlyEntry({ entries: [facts] }: Case): EntryFacts {
  if (facts === undefined) throw new Error('a case without an entry')
  return facts
}

let decided: { meshCase: MeshCase; decision: DecidedProxy } | null = null

/** One decision answers for all entries of a mesh, as in the running sink. */
function decide(meshCase: Case): DecidedProxy {
  const { resources, proxy, version } = meshCase
  const { meshCase: last, decision: known } = decided ?? {}
  if (known && last?.resources === resources && last.proxy === proxy && last.version === version) return known
  const decision = decideProxy(proxy, createInventory(resources), { version })
  decided = { meshCase, decision }
  return decision
}

function withNeededFacts(meshCase: Case): Case {
  const facts = onlyEntry(meshCase)
  const needed = neededFacts(decide(meshCase), meshCase.options)
  const less: EntryFacts = {
    ...facts,
    upstreamCluster: needed.upstreamCluster ? facts.upstreamCluster : '',
    routeName: needed.routeName ? facts.routeName : '',
    sni: needed.sni ? facts.sni : '',
    peerUris: needed.peerUris ? facts.peerUris : [],
  }
  return { ...meshCase, entries: [less] }
}

function quickWay(meshCase: Case): Verdict {
  const { version, options } = meshCase
  const facts = onlyEntry(meshCase)
  const decision = decide(meshCase)
  const listener = findListener(decision, facts)
  const valuesAt = (place: ListenerDecision) => known(valuesFor(place, facts, options), place.kind, version)
  return {
    listener: listener && spot(listener.kind, listener.host, listener.port),
    values: listener ? valuesAt(listener) : {},
    loggers: findListeners(decision, facts).flatMap((place) =>
      rulesFor(place, facts).flatMap(({ backends }) =>
        backends.map(({ policy, backend }) => ({
          policy: policyIdentity(policy),
          backend: backend.path,
          values: valuesAt(place),
        })),
      ),
    ),
  }
}

function slowWay(meshCase: Case): Verdict {
  const { resources, proxy, version, options } = meshCase
  const { kind, host, port, values, loggers } = evaluate(resources, proxy.meta, version, onlyEntry(meshCase), options)
  return {
    listener: kind && spot(kind, host, port),
    values: kind ? known(values, kind, version) : {},
    loggers: loggers.map((logger) => ({ ...logger, values: known(logger.values, kind, version) })),
  }
}

function spot(kind: string, host: string, port: number): string {
  return kind === 'inboundPassthrough' ? kind : `${kind} ${host} ${port}`
}

/** Zone and workload are words since 2.14. What is never logged has no values. */
function known(values: KumaValues, kind: string | null, version: KumaVersion): KumaValues {
  if (kind === 'inboundPassthrough') return {}
  const { zone, workload, ...others } = values
  return since(version, '2.14') ? values : others
}
