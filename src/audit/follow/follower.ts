/**
 * Follows a file that somebody else writes, line by line, into a source: through renames, truncation and restarts, and so that no line is
 * lost. `family.ts` says which names count as rotated, `whereabouts.ts` which file is read when.
 *
 *     look ─► whole lines ─► delivery ─► settled ─► position saved ─► look
 *                               └─ not settled: again from the last position, after a while
 *
 * A round of lines is safe in our own files before its position is, so a crash between the two brings one round twice; and nothing in front
 * of the position is read again. The last line counts when its newline is there, or when its file was left for a newer one. Of a file
 * that was never followed before all is read, and nothing of those that were rotated by then.
 *
 * Not promised: what copytruncate loses; what was compressed, deleted or moved to another folder while nobody followed, which is told as lost;
 * and what some of several writers add to a file that others have left already.
 */
import { resolve } from 'node:path'
import { systemCode } from '../../errors.ts'
import { auditFollowCloseMsMax, auditFollowPollMs } from '../../limits.ts'
import { backoffMs } from '../../pipeline/backoff.ts'
import { type Clock, systemClock } from '../../pipeline/clock.ts'
import { Bookmark } from './bookmark.ts'
import type { FollowEvent } from './follow-events.ts'
import type { FollowedFile } from './followed-file.ts'
import type { Position } from './position.ts'
import { type FollowSource, type RoundEnd, type RoundOptions, readRound } from './round.ts'
import { untilOrStopped } from './until-stopped.ts'
import { openRelative, type Start, Whereabouts } from './whereabouts.ts'

export interface FollowerOptions {
  /** What is followed; need not be there yet. */
  readonly path: string
  /** Borrowed; it outlives the follower. */
  readonly source: FollowSource
  /** Ours alone. It and its folder are made. */
  readonly positionFile: string
  readonly onEvent: (event: FollowEvent) => void
  /** The record within a line that somebody wrapped (`unwrapFluentBit`). Default: every line is what it is. */
  readonly unwrap?: (line: Buffer) => Buffer | null
  /** What stands in the way of keeping anything now; null: nothing. Default: never anything. */
  readonly hindrance?: () => string | null
  /** Between two looks at a file that is read to its end, in milliseconds. Default: `limits.auditFollowPollMs`. */
  readonly pollMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly clock?: Clock
  readonly random?: () => number
}

export interface Follower {
  /**
   * Stops reading, and resolves when what was read is safe and its position saved; at the latest after `limits.auditFollowCloseMsMax`: what
   * is not safe then is read again next time. To be called before the source's outboxes are drained. May be called twice.
   */
  close(): Promise<void>
}

/** Begins at once. Nothing that happens to files ends it: `onEvent` is told, and it is tried again. */
export function openFollower(options: FollowerOptions): Follower {
  return new FileFollower(options)
}

class FileFollower implements Follower {
  readonly #options: Required<Omit<FollowerOptions, 'unwrap'>>
  readonly #round: RoundOptions
  readonly #whereabouts: Whereabouts
  readonly #bookmark: Bookmark
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #file: FollowedFile | undefined
  /** What was told last, of things that last. */
  #told: 'waiting' | 'held' | undefined
  #failures = 0

  constructor(options: FollowerOptions) {
    this.#options = {
      hindrance: () => null,
      pollMs: auditFollowPollMs,
      now: Date.now,
      clock: systemClock,
      random: Math.random,
      ...options,
      path: resolve(options.path),
    }
    const { source, now, clock } = this.#options
    const { unwrap = null } = options
    this.#round = { source, unwrap, now, steadyNow: () => clock.now(), stop: this.#stop.signal }
    this.#whereabouts = new Whereabouts(this.#options.path)
    const { path, positionFile, onEvent } = this.#options
    this.#bookmark = new Bookmark({
      path,
      file: positionFile,
      onUnknown: (error) => onEvent({ kind: 'unknownPosition', path, error }),
    })
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    const isOver = await new Promise<boolean>((resolve) => {
      const cancel = this.#options.clock.after(auditFollowCloseMsMax, () => resolve(false))
      void this.#running.then(() => {
        cancel()
        resolve(true)
      })
    })
    if (isOver) return
    this.#bookmark.giveUp()
    await this.#file?.close()
  }

  async #run(): Promise<void> {
    const { path, pollMs, random, clock, onEvent } = this.#options
    while (!this.#stop.signal.aborted) {
      let waitMs = pollMs
      try {
        await this.#look()
        this.#failures = 0
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(`${cause}`)
        waitMs = Math.max(pollMs, backoffMs(++this.#failures, random))
        if (systemCode(error) === 'ESTALE') await this.#letGo()
        onEvent({ kind: 'failed', path, error, retryMs: waitMs })
      }
      await untilOrStopped(this.#stop.signal, (resume) => clock.after(waitMs, resume))
    }
    await this.#file?.close()
  }

  /** Reads until there is nothing to read. Rejects when something failed; then the next look goes on where this one was. */
  async #look(): Promise<void> {
    await this.#save()
    while (!this.#stop.signal.aborted) {
      if (this.#isHeld()) return
      this.#file ??= await this.#start()
      if (this.#file === undefined) return
      const end = await this.#read(this.#file, false)
      if (end === 'cut') await this.#mend(this.#file)
      if (end === 'end' && !(await this.#moveOn(this.#file))) return
    }
  }

  async #read(file: FollowedFile, ending: boolean): Promise<RoundEnd> {
    const before = file.offset
    try {
      return await readRound(file, ending, this.#round)
    } finally {
      if (file.offset !== before) this.#bookmark.isSaved = false
      await this.#save()
    }
  }

  async #start(): Promise<FollowedFile | undefined> {
    const { path, onEvent } = this.#options
    const position = await this.#bookmark.position()
    const start = await this.#whereabouts.start(position)
    if (start === null) {
      this.#tellOnce({ kind: 'waiting', path })
      return undefined
    }
    this.#told = undefined
    if (position) this.#tellStart(start, position)
    onEvent({ kind: 'opened', path, file: start.file.path, offset: start.file.offset })
    this.#bookmark.isSaved = start.how === 'found'
    return start.file
  }

  #tellStart({ file, how, isCopy }: Start, { offset }: Position): void {
    const { path, onEvent } = this.#options
    if (how === 'truncated' || how === 'replaced') onEvent({ kind: how, path, offset, copy: isCopy ? file.path : null })
    else if (how === 'lost' && !isCopy) onEvent({ kind: 'lost', path, offset })
  }

  /** The file was cut, or overwritten: its rest is in a copy, or nowhere; and then it begins anew. */
  async #mend(file: FollowedFile): Promise<void> {
    const { path, onEvent } = this.#options
    const soundness = await file.judge()
    // What is safe may be there still, and only lines behind it were cut off.
    const kind = soundness === 'replaced' ? 'replaced' : 'truncated'
    const copy = soundness === 'sound' ? undefined : await this.#whereabouts.copyOf(file.position(path))
    onEvent({ kind, path, offset: file.offset, copy: copy?.path ?? null })
    if (copy) {
      await file.close()
      this.#file = copy
    } else if (soundness !== 'sound') file.restart()
    this.#bookmark.isSaved = false
    await this.#save()
  }

  /** False: there is nothing newer. */
  async #moveOn(file: FollowedFile): Promise<boolean> {
    const { path, onEvent } = this.#options
    const next = await this.#whereabouts.next(file)
    if (next === null) return false
    // Whoever wrote it has left it; what came until then is still to be read.
    const end = await this.#readToEnd(file)
    if (end !== 'end') return true
    const newer = await openRelative(next)
    // Names moved on meanwhile.
    if (newer === undefined) return true
    onEvent({ kind: 'rotated', path, file: newer.path, bytes: file.offset })
    this.#file = newer
    this.#bookmark.isSaved = false
    await file.close()
    await this.#save()
    return true
  }

  async #readToEnd(file: FollowedFile): Promise<RoundEnd> {
    const whole = await this.#read(file, false)
    if (whole !== 'end') return whole
    const { offset } = file
    const end = await this.#read(file, true)
    if (end === 'end' && file.offset > offset) {
      this.#options.onEvent({ kind: 'torn', path: this.#options.path, bytes: file.offset - offset })
    }
    return end
  }

  #save(): Promise<void> {
    return this.#bookmark.save(this.#file)
  }

  /** The handle is of no use any more; the file has to be found again. */
  async #letGo(): Promise<void> {
    this.#bookmark.remember(this.#file)
    await this.#file?.close()
    this.#file = undefined
  }

  #isHeld(): boolean {
    const reason = this.#options.hindrance()
    if (reason !== null) this.#tellOnce({ kind: 'held', path: this.#options.path, reason })
    else if (this.#told === 'held') this.#told = undefined
    return reason !== null
  }

  #tellOnce(event: Extract<FollowEvent, { kind: 'waiting' | 'held' }>): void {
    if (this.#told !== event.kind) this.#options.onEvent(event)
    this.#told = event.kind
  }
}
