/**
 * What a server says to the load client: how much more it may send, and when it has ended the stream. PING and SETTINGS are
 * acknowledged here, everything else is let go.
 */
import type { Socket } from 'node:net'
import { acknowledgement, frameFlag, frameType, headBytes } from './http2-frames.ts'

/** RFC 9113: both windows, until the server says otherwise. */
const windowBytesDefault = 65_535
const initialWindowSetting = 4

export class FlowControl {
  /** Resolves when the server has ended the stream; rejects when it resets it, or the connection is lost before. */
  readonly answered: Promise<void>
  readonly #socket: Socket
  #connectionWindow = windowBytesDefault
  #streamWindow = windowBytesDefault
  #initialWindow = windowBytesDefault
  /** Begin of a frame whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0)
  #onWidened: () => void = () => {}
  #onAnswered: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    this.answered = new Promise((resolve, reject) => {
      this.#onAnswered = resolve
      const lost = () => reject(new Error('the server hung up before it answered'))
      socket.once('error', lost)
      socket.once('close', lost)
    })
    // Whoever waits for windows learns of a lost connection only by `answered`.
    this.answered.catch(() => this.#onWidened())
    socket.on('data', (data: Buffer) => this.#read(data))
  }

  /** The end of the whole frames in `frames[at, end)` that may be sent now; they are taken off the windows. */
  take(frames: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const length = (frames[at]! << 16) | (frames[at + 1]! << 8) | frames[at + 2]!
      const next = at + headBytes + length
      if (next > end || length > this.#connectionWindow || length > this.#streamWindow) break
      this.#connectionWindow -= length
      this.#streamWindow -= length
      at = next
    }
    return at
  }

  /** Resolves when a window has grown; rejects when it never will. */
  async widened(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onWidened = resolve
    })
    if (this.#socket.destroyed) await this.answered
  }

  #read(data: Buffer): void {
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data])
    let at = 0
    while (bytes.length - at >= headBytes) {
      const end = at + headBytes + bytes.readUIntBE(at, 3)
      if (end > bytes.length) break
      this.#take(bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5), bytes.subarray(at + headBytes, end))
      at = end
    }
    this.#rest = Buffer.from(bytes.subarray(at))
    this.#onWidened()
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === frameType.windowUpdate) {
      const more = payload.readUInt32BE(0)
      if (stream === 0) this.#connectionWindow += more
      else this.#streamWindow += more
    } else if (type === frameType.settings && (flags & frameFlag.acknowledged) === 0) {
      for (let at = 0; at < payload.length; at += 6) {
        if (payload.readUInt16BE(at) === initialWindowSetting) this.#setInitialWindow(payload.readUInt32BE(at + 2))
      }
      this.#socket.write(acknowledgement(type, Buffer.alloc(0)))
    } else if (type === frameType.ping && (flags & frameFlag.acknowledged) === 0) {
      this.#socket.write(acknowledgement(type, payload))
    } else if (type === frameType.headers && (flags & frameFlag.endStream) !== 0) {
      this.#onAnswered()
    } else if (type === frameType.resetStream || type === frameType.goAway) {
      this.#socket.destroy()
    }
  }

  #setInitialWindow(bytes: number): void {
    this.#streamWindow += bytes - this.#initialWindow
    this.#initialWindow = bytes
  }
}
