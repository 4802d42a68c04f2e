/**
 * Entries of one stream that do not all go the same way: what an entry holds (its listener, its custom tags) decides which encodings it
 * gets. Entries that agree in all that counts are of one context; a judge is asked once for each, and the machine recognises the others.
 */
import type { ExpectedKey } from '../engine/program.ts'
import { contextsMax } from '../limits.ts'
import type { Spans } from '../wire/spans.ts'
import type { Encoding } from './encoder.ts'
import type { Outbox } from './outbox.ts'

/** Recognises entries by the bytes that count. See `machine/keys.ts`. */
export interface ContextFinder {
  find(question: Question, entries: Spans, from: number, contexts: Int32Array): number
  key(): string | null
  remember(seed: number, context: number): void
  keyOf(question: Omit<Question, 'seed'>, entries: Spans, index: number): ExpectedKey | null
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
  /**
   * Where the entry at `[at, end)` of the memory goes: the same list for all entries that go the same ways. The output region may be
   * written to. Never throws.
   */
  decide(at: number, end: number): readonly Encoding[]
}

/** The next entries are likely to be like the last one. */
export interface Guess {
  readonly expected: ExpectedKey
  /** Where entries with this key go, each to an outbox of its own. Not empty. */
  readonly encodings: readonly Encoding[]
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
  /** All different. */
  #outboxes: Outbox[] = []
  #contexts = new Int32Array(256)
  #guess: Guess | null = null

  constructor(finder: ContextFinder, judge: Judge) {
    this.#finder = finder
    this.#judge = judge
    this.#question = { ...judge.question, seed: nextSeed() }
  }

  /** What the next entry is likely to be; null: nobody knows, or it would be of no help. */
  get guess(): Guess | null {
    return this.#guess
  }

  /**
   * The context of each entry from `from` on: `of(result[i])` is where entry i goes. The result is borrowed until the next call. Nothing may
   * wait in the output region.
   */
  resolve(entries: Spans, from: number): Int32Array {
    if (this.#known.size + entries.count > contextsMax || this.#encodings.length > contextsMax) this.#forget()
    if (this.#contexts.length < entries.count) this.#contexts = new Int32Array(2 * entries.count)
    const contexts = this.#contexts
    for (let i = from; ; i++) {
      i = this.#finder.find(this.#question, entries, i, contexts)
      if (i >= entries.count) break
      contexts[i] = this.#look(entries.at[i]!, entries.end[i]!)
    }
    this.#guess = this.#guessAfter(entries)
    return contexts
  }

  of(context: number): readonly Encoding[] {
    return this.#encodings[context]!
  }

  /** One of the outboxes that entries of this stream have gone to, if it is full. */
  fullOutbox(): Outbox | undefined {
    return this.#outboxes.find((outbox) => outbox.full)
  }

  /** That more are coming like the last of these, whose contexts were resolved. */
  #guessAfter(entries: Spans): Guess | null {
    const last = entries.count - 1
    const encodings = this.of(this.#contexts[last]!)
    // Two lines of one entry for one destination stay together, which only the way of single entries sees to.
    if (encodings.length === 0 || new Set(encodings.map(({ outbox }) => outbox)).size < encodings.length) return null
    const expected = this.#finder.keyOf(this.#question, entries, last)
    return expected && { expected, encodings }
  }

  /** The finder has stopped at this entry. */
  #look(at: number, end: number): number {
    const key = this.#finder.key()
    let context = key === null ? undefined : this.#known.get(key)
    if (context === undefined) {
      const encodings = this.#judge.decide(at, end)
      context = this.#indexes.get(encodings) ?? this.#encodings.push(encodings) - 1
      this.#indexes.set(encodings, context)
      for (const { outbox } of encodings) if (!this.#outboxes.includes(outbox)) this.#outboxes.push(outbox)
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
    this.#outboxes = []
    this.#question = { ...this.#question, seed: nextSeed() }
  }
}

/** 32 bits; 0 is nobody's. */
function nextSeed(): number {
  seeds = (seeds % 0xffff_ffff) + 1
  return seeds
}
