/**
 * The files beside a followed one: which of them it was once called, and in which order they were written. Names that count as rotated:
 *
 *     audit-2024-03-05T17-20-01.000.log    lumberjack: kube-apiserver, Kong Mesh, the sink itself
 *     audit.log.1  audit.1.log             logrotate; the larger number is the older file
 *     audit.log-20240305  audit-20240305.log  audit.log.2024-03-05
 *
 * All other names are somebody else's, and compressed files are never read. A file is newer than another when it was written later, for
 * one writer writes one file after the other; where the clock cannot tell, the names do.
 */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemCode } from '../../errors.ts'

/** One file, as it was when the folder was looked at. */
export interface Relative {
  readonly path: string
  readonly device: bigint
  readonly inode: bigint
  readonly bytes: number
  readonly modifiedNs: bigint
  /** `live`: by the name that is followed. `other`: it only begins like that. */
  readonly name: 'live' | 'rotated' | 'other'
  /** What logrotate counts by; null: the name holds a time, or nothing. */
  readonly number: number | null
}

const looksMax = 10

/** Rejects with the system's error. */
export async function lookBeside(path: string): Promise<Relative[]> {
  let before = await look(path)
  for (let looks = 1; looks < looksMax; looks++) {
    // Names may move on while they are looked at, so that a file would be missed: what was seen twice was there.
    const after = await look(path)
    if (namesOf(before) === namesOf(after)) return after
    before = after
  }
  throw new Error(`${dirname(path)} changes faster than it can be looked at`)
}

/** What was written after `file`, oldest first, the live file last. `inode`: of the file, when it is one of them. */
export function newerThan(
  file: { readonly inode: bigint; readonly modifiedNs: bigint },
  relatives: readonly Relative[],
): Relative[] {
  const itself = relatives.find(({ inode, name }) => inode === file.inode && name === 'rotated')
  const isNewer = (each: Relative) => {
    if (each.modifiedNs !== file.modifiedNs) return each.modifiedNs > file.modifiedNs
    return itself === undefined || compareNames(itself, each) < 0
  }
  const live = relatives.filter(({ name, inode }) => name === 'live' && inode !== file.inode)
  const rotated = relatives
    .filter((each) => each.name === 'rotated' && each.inode !== file.inode && each.inode !== live[0]?.inode)
    .filter(isNewer)
    .sort(compare)
  return [...rotated, ...live]
}

function compare(a: Relative, b: Relative): number {
  if (a.modifiedNs !== b.modifiedNs) return a.modifiedNs < b.modifiedNs ? -1 : 1
  return compareNames(a, b)
}

/** Below 0: `a` is older. */
function compareNames(a: Relative, b: Relative): number {
  if (a.number !== null && b.number !== null) return b.number - a.number
  return a.path < b.path ? -1 : 1
}

async function look(path: string): Promise<Relative[]> {
  const folder = dirname(path)
  const base = basename(path)
  const { stem } = split(base)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error): Dirent[] => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
  const names = entries.filter((entry) => entry.name === base || (entry.isFile() && entry.name.startsWith(stem)))
  const found = await Promise.all(names.map(({ name }) => relativeOf(join(folder, name), kindOf(base, name))))
  return found.filter((each) => each !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function relativeOf(path: string, kind: Pick<Relative, 'name' | 'number'>): Promise<Relative | undefined> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
    return { path, device: dev, inode: ino, bytes: Number(size), modifiedNs: mtimeNs, ...kind }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What rotation puts behind a name, or in front of its extension. */
const addition = /^(?:\.(\d{1,5})|[-.]\d{4}-?\d\d-?\d\d[\dT.:_-]*)$/

function kindOf(base: string, name: string): Pick<Relative, 'name' | 'number'> {
  if (name === base) return { name: 'live', number: null }
  const { stem, extension } = split(base)
  const added = name.startsWith(base)
    ? name.slice(base.length)
    : name.endsWith(extension) && name.length > base.length
      ? name.slice(stem.length, name.length - extension.length)
      : ''
  const match = addition.exec(added)
  if (match === null) return { name: 'other', number: null }
  return { name: 'rotated', number: match[1] === undefined ? null : Number(match[1]) }
}

function split(base: string): { stem: string; extension: string } {
  const dot = base.lastIndexOf('.')
  return dot <= 0 ? { stem: base, extension: '' } : { stem: base.slice(0, dot), extension: base.slice(dot) }
}

function namesOf(relatives: readonly Relative[]): string {
  return relatives.map(({ path, inode }) => `${path} ${inode}`).join('\n')
}
