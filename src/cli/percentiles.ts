/**
 * Percentiles of many durations in little memory: logarithmic buckets, each 5 % wider than the one before, from a microsecond to some
 * hours. An answer is at most 5 % above the truth.
 */
const growth = Math.log(1.05)
const smallestMs = 0.001
const bucketsMax = 512

export class Percentiles {
  readonly #counts = new Uint32Array(bucketsMax)
  #total = 0
  #maxMs = 0

  add(ms: number): void {
    const bucket = ms <= smallestMs ? 0 : Math.ceil(Math.log(ms / smallestMs) / growth)
    this.#counts[Math.min(bucket, bucketsMax - 1)]!++
    this.#total++
    if (ms > this.#maxMs) this.#maxMs = ms
  }

  get maxMs(): number {
    return this.#maxMs
  }

  /** The duration, in milliseconds, that a share of `part` (0..1) does not exceed; 0 when nothing was added. */
  at(part: number): number {
    const wanted = Math.ceil(this.#total * part)
    if (wanted === 0) return 0
    let seen = 0
    for (let bucket = 0; bucket < bucketsMax; bucket++) {
      seen += this.#counts[bucket]!
      if (seen >= wanted) return Math.min(this.#maxMs, smallestMs * Math.exp(bucket * growth))
    }
    return this.#maxMs
  }

  /** Milliseconds, rounded to microseconds. */
  summary(): Summary {
    const [p50, p90, p99, max] = [this.at(0.5), this.at(0.9), this.at(0.99), this.#maxMs].map(
      (ms) => Math.round(ms * 1000) / 1000,
    )
    return { p50: p50!, p90: p90!, p99: p99!, max: max! }
  }
}

export interface Summary {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}
