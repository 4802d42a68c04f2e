/**
 * The process-wide budget for queued batches and partial messages (`limits.memory`). Whoever holds bytes of the outside world says
 * so here; whoever would admit a new stream asks first.
 */
export class Budget {
  readonly bytesMax: number
  #usedBytes = 0

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get exhausted(): boolean {
    return this.#usedBytes >= this.bytesMax
  }

  take(bytes: number): void {
    this.#usedBytes += bytes
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes
  }
}
