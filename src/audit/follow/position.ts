/**
 * How far a followed file has been read, kept where a crash does not reach it: a small JSON file that is replaced as a whole. Everything before
 * the offset is safe in our own files, and is never read again.
 *
 *     {"version":1,"path":"/var/log/audit.log","device":"64768","inode":"1313","offset":8191,
 *      "firstLine":{"bytes":512,"sha256":"…"},"modifiedNs":"1719999999000000000"}
 *
 * Numbers of the system are text, for they may be above 2^53.
 */
import { readFile } from 'node:fs/promises'
import { replaceDurably } from '../../disk/durable.ts'
import { systemCode } from '../../errors.ts'

/** By what a file is known again: its first line, or as much of it as `limits.auditFollowHeadBytes`. */
export interface Head {
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
}

export interface Position {
  /** What is followed; the file itself may have been renamed since. */
  readonly path: string
  readonly device: bigint
  readonly inode: bigint
  readonly offset: number
  /** Null: nothing of it has been read. */
  readonly firstLine: Head | null
  /** When the file was written last, as far as we saw: what was written later is newer than it. */
  readonly modifiedNs: bigint
}

const mode = 0o600

/** Undefined when there is no such file. Rejects when it cannot be read, or holds something else. */
export async function loadPosition(file: string): Promise<Position | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    return read(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${file} holds no position. Delete it, if it is none of ours.`, { cause })
  }
}

/** Resolves when it survives a loss of power. Makes the folder when it is missing. Rejects with the system's error. */
export async function savePosition(file: string, position: Position): Promise<void> {
  await replaceDurably(file, `${text(position)}\n`, mode)
}

function text({ path, device, inode, offset, firstLine, modifiedNs }: Position): string {
  const members = { version: 1, path, device: `${device}`, inode: `${inode}`, offset, firstLine }
  return JSON.stringify({ ...members, modifiedNs: `${modifiedNs}` })
}

function read(value: Record<string, unknown>): Position {
  const { version, path, offset, firstLine } = value
  if (version !== 1 || typeof path !== 'string' || !isCount(offset)) throw new Error('members are missing')
  return {
    path,
    device: numberOf(value['device']),
    inode: numberOf(value['inode']),
    offset,
    firstLine: headOf(firstLine),
    modifiedNs: numberOf(value['modifiedNs']),
  }
}

function headOf(value: unknown): Head | null {
  if (value === null) return null
  const { bytes, sha256 } = value as Record<string, unknown>
  if (!isCount(bytes) || typeof sha256 !== 'string') throw new Error('the first line is missing')
  return { bytes, sha256 }
}

function numberOf(value: unknown): bigint {
  if (typeof value !== 'string' || !/^\d+$/.test(value)) throw new Error('a number is missing')
  return BigInt(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
