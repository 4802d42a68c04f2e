/** What the policies say about the proxy that a command was asked about. */
import { checkBackend } from '../compile.ts'
import type { Backend } from '../config/config.ts'
import type { Outside } from '../config/data-source.ts'
import type { DecidedBackend, ListenerDecision, ProxyDecision } from '../policy/decision.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'
import { type LoweringOptions, lowerPolicyBackend } from '../policy/lowering/lower-policy-backend.ts'
import { decideProxy } from '../policy/matching/decide-proxy.ts'
import { createInventory } from '../policy/matching/inventory.ts'
import { nameOf } from '../policy/matching/rule.ts'
import type { MeshOpenTelemetryBackend } from '../policy/resources.ts'
import { findProxy, fullName, type PolicyFlags, type PolicyInput } from './policy-input.ts'
import { outsideOf } from './read-file.ts'
import type { Terminal } from './terminal.ts'

/** Throws ConfigError when there is no such Dataplane. */
export function decide(
  { resources, version }: PolicyInput,
  { mesh, dataplane, zone }: Pick<PolicyFlags, 'mesh' | 'zone'> & { readonly dataplane: string },
): ProxyDecision {
  const inventory = createInventory(resources)
  return decideProxy(findProxy(inventory, mesh, dataplane), inventory, { version, zone: zone ?? null })
}

export function headlineOf({ dataplane }: ProxyDecision, version: KumaVersion): string {
  return `Dataplane ${fullName(dataplane)} in mesh ${dataplane.meta.mesh}, by the rules of Kuma ${version}.`
}

export function loweringOptions(
  { config, version, resources }: PolicyInput,
  { dataplane }: ProxyDecision,
  terminal: Terminal,
): LoweringOptions {
  const isCollector = (each: PolicyInput['resources'][number]): each is MeshOpenTelemetryBackend =>
    each.kind === 'MeshOpenTelemetryBackend' && each.meta.mesh === dataplane.meta.mesh
  const outside: Outside = outsideOf(terminal)
  return { ...config.kuma, version, otelBackends: resources.filter(isCollector), outside }
}

/** A backend as this sink carries it out on a listener. */
export interface LoweredDecision {
  /** Null: it does not. */
  readonly backend: Backend | null
  /** Why not, in sentences that name the policy and the place. */
  readonly troubles: readonly string[]
  /** Nothing is wrong with the policy: its reference only leads nowhere. */
  readonly isSkipped: boolean
}

export function lowerDecided(
  { backend, policy }: DecidedBackend,
  { values }: ListenerDecision,
  options: LoweringOptions,
): LoweredDecision {
  const who = `${nameOf(policy)} (${policy.meta.source.file})`
  const lowered = lowerPolicyBackend(backend, { values, name: nameOf(policy) }, options)
  if ('skipped' in lowered) return { backend: null, troubles: [`${who}: ${lowered.skipped}`], isSkipped: true }
  const faults = 'faults' in lowered ? lowered.faults : checkBackend(lowered.backend)
  const troubles = faults.map(({ path, message }) => `${who}: ${path} ${message.replaceAll('\n', ' ')}`)
  const isSound = 'backend' in lowered && faults.length === 0
  return { backend: isSound ? lowered.backend : null, troubles, isSkipped: false }
}
