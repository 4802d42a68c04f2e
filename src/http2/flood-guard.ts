/**
 * Bounds on what a peer may make us do for nothing: frames that carry neither a request nor data, and streams that are reset before
 * they are answered (by the peer, or by us because the peer broke a rule on them). Both are counted for each second; at the bound the
 * connection ends with ENHANCE_YOUR_CALM.
 */
import { controlFramesPerSecondMax, youngResetsPerSecondMax } from '../limits.ts'
import { Http2Error } from './error-codes.ts'

const secondMs = 1_000

export class FloodGuard {
  readonly #now: () => number
  #sinceMs = 0
  #controlFrames = 0
  #youngResets = 0

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Throws Http2Error at the bound. */
  countControlFrame(): void {
    this.#turn()
    if (++this.#controlFrames > controlFramesPerSecondMax) {
      throw new Http2Error('enhance_your_calm', 'too many frames that carry nothing')
    }
  }

  /** A stream opened at `openedAtMs` is reset, and was not answered. Throws Http2Error at the bound. */
  countReset(openedAtMs: number): void {
    this.#turn()
    if (this.#now() - openedAtMs > secondMs) return
    if (++this.#youngResets > youngResetsPerSecondMax) {
      throw new Http2Error('enhance_your_calm', 'streams are opened only to be reset')
    }
  }

  #turn(): void {
    const nowMs = this.#now()
    if (nowMs - this.#sinceMs <= secondMs) return
    this.#sinceMs = nowMs
    this.#controlFrames = 0
    this.#youngResets = 0
  }
}
