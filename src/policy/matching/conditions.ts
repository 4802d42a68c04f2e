/** Which rules of a listener hold for an entry, and which facts that can depend on. */
import type { Condition, DecidedRule, EntryFacts, ListenerDecision } from '../decision.ts'
import { serviceOfCluster } from './clusters.ts'
import { isOfRoute } from './kri.ts'

/** In the order in which they log. */
export function rulesFor({ kind, rules }: ListenerDecision, facts: EntryFacts): DecidedRule[] {
  return rules.filter(({ when }) => ruleHolds(when, facts) && !(kind === 'zoneIngress' && namesPeer(when)))
}

export function ruleHolds(when: Condition, facts: EntryFacts): boolean {
  switch (when.kind) {
    case 'always':
      return true
    case 'connection':
      return holdsForPeer(when.spiffeID, facts.peerUris) && (when.sni === null || when.sni === facts.sni)
    case 'route':
      return isOfRoute(facts.routeName, when.kri)
    case 'otherRoute':
      return !when.kris.some((kri) => isOfRoute(facts.routeName, kri))
    case 'upstreamService':
      return isOfService(facts.upstreamCluster, when.service)
    case 'otherUpstreamService':
      return !when.services.some((service) => isOfService(facts.upstreamCluster, service))
  }
}

/** A zone ingress hands TLS on as it is, so it cannot know the peer. */
function namesPeer(when: Condition): boolean {
  return when.kind === 'connection' && when.spiffeID !== null
}

function holdsForPeer(
  spiffeID: Extract<Condition, { kind: 'connection' }>['spiffeID'],
  uris: readonly string[],
): boolean {
  if (spiffeID === null) return true
  const { type, value } = spiffeID
  return uris.some((uri) => (type === 'Exact' ? uri === value : uri.startsWith(value)))
}

function isOfService(cluster: string, service: string): boolean {
  return cluster === service || serviceOfCluster(cluster) === service
}
