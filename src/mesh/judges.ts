/**
 * Who looks at single entries: where a stream's entries may go different ways (policies), and where the KUMA_* operators of a pipeline's
 * formats may differ from entry to entry (custom tags, listeners).
 */

import type { KumaValues } from '../config/config.ts'
import { type EntryFacts, type EntryReader, entryReaderOf, keyKinds, kumaValuesOfTags } from '../engine/entry-facts.ts'
import type { NeededFacts } from '../engine/entry-keys.ts'
import type { Identifier } from '../identifier.ts'
import { contextsMax } from '../limits.ts'
import type { Judge } from '../pipeline/contexts.ts'
import type { Encoding } from '../pipeline/encoder.ts'
import type { Backend } from '../pipeline/pipeline.ts'
import type { EntryKind } from '../pipeline/route.ts'
import type { Judges } from '../pipeline/router.ts'
import type { Memory } from '../wire/memory.ts'
import type { Delivery } from './deliveries.ts'

/** What is known of a stream's proxy, if anything is. */
export interface StreamRoute {
  readonly needed: NeededFacts
  /** `values`: for the formats of pipelines. */
  resolve(facts: EntryFacts): { readonly values: KumaValues; readonly deliveries: readonly RoutedDelivery[] }
}

/** With the values of the listener that it is for: an entry of a gateway may be logged in both directions. */
export interface RoutedDelivery {
  readonly delivery: Delivery
  readonly values: KumaValues
}

export interface JudgesOptions {
  readonly memory: Memory
  /** By the policies that are in force now; null: they say nothing about this stream. */
  readonly routeOf: (stream: Identifier) => StreamRoute | null
}

export function createJudges({ memory, routeOf }: JudgesOptions): Judges {
  const reader = entryReaderOf(memory)
  return {
    finder: reader,
    judge(kind, stream, backends) {
      const route = routeOf(stream)
      if (route === null && !backends.some(({ programs }) => programs[kind].bindsStream)) return null
      return new EntryJudge({ reader, kind, stream, backends, route })
    },
  }
}

/** An entry of which nothing can be read; it is found to be malformed where it is rendered. */
const nothing = { localAddress: '', upstreamCluster: '', routeName: '', sni: '', peerUris: [], tags: {} }

/** What Kuma calls its log records, whatever the logger that brings the entries is called. */
const kumasLogName = 'MeshAccessLog'

/** Of streams whose entries all go the same way. */
export const nothingNeeded: NeededFacts = {
  localAddress: false,
  upstreamCluster: false,
  routeName: false,
  sni: false,
  peerUris: false,
}

interface JudgeParts {
  readonly reader: EntryReader
  readonly kind: EntryKind
  readonly stream: Identifier
  readonly backends: readonly Backend[]
  readonly route: StreamRoute | null
}

class EntryJudge implements Judge {
  readonly question: Judge['question']
  readonly #parts: JudgeParts
  /** By the facts; entries that the machine has no key for come here each time. */
  readonly #known = new Map<string, readonly Encoding[]>()
  /** Streams as OpenTelemetry sees them, by what is known of their proxy. */
  readonly #streams = new Map<string, Identifier>()

  constructor(parts: JudgeParts) {
    this.#parts = parts
    const { reader, kind, route } = parts
    this.question = { kind: keyKinds[kind], wanted: reader.wanted(route?.needed ?? nothingNeeded) }
  }

  decide(at: number, end: number): readonly Encoding[] {
    const { reader, kind } = this.#parts
    const facts = reader.read(kind, at, end) ?? { kind, ...nothing }
    const key = JSON.stringify(facts)
    let encodings = this.#known.get(key)
    if (encodings === undefined) {
      if (this.#known.size >= contextsMax) this.#known.clear()
      encodings = this.#encodingsFor(facts)
      this.#known.set(key, encodings)
    }
    return encodings
  }

  #encodingsFor(facts: EntryFacts): readonly Encoding[] {
    const { kind, stream, backends, route } = this.#parts
    const { values, deliveries } = route?.resolve(facts) ?? { values: kumaValuesOfTags(facts.tags), deliveries: [] }
    const fixed = backends.map(({ programs, outbox }) => {
      const program = programs[kind]
      return { program, runs: program.bindStream(stream, values), outbox, stream }
    })
    const decided = deliveries.map(({ delivery: { programs, outbox, resourceAttributes }, values }) => {
      const program = programs[kind]
      const speaker = this.#speaker(resourceAttributes)
      return { program, runs: program.bindStream(speaker, values), outbox, stream: speaker }
    })
    return [...fixed, ...decided]
  }

  /** The stream, with what is known of its proxy. */
  #speaker(resourceAttributes: Delivery['resourceAttributes']): Identifier {
    const { stream } = this.#parts
    if (resourceAttributes === null) return stream
    const key = JSON.stringify(resourceAttributes)
    const speaker = this.#streams.get(key) ?? { ...stream, logName: kumasLogName, resourceAttributes }
    this.#streams.set(key, speaker)
    return speaker
  }
}
