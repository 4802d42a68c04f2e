/** Elements of policies become rules, with the words that say which ones they were. */
import type { Condition, DecidedRule } from '../decision.ts'
import type { MeshAccessLog, PolicyBackend } from '../resources.ts'

/** An element of `to`, `from` or `rules`. */
export interface Element {
  readonly policy: MeshAccessLog
  /** `to[0]`. */
  readonly place: string
  readonly backends: readonly PolicyBackend[]
}

/** Overruled elements that are named one by one; the rest is counted. */
const overruledNamesMax = 3

export const always: Condition = { kind: 'always' }

/**
 * Of all elements that are about the same traffic, the weakest first, the last one decides, also when it has no backends. Null: there
 * is none.
 */
export function mergeElements(elements: readonly Element[], when: Condition): DecidedRule | null {
  const last = elements.at(-1)
  return last ? { ...ruleOf(last, when), why: explain(last, elements.slice(0, -1).reverse()) } : null
}

/** One element, which decides for itself. */
export function ruleOf({ policy, place, backends }: Element, when: Condition): DecidedRule {
  return { when, backends: backends.map((backend) => ({ backend, policy })), why: `${nameOf(policy)}/${place}` }
}

/** `shop`, or `money/shop` in a namespace. */
export function nameOf({ meta }: MeshAccessLog): string {
  return meta.namespace === null ? meta.name : `${meta.namespace}/${meta.name}`
}

function explain(winner: Element, overruled: readonly Element[]): string {
  const names = overruled.slice(0, overruledNamesMax).map(({ policy, place }) => `${nameOf(policy)}/${place}`)
  const rest = overruled.length - names.length
  if (rest > 0) names.push(`${rest} more`)
  const over = names.length > 0 ? `, over ${names.join(', ')}` : ''
  return `${nameOf(winner.policy)}/${winner.place}${over}`
}
