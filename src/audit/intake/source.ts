/**
 * One source at work: its intake, its trail, its quarantine and its books. Whoever brings items (a door, a followed file) goes through here.
 */
import type { BodyItem } from '../json/body-splitter.ts'
import type { Envelope } from '../trail/envelope.ts'
import type { Repeats } from '../trail/repeats.ts'
import type { Trail, TrailRecord } from '../trail/trail.ts'
import type { Intake, Redactor } from './intake.ts'

export interface SourceOptions {
  readonly name: string
  readonly intake: Intake
  /** Null: what goes to the quarantine stays as it came. */
  readonly redact: Redactor | null
  readonly trail: Trail
  /** For what cannot be judged; shared by all sources. */
  readonly quarantine: Trail
  /** Null: equal records may both be true. */
  readonly repeats: Repeats | null
  /** Counts by outcome: `accepted`, `filtered`, `quarantined`, `duplicate`, and why. */
  readonly onOutcome: (source: string, outcome: Outcome, reason: string) => void
}

export type Outcome = 'accepted' | 'filtered' | 'quarantined' | 'duplicate'

export type Counts = Record<Outcome, number>

export class Source {
  readonly name: string
  readonly lists: boolean
  readonly #options: SourceOptions

  constructor(options: SourceOptions) {
    this.name = options.name
    this.lists = options.intake.lists
    this.#options = options
  }

  get full(): boolean {
    return this.#options.trail.full || this.#options.quarantine.full
  }

  whenWritable(callback: () => void): void {
    this.#options.trail.whenWritable(() => this.#options.quarantine.whenWritable(callback))
  }

  /** What a request brings, in the order in which it comes. `at`: when it came, milliseconds since the epoch. */
  begin(at: number, steadyNowMs: number): Delivery {
    return new Delivery(this.name, this.#options, { at, steadyNowMs })
  }
}

/** Bytes of records that are put together. */
const putBytes = 256 * 1024

export class Delivery {
  readonly counts: Counts = { accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 }
  readonly #options: SourceOptions
  readonly #envelopes = new Map<string, Envelope>()
  readonly #source: string
  readonly #receivedAt: string
  readonly #steadyNowMs: number
  #kept: TrailRecord[] = []
  #keptBytes = 0
  /** By what the items of this delivery would be forgotten. */
  readonly #seen: string[] = []
  #quarantined = false

  constructor(source: string, options: SourceOptions, { at, steadyNowMs }: { at: number; steadyNowMs: number }) {
    this.#source = source
    this.#options = options
    this.#receivedAt = new Date(at).toISOString()
    this.#steadyNowMs = steadyNowMs
  }

  take(item: BodyItem): void {
    const { intake, repeats } = this.#options
    if (repeats !== null) {
      const key = repeats.note(item.bytes, this.#steadyNowMs)
      if (key === null) {
        this.#count('duplicate', 'sent before')
        return
      }
      this.#seen.push(key)
    }
    const taken = intake.take(item)
    switch (taken.kind) {
      case 'filtered':
        this.#count('filtered', taken.reason)
        break
      case 'quarantine':
        this.quarantine(taken.bytes, taken.reason)
        break
      case 'kept': {
        this.#count('accepted', '')
        this.#kept.push({ bytes: taken.bytes, envelope: this.#envelope(taken.reducedFrom, taken.redacted) })
        this.#keptBytes += taken.bytes.length
        if (this.#keptBytes >= putBytes) this.#put()
      }
    }
  }

  /** Keeps what cannot be judged as it came, but for secrets: as JSON text, or in base64 when it is no UTF-8. */
  quarantine(item: Buffer, reason: string): void {
    this.#count('quarantined', reason)
    const { bytes, rules } = this.#options.redact?.(item) ?? { bytes: item, rules: [] }
    const text = bytes.toString()
    const raw = Buffer.from(text).equals(bytes) ? { raw: text } : { rawBase64: bytes.toString('base64') }
    const line = JSON.stringify({ source: this.#source, receivedAt: this.#receivedAt, reason, ...raw })
    this.#options.quarantine.put([
      { bytes: Buffer.from(line), envelope: this.#envelope(undefined, rules.length === 0 ? undefined : rules) },
    ])
    this.#quarantined = true
  }

  /** Resolves when all of it is safe; rejects when some of it may not be: then it will be sent again, and is no repeat. */
  async settle(): Promise<void> {
    this.#put()
    const { trail, quarantine, repeats } = this.#options
    try {
      await Promise.all([trail.receipt(), ...(this.#quarantined ? [quarantine.receipt()] : [])])
    } catch (error) {
      repeats?.forget(this.#seen)
      throw error
    }
  }

  /** What has been taken goes on its way; nobody waits for it. */
  abandon(): void {
    this.#put()
    this.#options.repeats?.forget(this.#seen)
  }

  #put(): void {
    if (this.#kept.length === 0) return
    this.#options.trail.put(this.#kept)
    this.#kept = []
    this.#keptBytes = 0
  }

  #count(outcome: Outcome, reason: string): void {
    this.counts[outcome]++
    this.#options.onOutcome(this.#source, outcome, reason)
  }

  /** One object for equal ones, so that neighbours go into one group. */
  #envelope(reducedFrom: string | undefined, redacted: readonly string[] | undefined): Envelope {
    const key = `${reducedFrom} ${redacted?.join(' ')}`
    const known = this.#envelopes.get(key)
    if (known) return known
    const envelope: Envelope = {
      source: this.#source,
      receivedAt: this.#receivedAt,
      ...(reducedFrom === undefined ? {} : { reducedFrom }),
      ...(redacted === undefined ? {} : { redacted }),
    }
    this.#envelopes.set(key, envelope)
    return envelope
  }
}
