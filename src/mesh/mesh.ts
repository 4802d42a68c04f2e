/**
 * The policies in force: what they say about each stream, and how others take their place. A reload makes everything anew but the programs
 * and the destinations, which are looked for among those that are there.
 */
import type { Backends } from '../backends/open-backends.ts'
import { compileBackend } from '../compile.ts'
import type { Backend, KumaConfig } from '../config/config.ts'
import type { Outside } from '../config/data-source.ts'
import type { Programs } from '../engine/program.ts'
import type { Identifier } from '../identifier.ts'
import { createInventory, type Inventory } from '../policy/matching/inventory.ts'
import type { MeshAccessLog, PolicyBackend, Resource } from '../policy/resources.ts'
import type { Memory } from '../wire/memory.ts'
import { Deliveries, type FormatOptions } from './deliveries.ts'
import { Destinations, placeOf } from './destinations.ts'
import type { StreamRoute } from './judges.ts'
import { LegacyRoute, parseLegacyLogName } from './legacy-log-name.ts'
import { ProgramCache } from './program-cache.ts'
import { proxyOf } from './proxies.ts'
import { ProxyRoute } from './proxy-route.ts'

export interface MeshOptions {
  readonly memory: Memory
  readonly kuma: KumaConfig
  readonly timeZone: string | null
  readonly backends: Backends
  readonly outside: Pick<Outside, 'realPath' | 'variables'>
  /** What a destination that is no longer named may still take to write what it has, in milliseconds. */
  readonly graceMs: number
  /** Files, folders and globs. Empty: no policies. */
  readonly policies: readonly string[]
  /** Told of a stream that comes from no proxy that is known. */
  readonly strange: (stream: Identifier) => void
  /** Told of a stream whose log name says where its lines should go, while that is not asked for. */
  readonly unheeded: (stream: Identifier) => void
  /** Told when a backend of a policy cannot be used, and why. */
  readonly trouble: (policy: MeshAccessLog, detail: string) => void
}

export class Mesh {
  readonly #options: MeshOptions
  readonly #destinations: Destinations
  #inForce: { readonly inventory: Inventory; readonly deliveries: Deliveries }
  #programs: ProgramCache

  constructor(options: MeshOptions) {
    this.#options = options
    this.#destinations = new Destinations(options)
    this.#programs = new ProgramCache(null)
    this.#inForce = this.#prepare([])
  }

  /** From now on these resources say where entries go. The caller makes the streams ask again. */
  swap(resources: readonly Resource[]): void {
    this.#programs = new ProgramCache(this.#programs)
    this.#inForce = this.#prepare(resources)
  }

  /** Retires the destinations that nobody names any more; when all streams have asked again. Resolves when they are closed. */
  async tidy(resources: readonly Resource[]): Promise<void> {
    await this.#destinations.keep(new Set(backendsIn(resources).map(placeOf)))
  }

  /** Null: policies say nothing about it. */
  routeOf(stream: Identifier): StreamRoute | null {
    const { kuma, policies, strange, unheeded } = this.#options
    const { inventory, deliveries } = this.#inForce
    const legacy = parseLegacyLogName(stream.logName)
    if (legacy && kuma.legacyLogName) return new LegacyRoute(legacy, deliveries)
    if (legacy) unheeded(stream)
    if (policies.length === 0) return null
    const { systemNamespaces } = kuma
    const dataplane = proxyOf(stream, inventory, { systemNamespaces, meshDefault: kuma.values.mesh ?? 'default' })
    if (dataplane === null) strange(stream)
    return dataplane === null ? null : new ProxyRoute(dataplane, stream, inventory, deliveries, kuma)
  }

  #prepare(resources: readonly Resource[]) {
    const { kuma, outside, trouble } = this.#options
    const deliveries = new Deliveries({
      lowering: { ...kuma, outside },
      otelBackends: resources.filter((each) => each.kind === 'MeshOpenTelemetryBackend'),
      destinations: this.#destinations,
      compile: (backend, options) => this.#compile(backend, options),
      trouble,
    })
    return { inventory: createInventory(resources), deliveries }
  }

  #compile(backend: Backend, { fromPeer }: FormatOptions): Programs {
    const { memory, kuma, timeZone } = this.#options
    return this.#programs.of(backend, `${fromPeer}`, () =>
      compileBackend(backend, { memory, timeZone, kumaValues: kuma.values, sourceFromPeer: fromPeer }),
    )
  }
}

/** All that policies name. */
function backendsIn(resources: readonly Resource[]): PolicyBackend[] {
  return resources.flatMap((resource) =>
    resource.kind === 'MeshAccessLog'
      ? [...resource.to, ...resource.from, ...resource.rules].flatMap(({ backends }) => backends)
      : [],
  )
}
