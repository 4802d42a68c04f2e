/**
 * Where the records of one source go, through the same outboxes as access logs. The one difference: whoever hands records in is told when
 * they are safe, which is when every destination that can promise it (a file, or anything behind a spool) has them on disk. The other
 * destinations get them as well, and nobody waits for those.
 */
import { batchBytesMax } from '../../limits.ts'
import type { Outbox } from '../../pipeline/outbox.ts'
import { type Envelope, envelopeText, streamOf } from './envelope.ts'

/** One record: compact JSON, without a newline. */
export interface TrailRecord {
  readonly bytes: Uint8Array
  readonly envelope: Envelope
}

export interface TrailDestination {
  readonly outbox: Outbox
  /** A receipt of it says that records survive a crash. */
  readonly durable: boolean
  readonly form: Form
}

/** How a destination gets a record: `bytes` between these two, or all of it made anew. */
export interface Form {
  readonly before: (envelope: Envelope) => string
  readonly after: string
  readonly encode?: (bytes: Uint8Array, envelope: Envelope) => Uint8Array
}

/** A line each, and nothing else. */
export const recordForm: Form = { before: () => '', after: '\n' }
/** `{"envelope":{…},"event":{…}}`, a line each. */
export const envelopedForm: Form = { before: envelopeText, after: '}\n' }

export class Trail {
  readonly #destinations: readonly TrailDestination[]

  /** At least one of them must be durable, if anybody is to be promised anything. */
  constructor(destinations: readonly TrailDestination[]) {
    this.#destinations = destinations
  }

  /** Whether a destination that has to be waited for has no room. */
  get full(): boolean {
    return this.#destinations.some(({ outbox, durable }) => durable && outbox.full)
  }

  /** Calls back once, when `full` has become false. */
  whenWritable(callback: () => void): void {
    const full = this.#destinations.find(({ outbox, durable }) => durable && outbox.full)
    if (full === undefined) callback()
    else full.outbox.whenWritable(() => this.whenWritable(callback))
  }

  /** Takes the records; the bytes are borrowed for the call. Never throws. */
  put(records: readonly TrailRecord[]): void {
    for (const { outbox, form } of this.#destinations) {
      for (const run of runsOf(records)) putRun(outbox, run, form)
    }
  }

  /** Resolves when everything that was put is safe; rejects (LostError) when some of it may not be. */
  async receipt(): Promise<void> {
    const durable = this.#destinations.filter((each) => each.durable)
    await Promise.all(durable.map(({ outbox }) => outbox.receipt()))
  }
}

/** Neighbours of one envelope, and not more of them than one batch takes. */
function* runsOf(records: readonly TrailRecord[]): Generator<readonly TrailRecord[]> {
  for (let from = 0, to = 0; from < records.length; from = to) {
    let bytes = 0
    const { envelope } = records[from]!
    for (to = from; to < records.length; to++) {
      const next = records[to]!
      bytes += next.bytes.length
      if (to > from && (next.envelope !== envelope || bytes > batchBytesMax)) break
    }
    yield records.slice(from, to)
  }
}

function putRun(outbox: Outbox, run: readonly TrailRecord[], { before, after, encode }: Form): void {
  const { envelope } = run[0]!
  const [head, tail] = [Buffer.from(before(envelope)), Buffer.from(after)]
  const own = encode === undefined ? run : run.map(({ bytes }) => ({ bytes: encode(bytes, envelope) }))
  const around = head.length + tail.length
  const all = deskFor(own.reduce((sum, { bytes }) => sum + bytes.length + around, 0))
  const ends = new Int32Array(run.length)
  let end = 0
  own.forEach(({ bytes }, i) => {
    if (head.length > 0) all.set(head, end)
    all.set(bytes, end + head.length)
    all.set(tail, end + head.length + bytes.length)
    end += bytes.length + around
    ends[i] = end
  })
  outbox.put(all, 0, ends, run.length, streamOf(envelope))
}

/** Where records are laid side by side: an outbox copies what it is given, so one serves all. */
let desk = Buffer.alloc(0)
const deskBytesMax = 1024 * 1024

function deskFor(bytes: number): Buffer {
  if (bytes > deskBytesMax) return Buffer.allocUnsafe(bytes)
  if (bytes > desk.length) desk = Buffer.allocUnsafeSlow(Math.min(deskBytesMax, 2 * bytes))
  return desk
}
