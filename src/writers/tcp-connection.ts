/**
 * One connection to a TCP destination, plain or TLS: how it is made, how bytes get into it and how much of them the kernel has, and
 * how it ends. What is written, and what a failure means for entries, is decided in `tcp.ts`.
 *
 * The socket is read all the time, and what comes is dropped: that is how a peer that hangs up is noticed while nothing is written.
 */
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { tcpFirstStepBytes } from '../limits.ts'
import type { TcpSockets } from './tcp-connect.ts'
import { calledOff, stalled } from './tcp-errors.ts'

/** Plaintext of one TLS record. The peer can read a record only when it has all of it. */
const tlsRecordBytes = 16 * 1024

export interface TcpConnectionOptions {
  readonly writeTimeoutMs: number
  readonly settleAfterMs: number
  /** Once, when it is over, whoever ended it. */
  readonly onEnd?: () => void
}

/** How many bytes the kernel has taken, and what ended the write early: an Error, `calledOff` or `stalled`. */
export interface TcpProgress {
  readonly taken: number
  readonly cause: unknown
}

export class TcpConnection {
  /** What may be written at once without waiting for how the connection bears it. */
  stepBytesMax = tcpFirstStepBytes
  readonly #socket: Socket
  /** The same, or what lies below TLS. */
  readonly #plain: Socket
  readonly #options: TcpConnectionOptions
  readonly #closed: Promise<void>
  /** Why it is of no more use. */
  #fault: Error | undefined
  /** The peer sends no more. It may still read, so a batch that has begun goes on. */
  #peerEnded = false
  #occupied = false
  /** Tells the write in hand that there is a fault. */
  #onFault: (() => void) | undefined

  /** Takes over sockets that have just been connected, with `allowHalfOpen`. */
  constructor({ socket, plain }: TcpSockets, options: TcpConnectionOptions) {
    this.#socket = socket
    this.#plain = plain
    this.#options = options
    for (const each of new Set([plain, socket])) each.on('error', (error) => this.#fail(error))
    socket.on('end', () => {
      this.#peerEnded = true
      if (!this.#occupied) socket.end()
    })
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#fail(Object.assign(new Error('the connection is closed'), { code: 'EPIPE' }))
        options.onEnd?.()
        resolve()
      })
    })
    socket.resume()
  }

  /** Begins a batch, which may take several writes. */
  occupy(): void {
    this.#occupied = true
  }

  /** Ends a batch. If the peer has hung up meanwhile, it gets no other. */
  vacate(): void {
    this.#occupied = false
    if (this.#peerEnded && !this.#socket.destroyed) this.#socket.end()
  }

  /** Whether a batch may begin here. */
  get usable(): boolean {
    return this.#fault === undefined && !this.#peerEnded && !this.#socket.destroyed
  }

  /**
   * Resolves when the kernel has all bytes and the connection has outlived that; never rejects. When it is called off or the peer takes
   * nothing, the connection is closed unless the kernel has all; what it has is still sent. `bytes` is borrowed until it resolves.
   */
  async write(bytes: Uint8Array, stop: AbortSignal): Promise<TcpProgress> {
    const pieceBytes = this.#secure ? tlsRecordBytes : bytes.length
    let at = 0
    let cause: unknown
    while (at < bytes.length && cause === undefined) {
      const piece = bytes.subarray(at, at + pieceBytes)
      const given = await this.#give(piece, stop)
      at += given.taken
      cause = given.cause
    }
    if (cause === undefined) cause = await this.#outlive(stop)
    else if (at > 0) this.drop()
    return { taken: at, cause }
  }

  /** Says goodbye and waits for the peer's, which tells that it has read everything; for at most so long. */
  async end(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.drop(), withinMs)
    this.#socket.end()
    await this.#closed
    clearTimeout(timer)
  }

  /** Closes at once. What the kernel has taken it goes on sending; what waits in this process is not sent. */
  drop(): void {
    this.#socket.destroy()
    this.#plain.destroy()
  }

  get #secure(): boolean {
    return this.#socket !== this.#plain
  }

  /** Hands bytes to the kernel. */
  #give(bytes: Uint8Array, stop: AbortSignal): Promise<TcpProgress> {
    return new Promise((resolve) => {
      let settled = false
      const settle = (taken: number, cause: unknown) => {
        if (settled) return
        settled = true
        clearInterval(timer)
        stop.removeEventListener('abort', onAbort)
        this.#onFault = undefined
        resolve({ taken, cause })
      }
      const halt = (cause: unknown) => {
        const taken = bytes.length - this.#held(bytes.length)
        if (taken === bytes.length) return settle(taken, undefined)
        this.drop()
        settle(taken, cause)
      }
      const onAbort = () => halt(calledOff)
      let heldBefore = bytes.length
      const timer = setInterval(() => {
        const held = this.#held(bytes.length)
        if (held < heldBefore) heldBefore = held
        else halt(stalled)
      }, this.#options.writeTimeoutMs)
      this.#onFault = () => settle(0, this.#fault)

      if (stop.aborted) return settle(0, calledOff)
      if (this.#fault !== undefined) return settle(0, this.#fault)
      stop.addEventListener('abort', onAbort)
      // An error comes as the event as well, and from there with its reason.
      this.#socket.write(bytes, (error) => {
        if (!error && !this.#socket.destroyed) settle(bytes.length, undefined)
      })
    })
  }

  /**
   * Waits until the peer would have answered the last bytes with a reset if it had gone. After the peer's FIN the socket is no longer
   * watched for one, so it is asked by writing nothing (below TLS, which would keep that to itself). A write that is called off does
   * not wait: the kernel has all of it.
   */
  async #outlive(stop: AbortSignal): Promise<unknown> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        stop.removeEventListener('abort', done)
        this.#onFault = undefined
        resolve()
      }
      const timer = setTimeout(done, this.#options.settleAfterMs)
      stop.addEventListener('abort', done)
      this.#onFault = done
      if (stop.aborted || this.#fault !== undefined) done()
    })
    if (stop.aborted) return undefined
    // Timers ring before sockets are looked at: after a long turn the reset may be there, unseen.
    await nextTurn()
    if (this.#peerEnded && this.#fault === undefined) {
      await new Promise<void>((resolve) => {
        this.#onFault = resolve
        this.#plain.write(new Uint8Array(0), (error) => {
          if (!error) resolve()
        })
      })
      this.#onFault = undefined
    }
    return this.#fault
  }

  /**
   * How many of the last `length` bytes are still in this process, at the most. libuv counts that, and Node uses the count for its own
   * timeouts; it has no public name. Without it, and with TLS, a write that has not ended counts as not begun: the peer cannot read half
   * a TLS record; and without TLS the worst is an entry that comes twice.
   */
  #held(length: number): number {
    if (this.#secure) return length
    const { _handle: handle } = this.#socket as { _handle?: { writeQueueSize?: number } | null }
    return Math.min(length, handle?.writeQueueSize ?? length)
  }

  #fail(error: Error): void {
    this.#fault ??= error
    this.#onFault?.()
  }
}
