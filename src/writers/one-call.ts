/**
 * One call at a time, for writers that speak over a connection: a reopen during a write must not take its connection away, and a close does
 * not wait for a destination that is silent.
 */
import { WriteError } from '../errors.ts'
import { Turns } from '../turns.ts'

export class OneCall {
  readonly #writer: { readonly name: string }
  readonly #turns = new Turns()
  /** Of the write in progress. */
  #call: AbortController | undefined
  #closed = false

  /** `writer`: for its name, which is asked for when there is an error to tell. */
  constructor(writer: { readonly name: string }) {
    this.#writer = writer
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** `work` is called off when `signal` is, and by `close`. Rejects with WriteError `closed` behind a close. */
  write<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      this.#refuseWhenClosed()
      const call = new AbortController()
      const callOff = () => call.abort()
      if (signal.aborted) call.abort()
      signal.addEventListener('abort', callOff, { once: true })
      this.#call = call
      try {
        return await work(call.signal)
      } finally {
        this.#call = undefined
        signal.removeEventListener('abort', callOff)
      }
    })
  }

  /** Runs `work` between two writes, closed or not. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work)
  }

  /** Waits for the write in progress, and for all that was asked for before. */
  over(): Promise<void> {
    return this.#turns.over()
  }

  /** Calls off the write in progress, then lets `release` run; those that wait before it are refused. May be called twice. */
  close(release: () => Promise<void>): Promise<void> {
    this.#closed = true
    this.#call?.abort()
    return this.#turns.take(release)
  }

  #refuseWhenClosed(): void {
    if (!this.#closed) return
    throw new WriteError({ code: 'closed', message: `${this.#writer.name}: closed already.`, retryable: false })
  }
}
