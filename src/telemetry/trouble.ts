/**
 * Keeps a fault that happens for every entry from filling the disk with our own lines: the first of its kind in a window is said at
 * once, the others are counted, and the next one said tells how many were held back.
 */

/** Kinds that are remembered; the one silent for longest is forgotten first. */
const kindsMax = 1_000

export interface TroubleOptions {
  /** Length of a window, in milliseconds. */
  readonly windowMs: number
  /** Milliseconds on any steady clock. */
  readonly nowMs: () => number
  /** Says one fault; `heldBack` of the same kind went unsaid before it. */
  readonly say: (kind: string, detail: string, heldBack: number) => void
}

interface Seen {
  saidAtMs: number
  heldBack: number
  lastDetail: string
}

export class Trouble {
  readonly #options: TroubleOptions
  readonly #seen = new Map<string, Seen>()

  constructor(options: TroubleOptions) {
    this.#options = options
  }

  /** `kind` is one of a bounded set of words; `detail` is what a person needs to find this one. */
  report(kind: string, detail: string): void {
    const { windowMs, nowMs, say } = this.#options
    const now = nowMs()
    const seen = this.#seen.get(kind)
    if (seen && now - seen.saidAtMs < windowMs) {
      seen.heldBack++
      seen.lastDetail = detail
      return
    }
    this.#seen.delete(kind)
    if (this.#seen.size >= kindsMax) this.#forgetOldest()
    this.#seen.set(kind, { saidAtMs: now, heldBack: 0, lastDetail: detail })
    say(kind, detail, seen?.heldBack ?? 0)
  }

  /** At the end, what is still held back is said, so that the numbers add up. */
  close(): void {
    for (const [kind, seen] of this.#seen) this.#sayHeldBack(kind, seen)
    this.#seen.clear()
  }

  #forgetOldest(): void {
    const [kind, seen] = this.#seen.entries().next().value!
    this.#sayHeldBack(kind, seen)
    this.#seen.delete(kind)
  }

  /** The last one stands for all that were held back; it is one of them. */
  #sayHeldBack(kind: string, seen: Seen): void {
    if (seen.heldBack > 0) this.#options.say(kind, seen.lastDetail, seen.heldBack - 1)
  }
}
