/**
 * Who logs what comes in. Up to 2.13 all policies of the listener are merged and the last list wins; since 2.14 every element of every
 * policy logs for itself, when its match holds.
 */
import type { EntryFacts } from '../../../src/policy/decision.ts'
import { type KumaVersion, since, until } from '../../../src/policy/kuma-version.ts'
import type { MeshAccessLog, PolicyBackend, RuleMatch } from '../../../src/policy/resources.ts'
import { comparePolicies } from './ordering.ts'
import type { Chosen } from './outbound.ts'

interface Rule {
  readonly policy: MeshAccessLog
  readonly match: RuleMatch
  readonly backends: readonly PolicyBackend[]
}

const everything: RuleMatch = { spiffeID: null, sni: null }

/** `policies`: those that select this listener. `terminatesTls`: whether the listener learns who the peer is. */
export function inboundBackends(
  policies: readonly MeshAccessLog[],
  facts: EntryFacts,
  version: KumaVersion,
  { terminatesTls }: { readonly terminatesTls: boolean },
): readonly Chosen[] {
  const rules: Rule[] = []
  for (const policy of [...policies].sort((a, b) => comparePolicies(a, b, version))) {
    if (since(version, '2.10') && policy.rules.length > 0) {
      for (const { matches, backends } of policy.rules) {
        const known = since(version, '2.14') && matches.length > 0 ? matches : [everything]
        for (const match of known) rules.push({ policy, match, backends })
      }
    } else if (until(version, '2.14')) {
      for (const { backends } of policy.from) rules.push({ policy, match: everything, backends })
    }
  }
  const logging = until(version, '2.13')
    ? rules.slice(-1)
    : [...rules].sort(compareMatches).filter(({ match }) => holds(match, facts, terminatesTls))
  return logging.flatMap(({ policy, backends }) => backends.map((backend) => ({ policy, backend })))
}

/** The narrow ones first; the others stay in their order. */
function compareMatches({ match: a }: Rule, { match: b }: Rule): number {
  return (
    Number(b.spiffeID !== null) - Number(a.spiffeID !== null) ||
    Number(b.spiffeID?.type === 'Exact') - Number(a.spiffeID?.type === 'Exact') ||
    Number(b.sni !== null) - Number(a.sni !== null)
  )
}

function holds({ spiffeID, sni }: RuleMatch, facts: EntryFacts, terminatesTls: boolean): boolean {
  if (sni !== null && facts.sni !== sni.value) return false
  if (spiffeID === null) return true
  if (!terminatesTls) return false
  return facts.peerUris.some((uri) =>
    spiffeID.type === 'Exact' ? uri === spiffeID.value : uri.startsWith(spiffeID.value),
  )
}
