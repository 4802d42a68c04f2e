/**
 * One writer behind several outboxes: backends that name the same destination share its handle, and each keeps its own queue and
 * its own books. Writes take turns. After a write that may be retried, the next turn belongs to the same user: the destination may
 * hold half an entry that only that user can complete.
 */
import type { Batch } from '../batch.ts'
import { WriteError } from '../errors.ts'
import type { Writer } from './writer.ts'

/** Belongs to those who have joined: the last one that closes closes `writer`. */
export class WriterShare {
  readonly #writer: Writer
  readonly #rota = new Rota()
  readonly #open = new Set<Writer>()
  readonly #onClosing: (() => void) | undefined

  /** `onClosing`: nobody may join any more. */
  constructor(writer: Writer, onClosing?: () => void) {
    this.#writer = writer
    this.#onClosing = onClosing
  }

  join(): Writer {
    const close = (user: Writer) => {
      if (!this.#open.delete(user)) return undefined
      if (this.#open.size > 0) return this.#writer.flush()
      this.#onClosing?.()
      return this.#writer.close()
    }
    const user = new SharedWriter(this.#writer, this.#rota, this.#open, close)
    this.#open.add(user)
    return user
  }
}

class SharedWriter implements Writer {
  readonly name: string
  readonly settlesDurable: boolean
  readonly #writer: Writer
  readonly #rota: Rota
  readonly #open: ReadonlySet<Writer>
  readonly #close: (user: Writer) => Promise<void> | undefined

  constructor(
    writer: Writer,
    rota: Rota,
    open: ReadonlySet<Writer>,
    close: (user: Writer) => Promise<void> | undefined,
  ) {
    this.name = writer.name
    this.settlesDurable = writer.settlesDurable === true
    this.#writer = writer
    this.#rota = rota
    this.#open = open
    this.#close = close
  }

  async write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    await this.#rota.take(this, signal, this.name)
    let keep = false
    try {
      return await this.#writer.write(batch, signal)
    } catch (error) {
      keep = error instanceof WriteError && error.retryable && this.#open.has(this)
      throw error
    } finally {
      this.#rota.pass(keep ? this : null)
    }
  }

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  reopen(): Promise<void> {
    return this.#writer.reopen()
  }

  async close(): Promise<void> {
    const closing = this.#close(this)
    if (closing === undefined) return
    this.#rota.forgo(this)
    await closing
  }
}

interface Waiter {
  readonly user: object
  readonly go: () => void
}

/** Whose turn it is to write; first come, first served, but for the user that a turn is kept for. */
class Rota {
  #taken = false
  #keptFor: object | null = null
  #waiters: Waiter[] = []

  take(user: object, signal: AbortSignal, name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter)
        const message = `${name}: the write was called off while another backend was writing there.`
        reject(new WriteError({ code: 'called_off', message, retryable: true }))
      }
      const go = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const waiter = { user, go }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiters.push(waiter)
      this.#next()
    })
  }

  pass(keepFor: object | null): void {
    this.#taken = false
    this.#keptFor = keepFor
    this.#next()
  }

  /** The user will not come again. */
  forgo(user: object): void {
    if (this.#keptFor !== user) return
    this.#keptFor = null
    this.#next()
  }

  #next(): void {
    if (this.#taken) return
    const kept = this.#keptFor
    const i = kept === null ? 0 : this.#waiters.findIndex(({ user }) => user === kept)
    const [waiter] = i < 0 ? [] : this.#waiters.splice(i, 1)
    if (!waiter) return
    this.#taken = true
    waiter.go()
  }
}
