/**
 * What becomes of a backend of a policy in one context: a program for each kind of entry, and an outbox. Formats that say the same share
 * their programs, and backends that name the same place share their outbox, whichever policies they stand in, before and after a reload.
 */
import type { Backend, KumaValues } from '../config/config.ts'
import type { Programs } from '../engine/program.ts'
import type { Outbox } from '../pipeline/outbox.ts'
import type { DecidedBackend } from '../policy/decision.ts'
import { type LoweringOptions, lowerPolicyBackend } from '../policy/lowering/lower-policy-backend.ts'
import type { MeshAccessLog, MeshOpenTelemetryBackend, PolicyBackend } from '../policy/resources.ts'
import { type Destinations, placeOf } from './destinations.ts'

export interface Delivery {
  readonly programs: Programs
  readonly outbox: Outbox
  /** Of OpenTelemetry's resource: what is known of the proxy. Null: it goes elsewhere. */
  readonly resourceAttributes: readonly (readonly [key: string, value: string])[] | null
}

export interface DeliveriesOptions {
  readonly lowering: Omit<LoweringOptions, 'otelBackends'>
  /** Of all meshes. */
  readonly otelBackends: readonly MeshOpenTelemetryBackend[]
  readonly destinations: Destinations
  /** Compiles a format. Throws ConfigError. `fromPeer`: the source address is that of the peer. */
  readonly compile: (backend: Backend, options: FormatOptions) => Programs
  /** Told when a backend cannot be used: its policy, and why. */
  readonly trouble: (policy: MeshAccessLog, detail: string) => void
}

export interface FormatOptions {
  readonly fromPeer: boolean
}

export class Deliveries {
  readonly #options: DeliveriesOptions
  /** By what they depend on; a failed one is null. */
  readonly #known = new WeakMap<PolicyBackend, Map<string, Delivery | null>>()

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  /** None, if the backend cannot be used: that has been told. */
  of({ backend, policy }: DecidedBackend, values: KumaValues, options: FormatOptions): readonly Delivery[] {
    const known = this.#known.get(backend) ?? new Map<string, Delivery | null>()
    this.#known.set(backend, known)
    const key = `${options.fromPeer} ${keyOf(backend, values)}`
    let delivery = known.get(key)
    if (delivery === undefined) {
      delivery = this.#make({ backend, policy }, values, options)
      known.set(key, delivery)
    }
    return delivery === null ? [] : [delivery]
  }

  #make({ backend, policy }: DecidedBackend, values: KumaValues, options: FormatOptions): Delivery | null {
    const { lowering, otelBackends, destinations, compile, trouble } = this.#options
    const own = otelBackends.filter(({ meta }) => meta.mesh === policy.meta.mesh)
    const context = { values, name: `${policy.meta.name} ${backend.path}` }
    const lowered = lowerPolicyBackend(backend, context, { ...lowering, otelBackends: own })
    if ('backend' in lowered) {
      try {
        const programs = compile(lowered.backend, options)
        const outbox = destinations.open(lowered.backend, placeOf(backend), (detail) => trouble(policy, detail))
        const resourceAttributes = backend.type === 'OpenTelemetry' ? lowered.resourceAttributes : null
        return outbox === null ? null : { programs, outbox, resourceAttributes }
      } catch (error) {
        trouble(policy, (error as Error).message)
        return null
      }
    }
    const why =
      'skipped' in lowered ? [lowered.skipped] : lowered.faults.map(({ path, message }) => `${path} ${message}`)
    trouble(policy, why.join('\n'))
    return null
  }
}

/** The values that the place of a backend holds, and those that its records' resource tells. */
function keyOf(backend: PolicyBackend, values: KumaValues): string {
  const { mesh, zone, workload } = values
  switch (backend.type) {
    case 'File':
      return backend.file.path.includes('%') ? JSON.stringify(values) : ''
    case 'Tcp':
      return backend.tcp.address.includes('%') ? JSON.stringify(values) : ''
    case 'OpenTelemetry':
      return backend.openTelemetry.endpoint?.includes('%')
        ? JSON.stringify(values)
        : JSON.stringify({ mesh, zone, workload })
  }
}
