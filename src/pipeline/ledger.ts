/**
 * The books of one backend, in double entry: every posting moves entries from one column to another, so that
 *
 *      accepted + recovered = written + dropped(reason) + queued + spooled
 *
 * holds to the unit at every moment. Posted per message and per batch, never per entry. Malformed and unmatched entries are
 * counted before they could be accepted, in `intake.ts`; the table for people is in `ledger-table.ts`.
 */
import { dropReasonsMax } from '../limits.ts'

export class Ledger {
  #accepted = 0
  #recovered = 0
  #written = 0
  #droppedTotal = 0
  #queued = 0
  #spooled = 0
  readonly #dropped = new Map<string, number>()

  /** Entries taken from streams. */
  get accepted(): number {
    return this.#accepted
  }

  /** Entries found in the spool at the start. */
  get recovered(): number {
    return this.#recovered
  }

  /** Entries that the destination has taken. */
  get written(): number {
    return this.#written
  }

  /** Entries that will not arrive, by reason. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped
  }

  get droppedTotal(): number {
    return this.#droppedTotal
  }

  /** Entries that wait in memory; those of a write in flight among them. */
  get queued(): number {
    return this.#queued
  }

  /** Entries that wait on disk. */
  get spooled(): number {
    return this.#spooled
  }

  /** What the equation is off by: 0, or there is a fault in the program. */
  get difference(): number {
    return this.#accepted + this.#recovered - (this.#written + this.#droppedTotal + this.#queued + this.#spooled)
  }

  /** From a stream into memory. */
  accept(entries: number): void {
    this.#accepted += entries
    this.#queued += entries
  }

  /** From memory to the destination. */
  write(entries: number): void {
    this.#queued -= entries
    this.#written += entries
  }

  /** From memory to nowhere. `reason` becomes a metric label. */
  drop(reason: string, entries: number): void {
    if (entries === 0) return
    const known = this.#dropped.has(reason) || this.#dropped.size < dropReasonsMax - 1
    const label = known ? reason : 'other'
    this.#queued -= entries
    this.#droppedTotal += entries
    this.#dropped.set(label, (this.#dropped.get(label) ?? 0) + entries)
  }

  /** From an earlier run of the process into the spool of this one. */
  recover(entries: number): void {
    this.#recovered += entries
    this.#spooled += entries
  }

  /** From memory to disk. */
  spool(entries: number): void {
    this.#queued -= entries
    this.#spooled += entries
  }

  /** From disk back into memory, to be written. */
  unspool(entries: number): void {
    this.#spooled -= entries
    this.#queued += entries
  }
}
