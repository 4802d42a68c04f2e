/**
 * What the policies of a mesh make of one entry of one proxy, worked out from scratch for every entry: an independent judge of the quick way
 * in `src/policy/matching/`. Nothing is prepared, kept or shared, so that each rule of Kuma can be read here in one place.
 *
 *   places     which listener the entry comes from           outbound   who logs what goes out
 *   selection  which policies select that proxy or listener  inbound    who logs what comes in
 *   ordering   which of them is stronger                     values     what the KUMA_* operators say
 */
import type { KumaValues } from '../../../src/config/config.ts'
import type { EntryFacts, ListenerKind } from '../../../src/policy/decision.ts'
import { type KumaVersion, since } from '../../../src/policy/kuma-version.ts'
import type { Dataplane, MeshAccessLog, Resource } from '../../../src/policy/resources.ts'
import { inboundBackends } from './inbound.ts'
import { type Chosen, legacyBackends, realBackends } from './outbound.ts'
import { gatewayOf, type Place, placeOf } from './places.ts'
import { type Selection, select, selectsAnything } from './selection.ts'
import { type ValueOptions, valuesAt } from './values.ts'

export interface Answer {
  /** Null: the entry comes from no known listener. */
  readonly listener: string | null
  readonly kind: ListenerKind | null
  readonly host: string
  readonly port: number
  /** At the listener; of a gateway: for what goes out, unless the entry says that it came in. */
  readonly values: KumaValues
  /** In the order of their records; one that is named twice logs twice. */
  readonly loggers: readonly Logger[]
}

export interface Logger {
  /** `default/money/payments-out`: mesh, namespace and name. */
  readonly policy: string
  /** Its place in the policy: `spec.to[0].default.backends[1]`. */
  readonly backend: string
  /** Those of its direction. */
  readonly values: KumaValues
}

export function policyIdentity({ meta }: MeshAccessLog): string {
  return `${meta.mesh}/${meta.namespace ?? ''}/${meta.name}`
}

/** Throws when there is no such proxy. */
export function evaluate(
  resources: readonly Resource[],
  { mesh, name }: { readonly mesh: string; readonly name: string },
  version: KumaVersion,
  facts: EntryFacts,
  options: ValueOptions = {},
): Answer {
  const proxy = resources.find(
    (resource): resource is Dataplane =>
      resource.kind === 'Dataplane' && resource.meta.mesh === mesh && resource.meta.name === name,
  )
  if (proxy === undefined) throw new Error(`there is no Dataplane ${name} in the mesh ${mesh}`)

  const place = placeOf(facts, proxy, resources, version)
  if (place === null) return { listener: null, kind: null, host: '', port: 0, values: {}, loggers: [] }

  const outgoing = valuesAt(place, false, proxy, facts, version, options)
  const incoming = valuesAt(place, true, proxy, facts, version, options)
  // A gateway has a logger for each direction at one listener; an entry that tells which one it comes from is not logged for the other.
  const only = place.kind === 'gateway' ? facts.tags['traffic_direction'] : undefined
  const outgoingChosen = only === 'INBOUND' ? [] : outgoingBackends(place, proxy, resources, facts, version)
  const incomingChosen = only === 'OUTBOUND' ? [] : incomingBackends(place, proxy, resources, facts, version)
  return {
    listener: place.name,
    kind: place.kind,
    host: place.host,
    port: place.port,
    values: only === 'INBOUND' ? incoming : outgoing,
    loggers: [
      ...outgoingChosen.map((chosen) => loggerOf(chosen, outgoing)),
      ...incomingChosen.map((chosen) => loggerOf(chosen, incoming)),
    ],
  }
}

function loggerOf({ policy, backend }: Chosen, values: KumaValues): Logger {
  return { policy: policyIdentity(policy), backend: backend.path, values }
}

/** The policies of which this is true of what they select. */
function policiesThat(
  selected: (selection: Selection) => boolean,
  proxy: Dataplane,
  resources: readonly Resource[],
  version: KumaVersion,
): readonly MeshAccessLog[] {
  const gateway = gatewayOf(proxy, resources)
  return resources
    .filter((resource) => resource.kind === 'MeshAccessLog')
    .filter((policy) => selected(select(policy, proxy, gateway, version)))
}

function outgoingBackends(
  place: Place,
  proxy: Dataplane,
  resources: readonly Resource[],
  facts: EntryFacts,
  version: KumaVersion,
): readonly Chosen[] {
  switch (place.kind) {
    case 'outbound': {
      const policies = policiesThat(selectsAnything, proxy, resources, version)
      if (typeof place.destination === 'string') return legacyBackends(policies, place.destination, version)
      return realBackends(policies, place.destination, facts.routeName, resources, version)
    }
    case 'passthrough':
    case 'directAccess':
      return legacyBackends(policiesThat(selectsAnything, proxy, resources, version), 'pass_through', version)
    case 'gateway': {
      const selectsIt = ({ gatewayListeners }: Selection) => gatewayListeners.includes(place.listener)
      // Kuma hears only what is said of the whole mesh here. The upstream cluster tells us the service as well.
      return legacyBackends(policiesThat(selectsIt, proxy, resources, version), facts.upstreamCluster, version)
    }
    default:
      return []
  }
}

function incomingBackends(
  place: Place,
  proxy: Dataplane,
  resources: readonly Resource[],
  facts: EntryFacts,
  version: KumaVersion,
): readonly Chosen[] {
  switch (place.kind) {
    case 'inbound': {
      // Inbounds that share an address are one listener.
      const selectsIt = ({ inbounds }: Selection) =>
        inbounds.some(({ address, port }) => address === place.host && port === place.port)
      const policies = policiesThat(selectsIt, proxy, resources, version)
      return inboundBackends(policies, facts, version, { terminatesTls: true })
    }
    case 'gateway': {
      if (!since(version, '2.6')) return []
      const selectsIt = ({ gatewayListeners }: Selection) => gatewayListeners.includes(place.listener)
      const policies = policiesThat(selectsIt, proxy, resources, version)
      return inboundBackends(policies, facts, version, { terminatesTls: true })
    }
    case 'zoneIngress':
    case 'zoneEgress': {
      const selectsIt = ({ zoneListeners }: Selection) => zoneListeners.includes(place.listener)
      const policies = policiesThat(selectsIt, proxy, resources, version)
      return inboundBackends(policies, facts, version, { terminatesTls: place.kind === 'zoneEgress' })
    }
    default:
      return []
  }
}
