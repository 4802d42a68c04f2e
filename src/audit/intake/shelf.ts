/** Records of one delivery on their way into a trail, laid side by side and put many at once, and word of whether they are safe. */
import { auditDeskBytes, auditDeskRecords, auditDesksFreeMax } from '../../limits.ts'
import type { Envelope } from '../trail/envelope.ts'
import type { Trail } from '../trail/trail.ts'

/** Room for records that wait to be put. */
interface Desk {
  readonly bytes: Buffer
  /** Behind the newline of each record. */
  readonly ends: Int32Array
}

/** Those that nobody uses: one is needed only as long as records lie on it. */
const free: Desk[] = []

const lineFeed = 0x0a

export class Shelf {
  readonly #trail: Trail
  #desk: Desk | null = null
  #bytes = 0
  #records = 0
  /** Of the records on the desk, from the `#from`th on; those before have others, and were put. */
  #envelope: Envelope | null = null
  #from = 0
  /** One for each time that something was put, and asked for at once: a later one would not know of what was lost before it. */
  readonly #receipts: Promise<void>[] = []

  constructor(trail: Trail) {
    this.#trail = trail
  }

  /** The record is `head` and `bytes`, which are borrowed for the call. */
  add(head: Uint8Array | undefined, bytes: Uint8Array, envelope: Envelope): void {
    const length = (head?.length ?? 0) + bytes.length + 1
    if (envelope !== this.#envelope) this.#putRun()
    this.#envelope = envelope
    if (this.#desk !== null && !this.#fits(length)) this.#put()
    this.#desk ??= deskFor(length)
    const { bytes: desk, ends } = this.#desk
    if (head !== undefined) desk.set(head, this.#bytes)
    desk.set(bytes, this.#bytes + length - 1 - bytes.length)
    this.#bytes += length
    desk[this.#bytes - 1] = lineFeed
    ends[this.#records++] = this.#bytes
  }

  /** Puts what is left. Resolves when all that was ever added is safe; rejects (LostError) when some of it may not be. May be asked again. */
  async safe(): Promise<void> {
    this.#put()
    if (this.#receipts.length > 0) this.#trail.hurry()
    await Promise.all(this.#receipts)
  }

  #fits(length: number): boolean {
    const { bytes, ends } = this.#desk!
    return this.#bytes + length <= bytes.length && this.#records < ends.length
  }

  /** Puts all, and clears the desk. */
  #put(): void {
    this.#putRun()
    if (this.#desk?.bytes.length === auditDeskBytes && free.length < auditDesksFreeMax) free.push(this.#desk)
    this.#desk = null
    this.#bytes = this.#records = this.#from = 0
  }

  #putRun(): void {
    const [from, to] = [this.#from, this.#records]
    if (from === to) return
    const { bytes, ends } = this.#desk!
    const at = from === 0 ? 0 : ends[from - 1]!
    this.#trail.put({ bytes, at, ends: ends.subarray(from, to), envelope: this.#envelope! })
    this.#from = to
    const receipt = this.#trail.receipt()
    receipt.catch(() => {
      // Whoever asks is told.
    })
    this.#receipts.push(receipt)
  }
}

function deskFor(length: number): Desk {
  if (length > auditDeskBytes) return { bytes: Buffer.allocUnsafeSlow(length), ends: new Int32Array(1) }
  return free.pop() ?? { bytes: Buffer.allocUnsafeSlow(auditDeskBytes), ends: new Int32Array(auditDeskRecords) }
}
