/**
 * From a stream to the pipelines that want it. The pipelines in force are a snapshot that `swap` replaces as a whole; routes live
 * as long as their streams, which may be for ever, and look between two messages whether theirs is still the one.
 */
import type { Identifier } from '../identifier.ts'
import type { Memory } from '../wire/memory.ts'
import type { Spans } from '../wire/spans.ts'
import { Encoder, type Encoding } from './encoder.ts'
import type { Intake } from './intake.ts'
import type { Outbox } from './outbox.ts'
import type { Pipeline } from './pipeline.ts'
import { Rejections } from './rejections.ts'
import type { EntryKind, Route } from './route.ts'

export interface RouterOptions {
  /** Where messages lie and entries are rendered; the programs of all pipelines are bound to the same one. */
  readonly memory: Memory
  readonly intake: Intake
  readonly pipelines: readonly Pipeline[]
}

export class Router {
  readonly #intake: Intake
  readonly #rejections: Rejections
  readonly #encoder: Encoder
  #pipelines: readonly Pipeline[]
  #version = 1

  constructor({ memory, intake, pipelines }: RouterOptions) {
    this.#intake = intake
    this.#rejections = new Rejections(intake)
    this.#encoder = new Encoder({ memory, rejections: this.#rejections })
    this.#pipelines = pipelines
  }

  /** Grows with each `swap`. */
  get version(): number {
    return this.#version
  }

  get pipelines(): readonly Pipeline[] {
    return this.#pipelines
  }

  /** New pipelines for all streams, from their next message on. Outboxes that nobody names any more are the caller's to drain. */
  swap(pipelines: readonly Pipeline[]): void {
    this.#pipelines = pipelines
    this.#version++
  }

  /** The route of a new stream; to be closed with it. */
  attach(stream: Identifier): Route {
    return new StreamRoute(this, stream)
  }

  /** Binds the programs that a stream's entries of one kind go through. */
  resolve(kind: EntryKind, stream: Identifier): Encoding[] {
    return this.#pipelines
      .filter((pipeline) => pipeline.takes(kind, stream))
      .flatMap((pipeline) => pipeline.backends)
      .map(({ programs, outbox }) => {
        const program = programs[kind]
        return { program, runs: program.bindStream(stream), outbox, stream }
      })
  }

  /** One message through the bound programs. */
  send(encodings: readonly Encoding[], entries: Spans, receivedAtMs: number): void {
    if (encodings.length === 0) this.#intake.unmatchedEntries += entries.count
    this.#rejections.clear()
    for (const encoding of encodings) this.#encoder.encode(encoding, entries, receivedAtMs)
  }
}

class StreamRoute implements Route {
  readonly #router: Router
  readonly #stream: Identifier
  #version = 0
  /** Bound when the first entry of a kind comes: most streams only ever send one kind. */
  readonly #encodings: { http: readonly Encoding[] | undefined; tcp: readonly Encoding[] | undefined }
  #outboxes: readonly Outbox[] = []
  readonly #waits = new Set<Wait>()

  constructor(router: Router, stream: Identifier) {
    this.#router = router
    this.#stream = stream
    this.#encodings = { http: undefined, tcp: undefined }
  }

  put(kind: EntryKind, entries: Spans, receivedAtMs: number): void {
    if (this.#version !== this.#router.version) this.#forget()
    this.#router.send(this.#encodings[kind] ?? this.#bind(kind), entries, receivedAtMs)
  }

  get blocked(): boolean {
    return this.#outboxes.some((outbox) => outbox.full)
  }

  whenUnblocked(callback: () => void): void {
    const full = this.#outboxes.find((outbox) => outbox.full)
    if (full === undefined) {
      callback()
      return
    }
    // One full outbox after the other: only when none is left may the stream go on.
    const wait: Wait = { cancel: undefined }
    this.#waits.add(wait)
    wait.cancel = full.whenWritable(() => {
      this.#waits.delete(wait)
      this.whenUnblocked(callback)
    })
  }

  close(): void {
    for (const wait of this.#waits) wait.cancel?.()
    this.#waits.clear()
  }

  #forget(): void {
    this.#version = this.#router.version
    this.#encodings.http = undefined
    this.#encodings.tcp = undefined
    this.#outboxes = []
  }

  #bind(kind: EntryKind): readonly Encoding[] {
    const encodings = this.#router.resolve(kind, this.#stream)
    this.#encodings[kind] = encodings
    this.#outboxes = [...new Set([...this.#outboxes, ...encodings.map(({ outbox }) => outbox)])]
    return encodings
  }
}

/** A callback that an outbox holds. */
interface Wait {
  cancel: (() => void) | undefined
}
