/**
 * Which records are kept. The rules of all AccessAudits of one control plane are a union: one hit is enough, and the first is remembered.
 * Within a rule everything that is given must hold.
 *
 *     about a resource   types given: one of them; else: not one that is skipped by default
 *                        mesh given: the resource's; of a Mesh its name; other global resources never
 *     a token, a view    types do not count
 *                        mesh given: the one that a dataplane token is for, or the viewed proxy's; other tokens never
 *     an action that     only accessAll, or its very name; nothing else counts, so that nothing of a newer control plane
 *     nobody knows       is lost
 *
 * Who acted plays no part, the control plane itself included.
 */
import { skipDefaultTypesDefault } from '../../config/audit-config.ts'
import type { AccessAudit, AccessRule } from './access-audit.ts'
import { classOf } from './actions.ts'
import { resourceTypes } from './resource-types.ts'

/** What of a record is looked at. Null: the record does not say. */
export interface RecordFacts {
  readonly action: string
  /** Of `resource`. */
  readonly type: string | null
  readonly name: string | null
  readonly mesh: string | null
  /** Of `token.claims`. */
  readonly tokenMesh: string | null
}

/** Why a rule does not select. In the order in which it is found, so the last is the nearest miss. */
const misses = ['no rule', 'action', 'type', 'skipped type', 'global type has no mesh', 'mesh'] as const
export type Miss = (typeof misses)[number]

export interface Selected {
  readonly audited: true
  /** The first that selects: which resource, and which of its rules, from 0. */
  readonly rule: { readonly resource: string; readonly index: number }
  /** `audit-1 rules[0]`. */
  readonly why: string
}

export interface NotSelected {
  readonly audited: false
  readonly rule?: never
  /** Of the rule that came nearest. */
  readonly why: Miss
}

export type Verdict = Selected | NotSelected

export interface Selector {
  /** The answers are shared: nothing is allocated. */
  select(facts: RecordFacts): Verdict
}

interface BoundRule {
  readonly types: ReadonlySet<string> | null
  readonly mesh: string | null
  readonly access: ReadonlySet<string>
  readonly accessAll: boolean
  readonly selected: Selected
}

/** `skipDefaultTypes`: as `kmesh.access.audit.skipDefaultTypes`; default: those that the control plane is shipped with. */
export function createSelector(
  resources: readonly AccessAudit[],
  skipDefaultTypes: readonly string[] = skipDefaultTypesDefault,
): Selector {
  const skipped = new Set(skipDefaultTypes)
  const rules = resources.flatMap(({ name, rules }) => rules.map((rule, index) => bind(rule, name, index)))
  const missed = Object.fromEntries(
    misses.map((why): [Miss, NotSelected] => [why, { audited: false, why }]),
  ) as unknown as Readonly<Record<Miss, NotSelected>>
  return {
    select(facts) {
      let nearest = 0
      for (const rule of rules) {
        const miss = missOf(rule, facts, skipped)
        if (miss === null) return rule.selected
        nearest = Math.max(nearest, misses.indexOf(miss))
      }
      return missed[misses[nearest]!]
    },
  }
}

/** Keeps everything: for a control plane none of whose AccessAudits can be read. */
export function createKeeper(why: string): Selector {
  const selected: Selected = { audited: true, rule: { resource: '', index: 0 }, why }
  return { select: () => selected }
}

function bind({ types, mesh, access, accessAll }: AccessRule, resource: string, index: number): BoundRule {
  return {
    types: types.length > 0 ? new Set(types) : null,
    mesh,
    access: new Set(access),
    accessAll,
    selected: { audited: true, rule: { resource, index }, why: `${resource} rules[${index}]` },
  }
}

/** Null: the rule selects. */
function missOf(rule: BoundRule, facts: RecordFacts, skipped: ReadonlySet<string>): Miss | null {
  if (!rule.accessAll && !rule.access.has(facts.action)) return 'action'
  switch (classOf(facts.action)) {
    case 'resource':
      return missOfResource(rule, facts, skipped)
    case 'token':
      return missOfMesh(rule, facts.action === 'GENERATE_DATAPLANE_TOKEN' ? facts.tokenMesh : null)
    case 'view':
      return missOfMesh(rule, facts.mesh)
    case null:
      return null
  }
}

function missOfResource(rule: BoundRule, facts: RecordFacts, skipped: ReadonlySet<string>): Miss | null {
  const { type } = facts
  if (rule.types !== null && (type === null || !rule.types.has(type))) return 'type'
  if (rule.types === null && type !== null && skipped.has(type)) return 'skipped type'
  if (rule.mesh === null) return null
  if (type === 'Mesh') return missOfMesh(rule, facts.name)
  // A type that nobody knows is taken for one that belongs to a mesh.
  if (type !== null && resourceTypes.get(type)?.scope === 'global') return 'global type has no mesh'
  return missOfMesh(rule, facts.mesh)
}

function missOfMesh(rule: BoundRule, mesh: string | null): Miss | null {
  return rule.mesh === null || rule.mesh === mesh ? null : 'mesh'
}
