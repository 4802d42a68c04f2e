/**
 * Flow-control windows (RFC 9113, section 5.2): how much the peer may still send to us, and we to the peer. Streams and connections have
 * one of each; what differs is when credit is given back, which is their owner's to decide.
 */

/** No window may be larger. */
export const windowBytesMax = 2 ** 31 - 1

/** Credit goes back by halves of the window, so that WINDOW_UPDATEs are rare. */
export class Credit {
  readonly #dueBytes: number
  /** Taken care of, and not yet given back. */
  #bytes = 0

  constructor(windowBytes: number) {
    this.#dueBytes = windowBytes / 2
  }

  /** Bytes are taken care of. Returns the credit to give back now, in bytes, or 0 when it may wait. */
  add(bytes: number): number {
    this.#bytes += bytes
    if (this.#bytes < this.#dueBytes) return 0
    const due = this.#bytes
    this.#bytes = 0
    return due
  }
}

/** What we let the peer send. */
export class ReceiveWindow {
  readonly #credit: Credit
  #bytes: number

  constructor(bytes: number) {
    this.#credit = new Credit(bytes)
    this.#bytes = bytes
  }

  /** Bytes have come. False when the peer was not allowed to send so many. */
  take(bytes: number): boolean {
    this.#bytes -= bytes
    return this.#bytes >= 0
  }

  /** Bytes are taken care of. Returns the credit to give back now, in bytes, or 0 when it may wait. */
  release(bytes: number): number {
    const due = this.#credit.add(bytes)
    this.#bytes += due
    return due
  }
}

/** What the peer lets us send. It may be below zero, after SETTINGS that make it smaller. */
export class SendWindow {
  #bytes: number

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  get bytes(): number {
    return this.#bytes
  }

  take(bytes: number): void {
    this.#bytes -= bytes
  }

  /** By a WINDOW_UPDATE, or by the difference of two settings. False when that makes it larger than a window may be. */
  widen(bytes: number): boolean {
    this.#bytes += bytes
    return this.#bytes <= windowBytesMax
  }
}
