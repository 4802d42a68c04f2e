/**
 * The destinations of policies while they run: an outbox for each place that is named, opened when the first entry goes there, and retired
 * when no policy names it any more. A reload that changes a format changes nothing here, so nothing that is queued moves.
 */
import type { BackendOptions, Backends } from '../backends/open-backends.ts'
import { type Destination, destinationOf } from '../compile.ts'
import type { Backend } from '../config/config.ts'
import { policyDestinationsMax } from '../limits.ts'
import type { Outbox } from '../pipeline/outbox.ts'
import type { PolicyBackend } from '../policy/resources.ts'

export interface DestinationsOptions {
  readonly backends: Backends
  /** What a destination that is no longer named may still take to write what it has, in milliseconds. */
  readonly graceMs: number
}

interface Open {
  readonly backend: BackendOptions
  readonly outbox: Outbox
  /** The places as policies write them that have led here. */
  readonly places: Set<string>
}

export class Destinations {
  readonly #options: DestinationsOptions
  readonly #open = new Map<string, Open>()

  constructor(options: DestinationsOptions) {
    this.#options = options
  }

  /** `place`: as it is written. Null: there are too many already, which is told. Throws ConfigError when it cannot be opened. */
  open(backend: Backend, place: string, tell: (detail: string) => void): Outbox | null {
    const destination = destinationOf(backend, {})
    const name = nameOf(destination)
    const known = this.#open.get(name)
    if (known) {
      known.places.add(place)
      return known.outbox
    }
    if (this.#open.size >= policyDestinationsMax) {
      tell(`${name} is not opened: policies have ${policyDestinationsMax} destinations open already.`)
      return null
    }
    const { path, queue, spool, deadLetter } = backend
    const options: BackendOptions = { name, path, destination, queue, spool, deadLetter }
    const outbox = this.#options.backends.openAtOnce(options)
    this.#open.set(name, { backend: options, outbox, places: new Set([place]) })
    return outbox
  }

  /** Retires those that none of the places leads to; those that streams have named stay. Resolves when they are closed. */
  async keep(places: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#open].filter(
      ([, { places: own }]) => ![...own].some((place) => place === placeOfLogNames || places.has(place)),
    )
    for (const [name] of gone) this.#open.delete(name)
    await Promise.all(gone.map(([, { backend }]) => this.#options.backends.retire(backend, this.#options.graceMs)))
  }
}

/** The `path` of backends that streams name themselves by their log names, and no document does. */
export const pathOfLogNames = 'log_name'
const placeOfLogNames = 'log names'

/** The place of a backend, as its policy writes it. */
export function placeOf(backend: PolicyBackend): string {
  if (backend.path === pathOfLogNames) return placeOfLogNames
  switch (backend.type) {
    case 'File':
      return `file ${backend.file.path}`
    case 'Tcp':
      return `tcp ${backend.tcp.address}`
    case 'OpenTelemetry': {
      const { endpoint, backendRef } = backend.openTelemetry
      return `otlp ${endpoint ?? JSON.stringify(backendRef)}`
    }
  }
}

/** A ledger's name. */
function nameOf(destination: Destination): string {
  switch (destination.kind) {
    case 'file':
      return `policies/file:${destination.path}`
    case 'tcp': {
      const { address, tls } = destination
      return `policies/tcp:${tls ? 'tls://' : ''}${address.text}`
    }
    case 'otlp':
      return `policies/otlp:${destination.endpoint.text}`
  }
}
