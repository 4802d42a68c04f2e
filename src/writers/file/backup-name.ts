/**
 * The names of rotated files, as lumberjack gives them, so that backups and tools of an earlier set-up go on working:
 *
 *     audit.log  ->  audit-2021-06-07T09-15-18.265.log       and, compressed, audit-2021-06-07T09-15-18.265.log.gz
 *
 * The time is that of the rotation, in UTC, cut to the millisecond. The extension is what follows the last dot of the name.
 * Only what reads exactly like this is a backup; everything else in the folder is somebody else's and never touched.
 */
import { basename } from 'node:path'

export interface Backup {
  /** Of the directory entry. */
  readonly name: string
  /** Without `.gz`: the plain form and the compressed form are one backup. */
  readonly plainName: string
  readonly atMs: number
  /** `unfinished`: what a compression left behind that was ended by a crash. */
  readonly form: 'plain' | 'gzip' | 'unfinished'
}

const suffixes = { plain: '', gzip: '.gz', unfinished: '.gz.tmp' } as const

export function backupName(path: string, atMs: number): string {
  const { stem, extension } = split(path)
  return `${stem}-${stampOf(atMs)}${extension}`
}

/** What `name`, an entry of the folder of `path`, is a backup of `path` in; undefined when it is none. */
export function readBackupName(path: string, name: string): Backup | undefined {
  const { stem, extension } = split(path)
  const start = `${stem}-`
  if (!name.startsWith(start)) return undefined
  for (const form of ['plain', 'gzip', 'unfinished'] as const) {
    const end = `${extension}${suffixes[form]}`
    if (!name.endsWith(end)) continue
    const stamp = name.slice(start.length, name.length - end.length)
    const atMs = readStamp(stamp)
    if (atMs !== undefined) return { name, plainName: `${start}${stamp}${extension}`, atMs, form }
  }
  return undefined
}

export function gzipNameOf(plainName: string): string {
  return `${plainName}${suffixes.gzip}`
}

export function unfinishedNameOf(plainName: string): string {
  return `${plainName}${suffixes.unfinished}`
}

/** `.audit` has no stem; `audit.tar.gz` ends in `.gz`. */
function split(path: string): { stem: string; extension: string } {
  const base = basename(path)
  const dot = base.lastIndexOf('.')
  return dot < 0 ? { stem: base, extension: '' } : { stem: base.slice(0, dot), extension: base.slice(dot) }
}

function stampOf(atMs: number): string {
  return new Date(Math.floor(atMs)).toISOString().slice(0, -1).replaceAll(':', '-')
}

const stampForm = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d\.\d{3})$/

function readStamp(stamp: string): number | undefined {
  const [, day, minute, second] = stampForm.exec(stamp) ?? []
  const atMs = Date.parse(`${day}:${minute}:${second}Z`)
  // JavaScript takes hour 24 and the 30th of February, as other instants.
  return !Number.isNaN(atMs) && stampOf(atMs) === stamp ? atMs : undefined
}
