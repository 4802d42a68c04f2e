/**
 * Bodies that are still arriving give way to records that are on their way to the disk. All share one thread, and each step to the disk waits for a
 * turn of it; what has come of a body is else read in one turn, which takes as long as the answer to the others.
 *
 * Nobody gives way for long, and nobody goes first for long: a disk that does not answer holds up its own records alone.
 */
import { auditGiveWayMsMax, auditRightOfWayMsMax } from '../../limits.ts'

export class RightOfWay {
  #taken = 0
  readonly #waiting = new Set<() => void>()

  /** The work takes records to the disk, and goes first, for `limits.auditRightOfWayMsMax` at most. Settles as it does. */
  async during<T>(work: Promise<T>): Promise<T> {
    const release = this.#take()
    try {
      return await work
    } finally {
      release()
    }
  }

  #take(): () => void {
    let isTaken = true
    const release = () => {
      if (!isTaken) return
      isTaken = false
      clearTimeout(timer)
      this.#taken--
      if (this.#taken === 0) for (const go of this.#waiting) go()
    }
    const timer = setTimeout(release, auditRightOfWayMsMax)
    this.#taken++
    return release
  }

  /** Null: nobody is to be given way. Else resolves when that is so, or after `limits.auditGiveWayMsMax`. */
  give(): Promise<void> | null {
    if (this.#taken === 0) return null
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer)
        this.#waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, auditGiveWayMsMax)
      this.#waiting.add(go)
    })
  }
}
