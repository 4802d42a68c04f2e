/**
 * The quick way in `src/policy/matching/` and the slow one here say the same of every entry: from which listener it comes, who logs it, in
 * which order, and with which values; in all versions of Kuma, on random meshes with random policies. `test/property/README.md` tells how to
 * run more of them, and how to repeat a failure.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KumaValues } from '../../../src/config/config.ts'
import type { EntryFacts } from '../../../src/policy/decision.ts'
import { type KumaVersion, kumaVersions, since } from '../../../src/policy/kuma-version.ts'
import { rulesFor } from '../../../src/policy/matching/conditions.ts'
import { decideProxy } from '../../../src/policy/matching/decide-proxy.ts'
import { findListener, findListeners } from '../../../src/policy/matching/find-listener.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import { valuesFor } from '../../../src/policy/matching/values.ts'
import { anyMeshCase, type MeshCase } from '../../property/mesh-cases.ts'
import { parameters, timeout } from '../../property/runs.ts'
import { smallestCase } from '../../property/smaller-meshes.ts'
import { evaluate, policyIdentity } from './evaluate.ts'

const entriesPerMesh = 16

/** What both are asked. A passthrough that is never logged need not be told apart by its address. */
interface Verdict {
  readonly listener: string | null
  readonly values: KumaValues
  readonly loggers: readonly { readonly policy: string; readonly backend: string; readonly values: KumaValues }[]
}

test.each(kumaVersions)(
  'of every entry as Kuma %s would',
  (version) => {
    fc.assert(
      fc.property(anyMeshCase(version, entriesPerMesh), (meshCase) => {
        const ask = quickWay(meshCase)
        for (const facts of meshCase.entries) {
          if (!isDeepStrictEqual(ask(facts), slowWay(meshCase, facts)))
            expectSame(smallestCase(meshCase, facts, differs))
        }
      }),
      // What fails is made small here, not by drawing it anew.
      { ...parameters, endOnFailure: true, numRuns: Math.ceil((parameters.numRuns ?? 1) / 4) },
    )
  },
  timeout,
)

function differs(meshCase: MeshCase): boolean {
  const ask = quickWay(meshCase)
  return meshCase.entries.some((facts) => !isDeepStrictEqual(ask(facts), slowWay(meshCase, facts)))
}

function expectSame(meshCase: MeshCase): void {
  const ask = quickWay(meshCase)
  for (const facts of meshCase.entries) expect(ask(facts), JSON.stringify(meshCase)).toEqual(slowWay(meshCase, facts))
}

function quickWay({ resources, proxy, version }: MeshCase): (facts: EntryFacts) => Verdict {
  const decision = decideProxy(proxy, createInventory(resources), { version })
  return (facts) => {
    const listener = findListener(decision, facts)
    return {
      listener: listener && spot(listener.kind, listener.host, listener.port),
      values: listener ? known(valuesFor(listener, facts, {}), listener.kind, version) : {},
      loggers: findListeners(decision, facts).flatMap((each) =>
        rulesFor(each, facts).flatMap(({ backends }) =>
          backends.map(({ policy, backend }) => ({
            policy: policyIdentity(policy),
            backend: backend.path,
            values: known(valuesFor(each, facts, {}), each.kind, version),
          })),
        ),
      ),
    }
  }
}

function slowWay({ resources, proxy, version }: MeshCase, facts: EntryFacts): Verdict {
  const { kind, host, port, values, loggers } = evaluate(resources, proxy.meta, version, facts)
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
