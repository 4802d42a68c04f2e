/**
 * Where the entries of one proxy go, by the policies of one moment: from the facts of an entry to the values of its KUMA_* operators and its
 * deliveries. Asked once for each context of a stream.
 */
import type { KumaConfig, KumaValues } from '../config/config.ts'
import type { NeededFacts } from '../engine/entry-keys.ts'
import { kumaValuesOfLogName } from '../engine/stream-values.ts'
import type { Identifier } from '../identifier.ts'
import type { EntryFacts, ListenerDecision } from '../policy/decision.ts'
import { rulesFor } from '../policy/matching/conditions.ts'
import { type DecidedProxy, type DecideOptions, decideProxy } from '../policy/matching/decide-proxy.ts'
import { findListeners, neededFacts } from '../policy/matching/find-listener.ts'
import type { Inventory } from '../policy/matching/inventory.ts'
import { valuesFor } from '../policy/matching/values.ts'
import type { Dataplane } from '../policy/resources.ts'
import type { Deliveries } from './deliveries.ts'
import { withImaginedListener } from './imagined-listener.ts'
import type { RoutedDelivery } from './judges.ts'

export type RouteOptions = Pick<KumaConfig, 'version' | 'sourceFromPeer' | 'resolveGatewayDestination'> & {
  /** Where nothing else says a value. */
  readonly values: KumaValues
}

export interface Routed {
  /** Of the first listener. */
  readonly values: KumaValues
  readonly deliveries: readonly RoutedDelivery[]
}

export class ProxyRoute {
  readonly #inventory: Inventory
  readonly #deliveries: Pick<Deliveries, 'of'>
  readonly #options: RouteOptions
  readonly #decision: DecidedProxy
  /** What the stream's log name says, for entries that have no tags for it. */
  readonly #told: EntryFacts['tags']

  constructor(
    dataplane: Dataplane,
    { logName }: Identifier,
    inventory: Inventory,
    deliveries: Pick<Deliveries, 'of'>,
    options: RouteOptions,
  ) {
    this.#inventory = inventory
    this.#deliveries = deliveries
    this.#options = options
    this.#decision = this.#decide(dataplane)
    const { trafficDirection, destinationService } = kumaValuesOfLogName(logName)
    this.#told = {
      ...(trafficDirection === undefined ? {} : { traffic_direction: trafficDirection }),
      ...(destinationService === undefined ? {} : { destination_service: destinationService }),
    }
  }

  /** Besides the local address and the tags. */
  get needed(): NeededFacts {
    return { ...neededFacts(this.#decision, this.#options), localAddress: true }
  }

  /** `known`: whether some listener is the entry's; if not, it goes nowhere. */
  resolve(entry: EntryFacts): Routed & { readonly known: boolean } {
    const facts = { ...entry, tags: { ...this.#told, ...entry.tags } }
    const listeners = this.#listenersOf(facts)
    const routed = listeners.map((listener) => this.#route(listener, facts))
    const values = routed[0]?.values ?? this.#filled(valuesFor(null, facts, this.#options))
    return { values, deliveries: routed.flatMap(({ deliveries }) => deliveries), known: listeners.length > 0 }
  }

  #listenersOf(facts: EntryFacts): readonly ListenerDecision[] {
    const found = findListeners(this.#decision, facts)
    if (found.length > 0) return found
    const completed = withImaginedListener(this.#decision.dataplane, facts)
    return completed === null ? [] : findListeners(this.#decide(completed), facts)
  }

  #route(listener: ListenerDecision, facts: EntryFacts): Routed {
    const values = this.#filled(valuesFor(listener, facts, this.#options))
    const fromPeer = this.#options.sourceFromPeer && values.trafficDirection === 'INBOUND'
    const deliveries = rulesFor(listener, facts).flatMap(({ backends }) =>
      backends.flatMap((backend) => this.#deliveries.of(backend, values, { fromPeer })),
    )
    return { values, deliveries: deliveries.map((delivery) => ({ delivery, values })) }
  }

  /** What Kuma leaves empty the configuration may fill. */
  #filled(values: KumaValues): KumaValues {
    const empty = Object.entries(values).filter(([, value]) => value === '')
    const filled = empty.map(([name, value]) => [name, this.#options.values[name as keyof KumaValues] ?? value])
    return { ...values, ...Object.fromEntries(filled) }
  }

  #decide(dataplane: Dataplane): DecidedProxy {
    const zone = this.#options.values.zone
    const options: DecideOptions = { version: this.#options.version, ...(zone === undefined ? {} : { zone }) }
    return decideProxy(dataplane, this.#inventory, options)
  }
}
