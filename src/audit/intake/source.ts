/**
 * One source at work: its intake, its trail, its quarantine and its books. Whoever brings items (a door, a followed file) goes through here.
 */
import type { BodyItem } from '../json/body-splitter.ts'
import type { ListHead } from '../json/list-head.ts'
import { type PlainRun, type RunTaker, row, rowWords } from '../json/plain-run.ts'
import type { Envelope } from '../trail/envelope.ts'
import { type RecordName, textOfName } from '../trail/name-hash.ts'
import type { Bringer, Origin, Repeats } from '../trail/repeats.ts'
import type { Trail } from '../trail/trail.ts'
import type { Intake, Redactor } from './intake.ts'
import { Shelf } from './shelf.ts'

export interface SourceOptions {
  readonly name: string
  readonly intake: Intake
  /** Null: what goes to the quarantine stays as it came. */
  readonly redact: Redactor | null
  readonly trail: Trail
  /** For what cannot be judged; shared by all sources. */
  readonly quarantine: Trail
  readonly repeats: Repeats
  /** By what a repeat is told: by its bytes alone; or only in a request that names itself, since equal records may both be true. */
  readonly repeatsBy: 'bytes' | 'key'
  /** Counts by outcome: `accepted`, `filtered`, `quarantined`, `duplicate`, and why; `count` records at once. */
  readonly onOutcome: (source: string, outcome: Outcome, reason: string, count: number) => void
  /** Two records with different content call themselves the same. Both are treated as all are. */
  readonly onNamesake: (source: string, name: string) => void
}

export type Outcome = 'accepted' | 'filtered' | 'quarantined' | 'duplicate'

export type Counts = Record<Outcome, number>

export class Source {
  readonly name: string
  readonly lists: boolean
  /** Whether its requests may name themselves. */
  readonly takesKeys: boolean
  readonly #options: SourceOptions

  constructor(options: SourceOptions) {
    this.name = options.name
    this.lists = options.intake.lists
    this.takesKeys = options.repeatsBy === 'key'
    this.#options = options
  }

  get full(): boolean {
    return this.#options.trail.full || this.#options.quarantine.full
  }

  whenWritable(callback: () => void): void {
    this.#options.trail.whenWritable(() => this.#options.quarantine.whenWritable(callback))
  }

  /**
   * What a request brings, in the order in which it comes. `at`: when it came, milliseconds since the epoch. `key`: what the request, and any
   * repetition of it, names itself, and no other sender's; null: it does not.
   */
  begin(at: number, steadyNowMs: number, key: string | null = null): Delivery {
    return new Delivery(this.name, this.#options, { at, steadyNowMs, key })
  }
}

interface Arrival {
  readonly at: number
  readonly steadyNowMs: number
  readonly key: string | null
}

export class Delivery implements Bringer, RunTaker {
  readonly counts: Counts = { accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 }
  readonly #options: SourceOptions
  readonly #envelopes = new Map<string, Envelope>()
  /** Of what is kept as it came. */
  readonly #plain: Envelope
  readonly #source: string
  readonly #receivedAt: string
  readonly #steadyNowMs: number
  readonly #key: string | null
  /** Items that have come. */
  #items = 0
  readonly #kept: Shelf
  readonly #quarantined: Shelf
  /** By what the items of this delivery would be forgotten. */
  readonly #seen: number[] = []
  readonly #origin: Origin = { bringer: this }
  /** Who else has brought some of it before, and does not know yet whether it is safe. */
  readonly #before = new Set<Bringer>()

  constructor(source: string, options: SourceOptions, { at, steadyNowMs, key }: Arrival) {
    this.#source = source
    this.#options = options
    this.#receivedAt = new Date(at).toISOString()
    this.#plain = { source, receivedAt: this.#receivedAt }
    this.#steadyNowMs = steadyNowMs
    this.#key = key
    this.#kept = new Shelf(options.trail)
    this.#quarantined = new Shelf(options.quarantine)
  }

  take(item: BodyItem): void {
    if (this.#isRepeat(item.bytes)) return
    const taken = this.#options.intake.take(item)
    if (taken.kind !== 'quarantine' && taken.name !== undefined) this.#compare(taken.name)
    switch (taken.kind) {
      case 'filtered':
        this.#count('filtered', taken.reason)
        break
      case 'quarantine':
        this.#quarantine(taken.bytes, taken.reason)
        break
      case 'kept':
        this.#count('accepted', '')
        this.#kept.add(taken.head, taken.bytes, this.#envelope(taken.reducedFrom, taken.redacted))
    }
  }

  plainHead(list: ListHead | null): Buffer | null {
    const { intake, repeatsBy } = this.#options
    return repeatsBy === 'bytes' ? (intake.plainHead?.(list) ?? null) : null
  }

  takeRun({ bytes, head, length, rows, from, shift }: PlainRun): void {
    const { repeats } = this.#options
    let kept = 0
    for (let i = from; i < from + length * rowWords; i += rowWords) {
      const noted = repeats.noteHashed(rows, i + row.key, this.#steadyNowMs, this.#origin)
      if (!this.#isFirst(noted)) continue
      if (repeats.isNamesakeHashed(noted, rows, i + row.name)) {
        const first = { at: rows[i + row.idAt]! - shift, end: rows[i + row.idEnd]! - shift }
        const second = { at: rows[i + row.stageAt]! - shift, end: rows[i + row.stageEnd]! - shift }
        this.#tellNamesake({ bytes, first, second })
      }
      const event = bytes.subarray(rows[i + row.at]! + 1 - shift, rows[i + row.end]! - shift)
      this.#kept.add(head, event, this.#plain)
      kept++
    }
    if (kept > 0) this.#count('accepted', '', kept)
  }

  /** What is no item, but stands where one was expected. */
  quarantine(broken: Buffer, reason: string): void {
    if (!this.#isRepeat(broken)) this.#quarantine(broken, reason)
  }

  /** Keeps what cannot be judged as it came, but for secrets: as JSON text, or in base64 when it is no UTF-8. */
  #quarantine(item: Buffer, reason: string): void {
    this.#count('quarantined', reason)
    const { bytes, rules } = this.#options.redact?.(item) ?? { bytes: item, rules: [] }
    const text = bytes.toString()
    const raw = Buffer.from(text).equals(bytes) ? { raw: text } : { rawBase64: bytes.toString('base64') }
    const line = JSON.stringify({ source: this.#source, receivedAt: this.#receivedAt, reason, ...raw })
    const envelope = this.#envelope(undefined, rules.length === 0 ? undefined : rules)
    this.#quarantined.add(undefined, Buffer.from(line), envelope)
  }

  /** Resolves when what this delivery itself has added so far is safe; rejects when some of it may not be. */
  async safe(): Promise<void> {
    await Promise.all([this.#kept.safe(), this.#quarantined.safe()])
  }

  /** Resolves when all of it is safe; rejects when some of it may not be: then it will be sent again, and is no repeat. */
  async settle(): Promise<void> {
    try {
      await Promise.all([this, ...this.#before].map((bringer) => bringer.safe()))
      this.#origin.bringer = null
    } catch (error) {
      this.#options.repeats.forget(this.#seen)
      throw error
    }
  }

  /** What has been taken goes on its way; nobody waits for it. When it comes again it is a repeat, unless it was lost. */
  abandon(): void {
    this.settle().catch(() => {
      // It is forgotten then, and nobody is here to be told.
    })
  }

  /** Whether the same has come before; then it is counted, and that is all. */
  #isRepeat(bytes: Uint8Array): boolean {
    const { repeats, repeatsBy } = this.#options
    if (repeatsBy === 'key' && this.#key === null) return false
    const place = repeatsBy === 'key' ? `${this.#items++} ${this.#key}` : ''
    return !this.#isFirst(repeats.note(bytes, this.#steadyNowMs, this.#origin, place))
  }

  /** Whether what was noted is new here. */
  #isFirst(noted: number | Origin): noted is number {
    if (typeof noted === 'number') {
      this.#seen.push(noted)
      return true
    }
    this.#count('duplicate', 'sent before')
    if (noted.bringer !== null && noted.bringer !== this) this.#before.add(noted.bringer)
    return false
  }

  /** What was noted last against what came before it. */
  #compare(name: RecordName): void {
    const noted = this.#seen.at(-1)
    if (noted !== undefined && this.#options.repeats.isNamesake(noted, name)) this.#tellNamesake(name)
  }

  #tellNamesake(name: RecordName): void {
    this.#options.onNamesake(this.#source, textOfName(name))
  }

  #count(outcome: Outcome, reason: string, count = 1): void {
    this.counts[outcome] += count
    this.#options.onOutcome(this.#source, outcome, reason, count)
  }

  /** One object for equal ones, so that neighbours go into one group. */
  #envelope(reducedFrom: string | undefined, redacted: readonly string[] | undefined): Envelope {
    if (reducedFrom === undefined && redacted === undefined) return this.#plain
    const key = `${reducedFrom} ${redacted?.join(' ')}`
    const known = this.#envelopes.get(key)
    if (known) return known
    const envelope: Envelope = {
      ...this.#plain,
      ...(reducedFrom === undefined ? {} : { reducedFrom }),
      ...(redacted === undefined ? {} : { redacted }),
    }
    this.#envelopes.set(key, envelope)
    return envelope
  }
}
