/**
 * What the policies say about one proxy. Which policies select it is found at once; listeners, rules and warnings are worked out when they
 * are asked for, and kept: a proxy of a large mesh has thousands of listeners and uses a few.
 */
import type { DecidedRule, ListenerDecision, ProxyDecision } from '../decision.ts'
import type { KumaVersion } from '../kuma-version.ts'
import type { Dataplane } from '../resources.ts'
import { featuresOf } from './features.ts'
import { decideInbound } from './inbound.ts'
import { emptyMesh, type Inventory } from './inventory.ts'
import type { ListenerSketch } from './listener-sketch.ts'
import { listOwnListeners } from './listeners.ts'
import { createLookup, type Lookup } from './lookup.ts'
import { type RankedPolicy, rankPolicies, sortPolicies } from './order.ts'
import {
  createEngines,
  decideDestination,
  decideGateway,
  decideOutside,
  decideService,
  type OutboundEngines,
} from './outbound.ts'
import { listForeignListeners } from './outbound-listeners.ts'
import { describeProxy, type MeshProxy } from './proxy.ts'
import { isSelected, type SelectedPolicy, selectListeners } from './select.ts'
import { valuesOfListener } from './values.ts'
import { warn } from './warnings.ts'

export interface DecideOptions {
  readonly version: KumaVersion
  /** Of the control plane: KUMA_ZONE of a proxy that has no label for it. Default: none. */
  readonly zone?: string | null
}

/** The decision with what its lookups need. */
export interface DecidedProxy extends ProxyDecision {
  readonly proxy: MeshProxy
  readonly lookup: Lookup
  /** The same sketch has the same decision. */
  readonly decide: (sketch: ListenerSketch) => ListenerDecision
}

export function decideProxy(dataplane: Dataplane, inventory: Inventory, options: DecideOptions): DecidedProxy {
  const mesh = inventory.meshes.get(dataplane.meta.mesh) ?? emptyMesh
  const proxy = describeProxy(dataplane, mesh, featuresOf(options.version))
  const selected = selectPolicies(proxy, rankPolicies(mesh, options.version))
  const decide = createDecider(proxy, selected, options.zone ?? '')
  const own = memo(() => listOwnListeners(proxy))
  const lookup = memo(() => createLookup(proxy, own()))
  const listeners = memo(() => listListeners(proxy, own()).map(decide).filter(isWorthListing))
  const warnings = memo(() => warn(proxy, selected, listeners()))
  return {
    dataplane,
    policies: selected.map(({ policy }) => policy),
    proxy,
    decide,
    get lookup() {
      return lookup()
    },
    get listeners() {
      return listeners()
    },
    get warnings() {
      return warnings()
    },
  }
}

function selectPolicies(proxy: MeshProxy, policies: readonly RankedPolicy[]): readonly SelectedPolicy[] {
  const selected = policies.flatMap(({ policy, rank }) => {
    const selection = selectListeners(policy, proxy)
    return isSelected(selection) ? [{ policy, rank, selection }] : []
  })
  // Sorted already, but for targets that are on a par with others: there it counts who else is in the race.
  return sortPolicies(selected)
}

/** Each listener is decided once. */
function createDecider(proxy: MeshProxy, selected: readonly SelectedPolicy[], zone: string) {
  const known = new WeakMap<ListenerSketch, ListenerDecision>()
  const engines = memo(() => createEngines(selected, proxy))
  return (sketch: ListenerSketch): ListenerDecision => {
    const decided = known.get(sketch)
    if (decided) return decided
    const { name, kind, host, port, direction, protocol } = sketch
    const rules = memo(() => decideRules(sketch, proxy, selected, engines))
    const decision: ListenerDecision = {
      name,
      kind,
      address: `${host}:${port}`,
      host,
      port,
      direction,
      protocol,
      values: valuesOfListener(sketch, proxy, zone),
      get rules() {
        return rules()
      },
    }
    known.set(sketch, decision)
    return decision
  }
}

function decideRules(
  { host, port, traffic }: ListenerSketch,
  proxy: MeshProxy,
  selected: readonly SelectedPolicy[],
  engines: () => OutboundEngines,
): readonly DecidedRule[] {
  const address = `${host}:${port}`
  const here = () => selected.filter(({ selection }) => selection.addresses.includes(address))
  switch (traffic.kind) {
    case 'none':
      return []
    case 'inbound':
      return decideInbound(
        here().map(({ policy }) => policy),
        proxy.features,
      )
    case 'service':
      return decideService(engines(), traffic.service)
    case 'destination':
      return decideDestination(engines(), traffic.destination)
    case 'outside':
      return decideOutside(engines(), proxy.features)
    case 'gateway':
      return decideGateway(createEngines(here(), proxy))
  }
}

/** All there are: the proxy's own, and those that a transparent proxy has for every service of the mesh. */
function listListeners(proxy: MeshProxy, own: readonly ListenerSketch[]): readonly ListenerSketch[] {
  const { dataplane, type } = proxy
  if (dataplane.networking.transparentProxying === null || type === 'builtin') return own
  const names = new Set(own.map(({ name }) => name))
  return [...own, ...listForeignListeners(proxy).filter(({ name }) => !names.has(name))]
}

/** A gateway's listener is there twice only if it logs what comes in. */
function isWorthListing({ kind, direction, rules }: ListenerDecision): boolean {
  return kind !== 'gateway' || direction === 'OUTBOUND' || rules.length > 0
}

function memo<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}
