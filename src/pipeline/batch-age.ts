/** How old the open batch is: too old is due. */
import type { Clock } from './clock.ts'

export interface BatchAgeOptions {
  readonly clock: Clock
  /** In milliseconds; 0: due at once. */
  readonly flushAfterMs: number
}

export class BatchAge {
  readonly #options: BatchAgeOptions
  readonly #onDue: () => void
  #cancel: (() => void) | undefined
  #isDue = false

  /** `onDue`: called when the clock rings, not when a batch is due at once. */
  constructor(options: BatchAgeOptions, onDue: () => void) {
    this.#options = options
    this.#onDue = onDue
  }

  get isDue(): boolean {
    return this.#isDue
  }

  /** There is an open batch; its age counts from the first call. */
  watch(): void {
    if (this.#isDue || this.#cancel !== undefined) return
    const { clock, flushAfterMs } = this.#options
    if (flushAfterMs <= 0) {
      this.#isDue = true
      return
    }
    this.#cancel = clock.after(flushAfterMs, () => {
      this.#cancel = undefined
      this.#isDue = true
      this.#onDue()
    })
  }

  /** Somebody waits for it: it is due, though not told. */
  hurry(): void {
    this.forget()
    this.#isDue = true
  }

  /** There is none any more. */
  forget(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#isDue = false
  }
}
