/** What `policy inspect` answers: a proxy's listeners with the loggers that Kuma would generate, in words that programs can rely on. */
import { presets } from '../format/default-formats.ts'
import type { Condition, DecidedBackend, DecidedRule, ListenerDecision, ProxyDecision } from '../policy/decision.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'
import { describeLogger, type LoggerDescription } from '../policy/lowering/describe-logger.ts'
import type { LoweringOptions } from '../policy/lowering/lower-policy-backend.ts'
import { createInventory } from '../policy/matching/inventory.ts'
import { nameOf } from '../policy/matching/rule.ts'
import { findIdlePolicies } from '../policy/matching/warnings.ts'
import type { MeshAccessLog, Resource } from '../policy/resources.ts'
import { lowerDecided } from './policy-decision.ts'
import { fullName } from './policy-input.ts'

/** The names are an interface to other programs. */
export interface Inspection {
  readonly dataplane: { readonly name: string; readonly mesh: string }
  readonly version: string
  /** The weakest first. */
  readonly policies: readonly InspectedPolicy[]
  readonly listeners: readonly InspectedListener[]
  readonly warnings: readonly string[]
}

export interface InspectedPolicy {
  readonly name: string
  /** `Dataplane app=shop`. */
  readonly targetRef: string
  readonly file: string
  /** 0-based, of the documents of the file. */
  readonly index: number
}

export interface InspectedListener
  extends Pick<ListenerDecision, 'address' | 'direction' | 'kind' | 'protocol' | 'values'> {
  readonly listener: string
  readonly loggers: readonly InspectedLogger[]
  /** Rules that say to log nothing, and so keep weaker ones silent. */
  readonly silences: readonly Verdict[]
}

interface Verdict {
  /** Which elements of which policies decided. */
  readonly why: string
  /** Absent: for every entry. */
  readonly when?: When
}

export type InspectedLogger = LoggerDescription &
  Verdict & {
    readonly policy: string
    /** Of the backend in its policy: `spec.to[0].default.backends[1]`. */
    readonly backend: string
  }

/** A route by its KRI, a service by its name; `not…`: by, or to, none of these. Of a connection both must hold. */
export type When =
  | { readonly upstreamService: string }
  | { readonly notUpstreamServices: readonly string[] }
  | { readonly route: string }
  | { readonly notRoutes: readonly string[] }
  | { readonly spiffeID?: { readonly type: string; readonly value: string }; readonly sni?: string }

export interface InspectOptions {
  readonly lowering: LoweringOptions
  /** All that were read, not only those of the proxy. */
  readonly resources: readonly Resource[]
  readonly isWanted: (listener: ListenerDecision) => boolean
}

export function inspectProxy(decision: ProxyDecision, { lowering, resources, isWanted }: InspectOptions): Inspection {
  const { dataplane, policies, warnings } = decision
  const listeners = decision.listeners.filter(isWanted)
  const troubles = new Set(warnings)
  return {
    dataplane: { name: fullName(dataplane), mesh: dataplane.meta.mesh },
    version: lowering.version,
    policies: policies.map(describePolicy),
    listeners: listeners.map((listener) => {
      // Kuma would generate these loggers all the same; this sink cannot carry them out.
      for (const each of backendsOf(listener)) {
        for (const trouble of lowerDecided(each, listener, lowering).troubles) troubles.add(trouble)
      }
      return describeListener(listener, lowering)
    }),
    warnings: [...troubles, ...idlePolicies(resources, dataplane.meta.mesh, lowering.version)],
  }
}

const backendsOf = ({ rules }: ListenerDecision) => rules.flatMap(({ backends }) => backends)

function describeListener(listener: ListenerDecision, lowering: LoweringOptions): InspectedListener {
  const { name, address, direction, kind, protocol, values, rules } = listener
  const loggers = rules.flatMap((rule) =>
    rule.backends.flatMap((each): InspectedLogger[] => {
      const logger = describeOne(each, listener, lowering)
      if (logger === null) return []
      return [{ ...logger, policy: nameOf(each.policy), backend: each.backend.path, ...verdictOf(rule) }]
    }),
  )
  const silences = rules.filter(({ backends }) => backends.length === 0).map(verdictOf)
  return { listener: name, address, direction, kind, protocol, values, loggers, silences }
}

function verdictOf({ why, when }: DecidedRule): Verdict {
  const condition = describeCondition(when)
  return condition === null ? { why } : { why, when: condition }
}

function describeOne({ backend }: DecidedBackend, listener: ListenerDecision, lowering: LoweringOptions) {
  const defaultFormats = presets[lowering.defaultFormat === 'kuma' ? 'kuma' : 'kuma-documented']
  return describeLogger(backend, listener, { ...lowering, defaultFormats })
}

const shownMax = 10

/** Their labels or names may be misspelled. */
function idlePolicies(resources: readonly Resource[], mesh: string, version: KumaVersion): string[] {
  const idle = findIdlePolicies(createInventory(resources), version).filter(({ meta }) => meta.mesh === mesh)
  if (idle.length === 0) return []
  const more = idle.length > shownMax ? ` and ${idle.length - shownMax} more` : ''
  return [`No Dataplane of these documents is selected by ${idle.slice(0, shownMax).map(nameOf).join(', ')}${more}.`]
}

function describePolicy(policy: MeshAccessLog): InspectedPolicy {
  const { kind, name, labels, tags, sectionName } = policy.targetRef
  const selectors = Object.entries({ ...tags, ...labels }).map(([key, value]) => `${key}=${value}`)
  const words = [kind, name ?? '', selectors.join(','), sectionName === null ? '' : `section ${sectionName}`]
  const { file, index } = policy.meta.source
  return { name: nameOf(policy), targetRef: words.filter(Boolean).join(' '), file, index }
}

function describeCondition(when: Condition): When | null {
  switch (when.kind) {
    case 'always':
      return null
    case 'route':
      return { route: when.kri }
    case 'otherRoute':
      return { notRoutes: when.kris }
    case 'upstreamService':
      return { upstreamService: when.service }
    case 'otherUpstreamService':
      return { notUpstreamServices: when.services }
    case 'connection':
      return {
        ...(when.spiffeID ? { spiffeID: when.spiffeID } : {}),
        ...(when.sni === null ? {} : { sni: when.sni }),
      }
  }
}
