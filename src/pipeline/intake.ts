/**
 * Counters of what arrives, before any backend has accepted it. One per process; `als/` adds per message, `/metrics` and the
 * ledger's table read. Plain numbers: nothing here runs per entry.
 */
export class Intake {
  streams = 0
  connections = 0
  streamsOpened = 0
  messages = 0
  receivedBytes = 0
  httpEntries = 0
  tcpEntries = 0
  /** Entries that no pipeline asked for. */
  unmatchedEntries = 0
  /** Messages that carried neither HTTP nor TCP entries. */
  emptyMessages = 0
  /** Malformed entries (or message remainders that could not be cut into entries), by a bounded set of reasons. */
  readonly malformed = new Map<string, number>()
  /** All of them. */
  malformedTotal = 0

  addMalformed(reason: string, count = 1): void {
    this.malformed.set(reason, (this.malformed.get(reason) ?? 0) + count)
    this.malformedTotal += count
  }
}
