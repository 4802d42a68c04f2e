/**
 * One round of a followed file: some lines are read, handed to its source, and settled there. Of the file no more than a block is in memory, and
 * none of it is read while the source is full.
 */
import { auditFollowRoundBytes } from '../../limits.ts'
import type { FollowedFile } from './followed-file.ts'
import { type LineDelivery, LineIntake, type LineOptions } from './line-intake.ts'
import { untilOrStopped } from './until-stopped.ts'

/** What a `Source` does, as far as it is wanted here. */
export interface FollowSource {
  readonly lists: boolean
  readonly full: boolean
  whenWritable(callback: () => void): void
  begin(at: number, steadyNowMs: number): FollowDelivery
}

export interface FollowDelivery extends LineDelivery {
  settle(): Promise<void>
  abandon(): void
}

export interface RoundOptions {
  readonly source: FollowSource
  readonly unwrap: LineOptions['unwrap']
  /** Milliseconds since the epoch, and on a steady clock. */
  readonly now: () => number
  readonly steadyNow: () => number
  /** Ends a round early. */
  readonly stop: AbortSignal
}

/** `end`: there is no complete line any more. `cut`: the file is not what it was. */
export type RoundEnd = 'more' | 'end' | 'cut'

/**
 * Resolves when what was read is safe, and moves the file's offset behind it. Rejects when it is not (then the offset stays), or when
 * the file cannot be read. `ending`: nobody writes to the file any more, so its last line needs no newline.
 */
export async function readRound(file: FollowedFile, ending: boolean, options: RoundOptions): Promise<RoundEnd> {
  const reading = new Reading(file, options)
  let end: RoundEnd = 'more'
  let fault: unknown
  try {
    end = await reading.read(ending)
  } catch (error) {
    // What was read before is sound.
    fault = error
  }
  await reading.settle()
  if (fault !== undefined) throw fault
  return end
}

class Reading {
  readonly #file: FollowedFile
  readonly #options: RoundOptions
  #taken: { readonly delivery: FollowDelivery; readonly lines: LineIntake } | undefined
  #at: number
  /** Behind the last line that is complete. */
  #lineEnd: number

  constructor(file: FollowedFile, options: RoundOptions) {
    this.#file = file
    this.#options = options
    this.#at = this.#lineEnd = file.offset
  }

  async read(ending: boolean): Promise<RoundEnd> {
    const { source, stop } = this.#options
    while (this.#at - this.#file.offset < auditFollowRoundBytes || this.#lineEnd < this.#at) {
      if (stop.aborted) return 'more'
      const bytes = await this.#file.read(this.#at, ending)
      // Asked behind the reading: if the file is sound now, it was when it was read.
      if ((await this.#file.judge(this.#at + (bytes?.length ?? 0))) !== 'sound') return 'cut'
      if (bytes === null) {
        if (this.#lineEnd < this.#at) this.#endLastLine()
        return 'end'
      }
      this.#take(bytes)
      if (source.full) await untilOrStopped(stop, (resume) => source.whenWritable(resume))
    }
    return 'more'
  }

  async settle(): Promise<void> {
    if (this.#taken === undefined) return
    const { delivery } = this.#taken
    // Half a line can only be the first of a round.
    if (this.#lineEnd === this.#file.offset) delivery.abandon()
    else await delivery.settle()
    this.#file.offset = this.#lineEnd
  }

  #take(bytes: Buffer): void {
    this.#file.note(this.#at, bytes)
    this.#taken ??= this.#begin()
    this.#taken.lines.push(bytes)
    this.#at += bytes.length
    if (bytes.at(-1) === 0x0a) this.#lineEnd = this.#at
  }

  #endLastLine(): void {
    this.#taken?.lines.end()
    this.#lineEnd = this.#at
  }

  #begin() {
    const { source, unwrap, now, steadyNow } = this.#options
    const delivery = source.begin(now(), steadyNow())
    return { delivery, lines: new LineIntake(delivery, { lists: source.lists, unwrap }) }
  }
}
