/** What one stream has brought: for people who look for the proxy that sends something odd. */
import type { Intake } from '../pipeline/intake.ts'

/** Counts since the stream began. */
export interface StreamCounts {
  readonly messages: number
  readonly receivedBytes: number
  readonly entries: number
  /** Entries that at least one pipeline asked for. */
  readonly matched: number
  /** Entries, and rests of messages, that could not be read. */
  readonly malformed: number
}

/**
 * Counts by difference: everything that the process counts while a message of this stream is read is this stream's, since messages are
 * read one at a time.
 */
export class Account implements StreamCounts {
  messages = 0
  receivedBytes = 0
  entries = 0
  matched = 0
  malformed = 0
  readonly #intake: Intake
  /** The process's counters when `begin` was called. */
  #messages = 0
  #entries = 0
  #unmatched = 0
  #malformed = 0

  constructor(intake: Intake) {
    this.#intake = intake
  }

  /** What is counted from here to `end` is this stream's. */
  begin(): void {
    const { messages, httpEntries, tcpEntries, unmatchedEntries, malformedTotal } = this.#intake
    this.#messages = messages
    this.#entries = httpEntries + tcpEntries
    this.#unmatched = unmatchedEntries
    this.#malformed = malformedTotal
  }

  end(): void {
    const { messages, httpEntries, tcpEntries, unmatchedEntries, malformedTotal } = this.#intake
    const entries = httpEntries + tcpEntries - this.#entries
    this.messages += messages - this.#messages
    this.entries += entries
    this.matched += entries - (unmatchedEntries - this.#unmatched)
    this.malformed += malformedTotal - this.#malformed
  }
}
