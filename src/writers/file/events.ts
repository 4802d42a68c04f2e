/**
 * What a file writer has to tell besides the fate of its batches: that a file was changed under it, what rotation did, and what went
 * wrong where no write failed. Nobody else is told; who listens decides what becomes a log line or a number.
 */

export type FileEvent =
  /** The live file is now called `backup`; a new one was begun. `bytes`: its size. */
  | { readonly kind: 'rotated'; readonly path: string; readonly backup: string; readonly bytes: number }
  /**
   * The path was opened anew: because `reopen` asked for it, or because somebody had moved or deleted the file. `bytes`: the size of the
   * file that was left; after `removed` they are gone.
   */
  | {
      readonly kind: 'reopened'
      readonly path: string
      readonly why: 'asked' | 'renamed' | 'removed'
      readonly bytes: number
    }
  /** Somebody made the file shorter (logrotate's `copytruncate`). `bytes`: how many are missing, of which some may have been copied. */
  | { readonly kind: 'truncatedByOthers'; readonly path: string; readonly bytes: number }
  /** An entry longer than the limit of rotation got a file of its own. `bytes`: its length. */
  | { readonly kind: 'oversized'; readonly path: string; readonly bytes: number }
  /** The file ended in the middle of a line when it was first opened, as after a crash. The `bytes` of that line are now in `savedTo`. */
  | { readonly kind: 'tornLineCut'; readonly path: string; readonly bytes: number; readonly savedTo: string }
  /** Backups that retention has deleted, and those that were compressed (by their names before that). */
  | {
      readonly kind: 'cleaned'
      readonly path: string
      readonly removed: readonly string[]
      readonly compressed: readonly string[]
    }
  /** Something failed, and the writer goes on without it. `code`: the system's, or a word of ours. */
  | { readonly kind: 'trouble'; readonly path: string; readonly code: string; readonly message: string }

export type OnFileEvent = (event: FileEvent) => void
