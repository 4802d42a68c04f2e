/** What each version of Kuma does, as far as matching goes. The rest of the room asks this table, never the version itself. */
import { type KumaVersion, kumaVersions, since, until } from '../kuma-version.ts'

const versionsOfFeatures = {
  /** Of policies that differ in nothing else the one with the smallest display name wins; before, the one with the greatest name. */
  smallestNameWins: ['2.6'],
  /** Policies select delegated gateways, */
  delegatedGateways: ['2.6'],
  /** with a target of kind Dataplane too, in late patches of 2.12 and 2.13 and in everything since. */
  delegatedDataplanes: ['2.12'],
  /** Builtin gateways also log what comes in, */
  gatewayInbound: ['2.6', '2.14'],
  /** and tags tell their listeners apart. Accepted since 2.4, without effect. */
  gatewayTags: ['2.6'],
  proxyTypes: ['2.6', '2.14'],
  /** Inbounds in state Ignored are not selected. */
  ignoredInbounds: ['2.6', '2.13'],
  /** The label kuma.io/effect. */
  effects: ['2.7'],
  /** Zones, namespaces, origins and roles of policies count. */
  origins: ['2.9'],
  /** Destinations may be resources. */
  realDestinations: ['2.9'],
  /** Destinations may be known by their tag kuma.io/service. */
  legacyDestinations: ['2.2', '2.14'],
  /** Targets of kind Dataplane, */
  dataplanes: ['2.10'],
  /** of which a name is stronger than labels, */
  dataplaneNames: ['2.10', '2.14'],
  /** and the port of an inbound without a name is its section. */
  portSections: ['2.12'],
  /** `rules`, which comes before `from`; */
  rules: ['2.10'],
  /** and `from`. */
  from: ['2.2', '2.14'],
  /** Elements for incoming traffic are not merged. */
  fanOut: ['2.14'],
  /** MeshHTTPRoute in `to`. */
  routes: ['2.11'],
  /** Zone proxies within a Dataplane. */
  zoneListeners: ['2.14'],
  advertisedAddress: ['2.2', '2.14'],
  /** A proxy is named by its workload, and its inbounds by their KRIs; not by kuma.io/service. */
  workloads: ['3.0-dev'],
} as const satisfies Record<string, readonly [first: KumaVersion, last?: KumaVersion]>

export type Features = Readonly<Record<keyof typeof versionsOfFeatures, boolean>>

const known = new Map<KumaVersion, Features>(kumaVersions.map((version) => [version, listFeatures(version)]))

export function featuresOf(version: KumaVersion): Features {
  return known.get(version)!
}

function listFeatures(version: KumaVersion): Features {
  const entries = Object.entries(versionsOfFeatures).map(([name, [first, last]]) => [
    name,
    since(version, first) && (last === undefined || until(version, last)),
  ])
  return Object.fromEntries(entries) as Features
}
