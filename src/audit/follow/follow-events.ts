/**
 * What befalls a followed file, and each of it in words. An `error` says that records may be missing, or that a person is needed.
 */

export type FollowEvent =
  /** There is no file yet. */
  | { readonly kind: 'waiting'; readonly path: string }
  /** Reading begins, or goes on after a start. `file`: by which name it was found. */
  | { readonly kind: 'opened'; readonly path: string; readonly file: string; readonly offset: number }
  /** One file is read to its end, all its `bytes`, and the next one, `file`, is begun. */
  | { readonly kind: 'rotated'; readonly path: string; readonly file: string; readonly bytes: number }
  /** A file that nobody writes to any more ends without a newline; the `bytes` behind the last one were taken for a line. */
  | { readonly kind: 'torn'; readonly path: string; readonly bytes: number }
  /**
   * Somebody has cut the file (`truncated`), or put something else into it (`replaced`). `copy`: where the rest of it is read; null: there is no
   * copy, and what was behind `offset` is not known.
   */
  | {
      readonly kind: 'truncated' | 'replaced'
      readonly path: string
      readonly offset: number
      readonly copy: string | null
    }
  /** The file that was read before the start is not there any more, under no name. */
  | { readonly kind: 'lost'; readonly path: string; readonly offset: number }
  /** How far it was read cannot be told: everything is read again. */
  | { readonly kind: 'unknownPosition'; readonly path: string; readonly error: Error }
  /** Nothing can be kept now, so nothing is read. */
  | { readonly kind: 'held'; readonly path: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly path: string; readonly error: Error; readonly retryMs: number }

/** One sentence for people, and how much it matters. */
export function sayFollowEvent(event: FollowEvent): {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
} {
  const { path } = event
  switch (event.kind) {
    case 'waiting':
      return { level: 'info', text: `${path} is not there yet. It is read as soon as it is.` }
    case 'opened':
      return { level: 'info', text: `${path} is followed: ${event.file}, from byte ${event.offset}.` }
    case 'rotated': {
      const next = `${event.file} is next.`
      return {
        level: 'info',
        text: `${path} was rotated. The old file is read to its end, ${event.bytes} bytes; ${next}`,
      }
    }
    case 'torn':
      return { level: 'warn', text: `${path}: a file that was left ends in ${event.bytes} bytes without a newline.` }
    case 'truncated':
    case 'replaced':
      return { level: event.copy === null ? 'error' : 'warn', text: sayCut(event) }
    case 'lost': {
      const what = `The file that was read up to byte ${event.offset} is gone: deleted, compressed or moved.`
      return { level: 'error', text: `${path}: ${what} Records that it got later may be missing.` }
    }
    case 'unknownPosition':
      return {
        level: 'error',
        text: `${path} is read from its start, and records may be kept twice: ${event.error.message}`,
      }
    case 'held':
      return { level: 'error', text: `${path} is not read for now: ${event.reason}` }
    case 'failed': {
      const again = `Tried again in ${Math.ceil(event.retryMs)} ms, nothing is skipped.`
      return { level: 'warn', text: `${path} could not be followed: ${event.error.message}. ${again}` }
    }
  }
}

function sayCut({ kind, path, offset, copy }: Extract<FollowEvent, { copy: string | null }>): string {
  const what = kind === 'truncated' ? 'was truncated' : 'was overwritten'
  const rest =
    copy === null
      ? `Records behind byte ${offset} may be missing.`
      : `The rest is read from ${copy}; what was written between the copy and the cut is lost.`
  return `${path} ${what} while it was read. ${rest} Rotate by renaming, never by copytruncate.`
}
