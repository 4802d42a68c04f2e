/** Room that is left on the disks of the audit: below the floor nothing is taken any more, so that rotation, seals and the alarm still have some. */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { auditFloorLookMs } from '../limits.ts'

export interface DiskFloorOptions {
  /** Files and folders whose disks count; what is missing counts by the folder above it. */
  readonly places: readonly string[]
  readonly minFreeBytes: number
  /** Milliseconds on a steady clock. */
  readonly now: () => number
}

export class DiskFloor {
  readonly #options: DiskFloorOptions
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #why: string | null = null

  constructor(options: DiskFloorOptions) {
    this.#options = options
  }

  /** Why nothing should be taken; null: there is room. Looks at most once a second. */
  get hindrance(): string | null {
    const now = this.#options.now()
    if (now - this.#lookedAtMs >= auditFloorLookMs) {
      this.#lookedAtMs = now
      this.#why = this.#look()
    }
    return this.#why
  }

  #look(): string | null {
    for (const place of this.#options.places) {
      const free = freeBytesAt(place)
      if (free !== null && free < this.#options.minFreeBytes) {
        return `The disk of ${place} has ${free} bytes left, and audit.minFree are ${this.#options.minFreeBytes}.`
      }
    }
    return null
  }
}

/** Null: there is no telling; the write will. */
function freeBytesAt(place: string): number | null {
  for (let at = place; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at)
      return bavail * bsize
    } catch {
      if (dirname(at) === at) return null
    }
  }
}
