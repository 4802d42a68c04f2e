/**
 * A failing case made small by leaving out: policies, their items, routes, other proxies, listeners of the proxy, one after the other, as
 * long as it still fails. Much quicker than drawing it anew, and what is left can be read. What others refer to stays, for nobody says
 * what a reference to nothing means.
 */
import type { EntryFacts } from '../../src/policy/decision.ts'
import type { Dataplane, MeshAccessLog, Resource } from '../../src/policy/resources.ts'
import type { MeshCase } from './mesh-cases.ts'

/** `fails`: whether this case, with one entry, is still one. */
export function smallestCase<Case extends MeshCase>(
  meshCase: Case,
  entry: EntryFacts,
  fails: (smaller: Case) => boolean,
): Case {
  let smallest: Case = { ...meshCase, entries: [entry] }
  for (;;) {
    const next = smallerCases(smallest).find(fails)
    if (next === undefined) return smallest
    smallest = next
  }
}

function smallerCases<Case extends MeshCase>(meshCase: Case): readonly Case[] {
  const { resources, proxy } = meshCase
  return resources.flatMap((resource, index) => {
    const others = resources.toSpliced(index, 1)
    if (resource === proxy) {
      return smallerProxies(proxy).map((smaller) => ({
        ...meshCase,
        proxy: smaller,
        resources: resources.with(index, smaller),
      }))
    }
    const left: (readonly Resource[])[] = []
    if (['MeshAccessLog', 'MeshHTTPRoute', 'Dataplane'].includes(resource.kind)) left.push(others)
    if (resource.kind === 'MeshAccessLog') {
      left.push(...smallerPolicies(resource).map((policy) => resources.with(index, policy)))
    }
    return left.map((smaller) => ({ ...meshCase, resources: smaller }))
  })
}

function smallerProxies(proxy: Dataplane): readonly Dataplane[] {
  const { networking } = proxy
  return [
    ...withoutOne(networking.inbounds).map((inbounds) => ({ inbounds })),
    ...withoutOne(networking.outbounds).map((outbounds) => ({ outbounds })),
    ...withoutOne(networking.zoneListeners).map((zoneListeners) => ({ zoneListeners })),
  ].map((change) => ({ ...proxy, networking: { ...networking, ...change } }))
}

function smallerPolicies(policy: MeshAccessLog): readonly MeshAccessLog[] {
  return [
    ...withoutOne(policy.to).map((to) => ({ ...policy, to })),
    ...withoutOne(policy.from).map((from) => ({ ...policy, from })),
    ...withoutOne(policy.rules).map((rules) => ({ ...policy, rules })),
  ]
}

function withoutOne<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.map((_, index) => items.toSpliced(index, 1))
}
