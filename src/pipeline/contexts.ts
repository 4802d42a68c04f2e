/**
 * Entries of one stream that do not all go the same way: what an entry holds (its listener, its custom tags) decides which encodings it
 * gets. Entries that agree in all that counts are of one context; a judge is asked once for each, and the machine recognises the others.
 */
import { contextsMax } from '../limits.ts'
import type { Spans } from '../wire/spans.ts'
import type { Encoding } from './encoder.ts'
import type { Outbox } from './outbox.ts'

/** Recognises entries by the bytes that count. See `machine/keys.ts`. */
export interface ContextFinder {
  mayHavePrefixed(entries: Spans): boolean
  find(question: Question, entries: Spans, from: number, contexts: Int32Array): number
  key(): string | null
  remember(seed: number, context: number): void
}

interface Question {
  readonly kind: number
  readonly wanted: number
  readonly seed: number
}

/** Says where the entries of one stream and kind go. */
export interface Judge {
  /** What counts, for the finder. */
  readonly question: Omit<Question, 'seed'>
  /** Where entries without any of the tags that count go; null: more than those counts. */
  readonly untagged: readonly Encoding[] | null
  /** Where the entry at `[at, end)` of the memory goes: the same list for all entries that go the same ways. Never throws. */
  decide(at: number, end: number): readonly Encoding[]
}

/** Each set of contexts has a seed of its own, so that the finder's cache tells them apart. */
let seeds = 0

export class Contexts {
  readonly #finder: ContextFinder
  readonly #judge: Judge
  #question: Question
  readonly #known = new Map<string, number>()
  #indexes = new Map<readonly Encoding[], number>()
  #encodings: (readonly Encoding[])[] = []
  readonly #outboxes = new Set<Outbox>()
  #contexts = new Int32Array(256)

  constructor(finder: ContextFinder, judge: Judge) {
    this.#finder = finder
    this.#judge = judge
    this.#question = { ...judge.question, seed: nextSeed() }
    this.#addOutboxes(judge.untagged)
  }

  /** Where all of these entries go; null: they have to be looked at, one by one. */
  common(entries: Spans): readonly Encoding[] | null {
    const { untagged } = this.#judge
    return untagged === null || this.#finder.mayHavePrefixed(entries) ? null : untagged
  }

  /** The context of each entry: `of(result[i])` is where entry i goes. The result is borrowed until the next call. */
  resolve(entries: Spans): Int32Array {
    if (this.#known.size + entries.count > contextsMax || this.#encodings.length > contextsMax) this.#forget()
    if (this.#contexts.length < entries.count) this.#contexts = new Int32Array(2 * entries.count)
    const contexts = this.#contexts
    for (let i = 0; ; i++) {
      i = this.#finder.find(this.#question, entries, i, contexts)
      if (i >= entries.count) return contexts
      contexts[i] = this.#look(entries.at[i]!, entries.end[i]!)
    }
  }

  of(context: number): readonly Encoding[] {
    return this.#encodings[context]!
  }

  /** One of the outboxes that entries of this stream have gone to, if it is full. */
  fullOutbox(): Outbox | undefined {
    for (const outbox of this.#outboxes) if (outbox.full) return outbox
    return undefined
  }

  /** The finder has stopped at this entry. */
  #look(at: number, end: number): number {
    const key = this.#finder.key()
    let context = key === null ? undefined : this.#known.get(key)
    if (context === undefined) {
      const encodings = this.#judge.decide(at, end)
      context = this.#indexes.get(encodings) ?? this.#encodings.push(encodings) - 1
      this.#indexes.set(encodings, context)
      this.#addOutboxes(encodings)
      if (key !== null) this.#known.set(key, context)
    }
    if (key !== null) this.#finder.remember(this.#question.seed, context)
    return context
  }

  /** Whoever sends ever new keys makes us ask again, not grow. */
  #forget(): void {
    this.#known.clear()
    this.#indexes = new Map()
    this.#encodings = []
    this.#outboxes.clear()
    this.#addOutboxes(this.#judge.untagged)
    this.#question = { ...this.#question, seed: nextSeed() }
  }

  #addOutboxes(encodings: readonly Encoding[] | null): void {
    for (const { outbox } of encodings ?? []) this.#outboxes.add(outbox)
  }
}

/** 32 bits; 0 is nobody's. */
function nextSeed(): number {
  seeds = (seeds % 0xffff_ffff) + 1
  return seeds
}
