/**
 * Which backups go: a decision about names and nothing else, so that it can be tested without a disk. The order is lumberjack's: count
 * first, then age on what is left, then compression on what is left after that.
 */
import type { Backup } from './backup-name.ts'

export interface RetentionLimits {
  /** The newest so many backups stay; 0: no limit. */
  readonly maxRetainedFiles: number
  /** Backups whose name is older than so many times 24 hours go; one of exactly that age stays. 0: no limit. */
  readonly maxAgeDays: number
  /** Backups are compressed with gzip. */
  readonly compress: boolean
}

export interface CleaningPlan {
  readonly remove: readonly Backup[]
  readonly compress: readonly Backup[]
  /**
   * Named after a time that is still to come. They do not count and are left alone: with a clock that once was wrong they would be "the
   * newest", and push out the real ones.
   */
  readonly future: readonly Backup[]
}

const dayMs = 24 * 60 * 60 * 1000

/** Two rotations of one millisecond move a name on, and clocks are set back by seconds. */
const aheadMsMax = 60_000

export function planCleaning(all: readonly Backup[], limits: RetentionLimits, nowMs: number): CleaningPlan {
  const { maxRetainedFiles, maxAgeDays, compress } = limits
  const future = all.filter(({ atMs }) => atMs > nowMs + aheadMsMax)
  const known = all.filter((backup) => !future.includes(backup))
  const finished = known.filter(({ form }) => form !== 'unfinished')
  // What a crash left of a compression is rubbish: the plain file is still there, or was deleted by retention since.
  const remove = known.filter(({ form }) => form === 'unfinished')

  const names = [...new Map(finished.map(({ plainName, atMs }) => [plainName, atMs]))].sort(([, a], [, b]) => b - a)
  const counted = maxRetainedFiles > 0 ? names.slice(0, maxRetainedFiles) : names
  const cutOffMs = maxAgeDays > 0 ? nowMs - maxAgeDays * dayMs : Number.NEGATIVE_INFINITY
  const stay = new Set(counted.filter(([, atMs]) => atMs >= cutOffMs).map(([name]) => name))
  remove.push(...finished.filter(({ plainName }) => !stay.has(plainName)))
  const plain = finished.filter(({ form, plainName }) => form === 'plain' && stay.has(plainName))
  return { remove, compress: compress ? plain : [], future }
}
