/**
 * Precedence: streams are not read while somebody has work in hand who is waited for, such as a request with audit records. Both share one
 * thread, and at full load the streams alone would fill it; a proxy buffers, whereas an API server keeps its clients waiting.
 *
 * It is bounded: after `precedenceMsMax` without a pause the streams are read for as long, whatever is in hand.
 */
import { precedenceMsMax } from '../limits.ts'
import type { ReadingGate } from './breath.ts'
import type { Clock } from './clock.ts'

export class Precedence {
  readonly #reading: ReadingGate
  readonly #clock: Clock
  #inHand = 0
  /** `resting`: it has been taken for long enough, and is given for as long. */
  #phase: 'idle' | 'taken' | 'resting' = 'idle'
  #cancelTurn: (() => void) | undefined

  constructor(reading: ReadingGate, clock: Clock) {
    this.#reading = reading
    this.#clock = clock
  }

  /** Work is in hand, until `end` is called for it. */
  begin(): void {
    this.#inHand++
    if (this.#phase === 'idle') this.#take()
  }

  end(): void {
    this.#inHand--
    if (this.#inHand === 0 && this.#phase === 'taken') this.#give('idle')
  }

  #take(): void {
    this.#phase = 'taken'
    this.#reading.hold()
    this.#cancelTurn = this.#clock.after(precedenceMsMax, () => {
      this.#give('resting')
      this.#clock.after(precedenceMsMax, () => {
        this.#phase = 'idle'
        if (this.#inHand > 0) this.#take()
      })
    })
  }

  #give(next: 'idle' | 'resting'): void {
    this.#cancelTurn?.()
    this.#cancelTurn = undefined
    this.#phase = next
    this.#reading.release()
  }
}
