/**
 * Where the records of one source go, through the same outboxes as access logs. The one difference: whoever hands records in is told when
 * they are safe, which is when every destination that can promise it (a file, or anything behind a spool) has them on disk. The other
 * destinations get them as well, and nobody waits for those.
 */
import type { Outbox } from '../../pipeline/outbox.ts'
import { type Envelope, envelopeText, streamOf } from './envelope.ts'

/**
 * Records side by side, compact JSON, a newline behind each: record i is `bytes[ends[i - 1], ends[i])`, the first begins at `at`. They have
 * one envelope.
 */
export interface RecordRun {
  readonly bytes: Uint8Array
  readonly at: number
  readonly ends: Int32Array
  readonly envelope: Envelope
}

/** One of them. */
export function runOf(record: string, envelope: Envelope): RecordRun {
  const bytes = Buffer.from(`${record}\n`)
  return { bytes, at: 0, ends: Int32Array.of(bytes.length), envelope }
}

export interface TrailDestination {
  readonly outbox: Outbox
  /** A receipt of it says that records survive a crash. */
  readonly durable: boolean
  readonly form: Form
}

/** How a destination gets a record: as it is, a line; or what this makes of the record without its newline. */
export type Form = 'line' | ((record: Uint8Array, envelope: Envelope) => Uint8Array)

/** `{"envelope":{…},"event":{…}}`, a line each. */
export const envelopedForm: Form = (record, envelope) => {
  const before = Buffer.from(envelopeText(envelope))
  const all = Buffer.allocUnsafe(before.length + record.length + after.length)
  all.set(before)
  all.set(record, before.length)
  all.set(after, before.length + record.length)
  return all
}
const after = Buffer.from('}\n')

export class Trail {
  readonly #destinations: readonly TrailDestination[]
  readonly #durable: readonly TrailDestination[]

  /** At least one of them must be durable, if anybody is to be promised anything. */
  constructor(destinations: readonly TrailDestination[]) {
    this.#destinations = destinations
    this.#durable = destinations.filter(({ durable }) => durable)
  }

  /** Whether a destination that has to be waited for has no room. */
  get full(): boolean {
    return this.#durable.some(({ outbox }) => outbox.full)
  }

  /** Calls back once, when `full` has become false. */
  whenWritable(callback: () => void): void {
    const full = this.#durable.find(({ outbox }) => outbox.full)
    if (full === undefined) callback()
    else full.outbox.whenWritable(() => this.whenWritable(callback))
  }

  /** Takes the records; the bytes are borrowed for the call. Never throws. */
  put(run: RecordRun): void {
    const stream = streamOf(run.envelope)
    for (const { outbox, form } of this.#destinations) {
      const { bytes, at, ends } = form === 'line' ? run : formed(run, form)
      outbox.put(bytes, at, ends, ends.length, stream)
    }
  }

  /** Resolves when everything that was put is safe; rejects (LostError) when some of it may not be. Whoever waits for that hurries them. */
  async receipt(): Promise<void> {
    await Promise.all(this.#durable.map(({ outbox }) => outbox.receipt()))
  }

  /** Somebody waits for receipts: what was put is due as soon as that can be, and is not gathered any longer. */
  hurry(): void {
    for (const { outbox } of this.#durable) outbox.hurry()
  }
}

function formed({ bytes, at, ends, envelope }: RecordRun, form: Exclude<Form, 'line'>): Omit<RecordRun, 'envelope'> {
  let start = at
  let length = 0
  const own = Array.from(ends, (end) => {
    const made = form(bytes.subarray(start, end - 1), envelope)
    start = end
    length += made.length
    return made
  })
  const ownEnds = new Int32Array(own.length)
  const all = Buffer.allocUnsafe(length)
  let end = 0
  for (const [i, made] of own.entries()) {
    all.set(made, end)
    end += made.length
    ownEnds[i] = end
  }
  return { bytes: all, at: 0, ends: ownEnds }
}
