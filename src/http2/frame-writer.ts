/**
 * What a connection has to say: frames of one turn of the event loop go to the socket together. All of them are small, so joining them
 * costs less than a write each.
 */
import type { Duplex } from 'node:stream'
import { unsentBytesMax } from '../limits.ts'

export class FrameWriter {
  readonly #socket: Duplex
  readonly #onOverflow: () => void
  #frames: Uint8Array[] = []
  #bytes = 0
  #scheduled = false
  #closed = false

  /** `onOverflow`: the peer takes nothing, and `unsentBytesMax` wait for it; called once. */
  constructor(socket: Duplex, onOverflow: () => void) {
    this.#socket = socket
    this.#onOverflow = onOverflow
  }

  /** Nothing happens when the writer is closed. The frame must not be changed any more. */
  write(frame: Uint8Array): void {
    if (this.#closed) return
    this.#frames.push(frame)
    this.#bytes += frame.length
    if (this.#bytes + this.#socket.writableLength > unsentBytesMax) {
      this.close()
      this.#onOverflow()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      process.nextTick(() => this.flush())
    }
  }

  /** Hands what waits to the socket, now. */
  flush(): void {
    this.#scheduled = false
    if (this.#frames.length === 0) return
    const bytes = this.#frames.length === 1 ? this.#frames[0]! : Buffer.concat(this.#frames, this.#bytes)
    this.#frames = []
    this.#bytes = 0
    this.#socket.write(bytes)
  }

  /** Forgets what waits, and takes nothing more. */
  close(): void {
    this.#closed = true
    this.#frames = []
    this.#bytes = 0
  }
}
