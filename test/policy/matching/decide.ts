/** What the tests of this room ask: the backends that an entry goes to, as letters, and the rules behind them. */
import type { EntryFacts, ListenerDecision } from '../../../src/policy/decision.ts'
import { type KumaVersion, kumaVersionDefault } from '../../../src/policy/kuma-version.ts'
import { rulesFor } from '../../../src/policy/matching/conditions.ts'
import { type DecidedProxy, decideProxy } from '../../../src/policy/matching/decide-proxy.ts'
import { findListeners } from '../../../src/policy/matching/find-listener.ts'
import { createInventory, findDataplane } from '../../../src/policy/matching/inventory.ts'
import type { Resource } from '../../../src/policy/resources.ts'
import { destinationOf } from '../support/destination.ts'

/** About the Dataplane of this name, else the first one. */
export function decide(
  resources: readonly Resource[],
  { version = kumaVersionDefault, proxy }: { version?: KumaVersion; proxy?: string } = {},
): DecidedProxy {
  const inventory = createInventory(resources)
  const name = proxy ?? resources.find(({ kind }) => kind === 'Dataplane')!.meta.name
  return decideProxy(findDataplane(inventory, 'default', name)!, inventory, { version })
}

/** `AB`: to A, and then to B. */
export function lettersFor(decision: DecidedProxy, facts: EntryFacts): string {
  return findListeners(decision, facts)
    .flatMap((listener) => rulesFor(listener, facts))
    .flatMap(({ backends }) => backends)
    .map(({ backend }) => destinationOf(backend).slice(1))
    .join('')
}

export function listenerNamed({ listeners }: DecidedProxy, name: string): ListenerDecision {
  const listener = listeners.find((other) => other.name === name)
  if (!listener) throw new Error(`${name} is none of ${listeners.map((other) => other.name).join(', ')}`)
  return listener
}
