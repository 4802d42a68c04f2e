/**
 * Incoming traffic. Up to 2.13 the elements of all policies are merged, and one list of backends is left. Since 2.14 each of them logs for
 * itself, whenever its own match holds: nothing is replaced, and nothing is silenced.
 */
import type { Condition, DecidedRule } from '../decision.ts'
import type { MeshAccessLog, RuleItem, RuleMatch } from '../resources.ts'
import type { Features } from './features.ts'
import { always, type Element, mergeElements, ruleOf } from './rule.ts'

/** `policies`: those that select the listener, the weakest first. */
export function decideInbound(policies: readonly MeshAccessLog[], features: Features): readonly DecidedRule[] {
  if (features.fanOut) return fanOut(policies, features)
  const rule = mergeElements(
    policies.flatMap((policy) => elementsOf(policy, features)),
    always,
  )
  return rule ? [rule] : []
}

/** What the policy says about incoming traffic; `from` is the older form of `rules`. */
export function inboundItems(policy: MeshAccessLog, features: Features): readonly RuleItem[] {
  if (features.rules && (policy.rules.length > 0 || !features.from)) return policy.rules
  return policy.from.map(({ backends }) => ({ matches: [], backends }))
}

function elementsOf(policy: MeshAccessLog, features: Features): Element[] {
  const items = inboundItems(policy, features)
  const list = items === policy.rules ? 'rules' : 'from'
  return items.map(({ backends }, index) => ({ policy, place: `${list}[${index}]`, backends }))
}

/** One rule for each match of each element; the more special ones come first. */
function fanOut(policies: readonly MeshAccessLog[], features: Features): readonly DecidedRule[] {
  return policies
    .flatMap((policy) => {
      const elements = elementsOf(policy, features)
      return inboundItems(policy, features).flatMap((item, index) => expand(item, elements[index]!))
    })
    .filter(({ backends }) => backends.length > 0)
    .toSorted((a, b) => rankMatch(a.when) - rankMatch(b.when))
}

function expand({ matches }: RuleItem, element: Element): DecidedRule[] {
  if (matches.length === 0) return [ruleOf(element, always)]
  return matches.map((match, index) =>
    ruleOf({ ...element, place: `${element.place}.matches[${index}]` }, conditionOf(match)),
  )
}

function conditionOf({ spiffeID, sni }: RuleMatch): Condition {
  if (spiffeID === null && sni === null) return always
  return { kind: 'connection', spiffeID, sni: sni?.value ?? null }
}

/** An exact SPIFFE ID, a prefix, none; and within each of them, with and without a server name. */
function rankMatch(when: Condition): number {
  if (when.kind !== 'connection') return 5
  const { spiffeID, sni } = when
  const byPeer = spiffeID === null ? 2 : spiffeID.type === 'Exact' ? 0 : 1
  return 2 * byPeer + (sni === null ? 1 : 0)
}
