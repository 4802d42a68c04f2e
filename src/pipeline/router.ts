/**
 * From a stream to the pipelines that want it. The pipelines in force are a snapshot that `swap` replaces as a whole; routes live
 * as long as their streams, which may be for ever, and look between two messages whether theirs is still the one.
 */
import type { Identifier } from '../identifier.ts'
import type { Memory } from '../wire/memory.ts'
import type { Spans } from '../wire/spans.ts'
import { type ContextFinder, Contexts, type Guess, type Judge } from './contexts.ts'
import { Encoder, type Encoding } from './encoder.ts'
import type { Intake } from './intake.ts'
import type { Outbox } from './outbox.ts'
import type { Backend, Pipeline } from './pipeline.ts'
import { Rejections } from './rejections.ts'
import type { EntryKind, Route } from './route.ts'

export interface RouterOptions {
  /** Where messages lie and entries are rendered; the programs of all pipelines are bound to the same one. */
  readonly memory: Memory
  readonly intake: Intake
  readonly pipelines: readonly Pipeline[]
  /** Absent: all entries of a stream go the same ways. */
  readonly judges?: Judges
}

/** Who looks at single entries. */
export interface Judges {
  readonly finder: ContextFinder
  /**
   * The judge of a stream's entries of one kind; null when all of them go to the backends that the pipelines have matched, in the same
   * words.
   */
  judge(kind: EntryKind, stream: Identifier, backends: readonly Backend[]): Judge | null
}

/** Where entries of one kind go: all the same ways, or each its own. */
export type Binding = readonly Encoding[] | Contexts

export class Router {
  readonly #intake: Intake
  readonly #rejections: Rejections
  readonly #encoder: Encoder
  readonly #judges: Judges | undefined
  /** Outboxes of the message in hand. */
  readonly #outboxes: Outbox[] = []
  #pipelines: readonly Pipeline[]
  #version = 1

  constructor({ memory, intake, pipelines, judges }: RouterOptions) {
    this.#intake = intake
    this.#rejections = new Rejections(intake)
    this.#encoder = new Encoder({ memory, rejections: this.#rejections })
    this.#pipelines = pipelines
    this.#judges = judges
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
  resolve(kind: EntryKind, stream: Identifier): Binding {
    const backends = this.#pipelines
      .filter((pipeline) => pipeline.takes(kind, stream))
      .flatMap((pipeline) => pipeline.backends)
    const judge = this.#judges?.judge(kind, stream, backends) ?? null
    if (judge !== null) return new Contexts(this.#judges!.finder, judge)
    return backends.map(({ programs, outbox }) => {
      const program = programs[kind]
      return { program, runs: program.bindStream(stream), outbox, stream }
    })
  }

  /** One message through the bound programs. */
  send(binding: Binding, entries: Spans, receivedAtMs: number): void {
    this.#rejections.clear()
    if (binding instanceof Contexts) {
      const from = binding.guess === null ? 0 : this.#sendLike(binding.guess, entries, receivedAtMs)
      // A judge reads an entry by rendering it, where the output of others may not lie.
      if (from > 0 && from < entries.count) this.#encoder.finish()
      if (from < entries.count) this.#sendEach(binding, entries, from, receivedAtMs)
    } else {
      if (binding.length === 0) this.#intake.unmatchedEntries += entries.count
      for (const encoding of binding) this.#encoder.encode(encoding, entries, 0, entries.count, receivedAtMs)
    }
    this.#encoder.finish()
  }

  /** Entries that are as expected, which is seen while they are rendered for one of the backends. Returns how many there were. */
  #sendLike({ expected, encodings }: Guess, entries: Spans, receivedAtMs: number): number {
    for (const first of encodings) {
      const count = this.#encoder.encodeWhile(first, expected, entries)
      if (count === 0) continue
      for (const other of encodings) if (other !== first) this.#encoder.encode(other, entries, 0, count, receivedAtMs)
      return count
    }
    return 0
  }

  /**
   * Entry by entry, in runs of one context. Outbox by outbox, for every handing over has its price: entries of many contexts that go to
   * one outbox get there together, and in their order.
   */
  #sendEach(contexts: Contexts, entries: Spans, first: number, receivedAtMs: number): void {
    const of = contexts.resolve(entries, first)
    const outboxes = this.#outboxes
    outboxes.length = 0
    for (let from = first, to = first; from < entries.count; from = to) {
      to = endOfRun(of, from, entries.count)
      const encodings = contexts.of(of[from]!)
      if (encodings.length === 0) this.#intake.unmatchedEntries += to - from
      for (const { outbox } of encodings) if (!outboxes.includes(outbox)) outboxes.push(outbox)
    }
    for (const outbox of outboxes) {
      for (let from = first, to = first; from < entries.count; from = to) {
        const encodings = contexts.of(of[from]!)
        // Two lines of one entry for one destination stay together.
        to = encodings.length === 1 ? endOfRun(of, from, entries.count) : from + 1
        for (const encoding of encodings) {
          if (encoding.outbox === outbox) this.#encoder.encode(encoding, entries, from, to, receivedAtMs)
        }
      }
    }
    outboxes.length = 0
  }
}

function endOfRun(contexts: Int32Array, from: number, count: number): number {
  const context = contexts[from]
  let to = from + 1
  while (to < count && contexts[to] === context) to++
  return to
}

class StreamRoute implements Route {
  readonly #router: Router
  readonly #stream: Identifier
  #version = 0
  /** Bound when the first entry of a kind comes: most streams only ever send one kind. */
  readonly #bindings: { http: Binding | undefined; tcp: Binding | undefined }
  /** Outboxes of fixed ways. */
  #outboxes: readonly Outbox[] = []
  readonly #waits = new Set<Wait>()

  constructor(router: Router, stream: Identifier) {
    this.#router = router
    this.#stream = stream
    this.#bindings = { http: undefined, tcp: undefined }
  }

  put(kind: EntryKind, entries: Spans, receivedAtMs: number): void {
    if (this.#version !== this.#router.version) this.#forget()
    this.#router.send(this.#bindings[kind] ?? this.#bind(kind), entries, receivedAtMs)
  }

  get blocked(): boolean {
    return this.#full() !== undefined
  }

  whenUnblocked(callback: () => void): void {
    const full = this.#full()
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
    this.#bindings.http = undefined
    this.#bindings.tcp = undefined
    this.#outboxes = []
  }

  #bind(kind: EntryKind): Binding {
    const binding = this.#router.resolve(kind, this.#stream)
    this.#bindings[kind] = binding
    if (!(binding instanceof Contexts)) {
      this.#outboxes = [...new Set([...this.#outboxes, ...binding.map(({ outbox }) => outbox)])]
    }
    return binding
  }

  /** A full outbox that this stream feeds. */
  #full(): Outbox | undefined {
    const { http, tcp } = this.#bindings
    return (
      this.#outboxes.find((outbox) => outbox.full) ??
      (http instanceof Contexts ? http.fullOutbox() : undefined) ??
      (tcp instanceof Contexts ? tcp.fullOutbox() : undefined)
    )
  }
}

/** A callback that an outbox holds. */
interface Wait {
  cancel: (() => void) | undefined
}
