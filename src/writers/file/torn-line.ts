/**
 * A process that is killed in the middle of a write leaves half a line, and the next entry would be glued to it. So before the first
 * entry of a writer, a file that does not end with a newline is cut back to its last one; what was cut is kept in `<file>.torn`.
 *
 *     …whole line\nhalf a li      ->      …whole line\n      and, in audit.log.torn:  half a li\n
 */
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { renderedEntryBytesMax } from '../../limits.ts'
import type { OpenFile } from '../open-file.ts'
import type { OnFileEvent } from './events.ts'

const newline = 0x0a
const blockBytes = 64 * 1024

/** Another process may append to the file too, and be in the middle of it; that moves on within so many milliseconds. */
const settledMs = 50

export interface TornLineOptions {
  readonly path: string
  readonly mode: number
  readonly onEvent: OnFileEvent
}

/**
 * `file`: just opened, and regular. It is left as it is when it grows meanwhile, or when its last line is longer than any entry. Rejects with
 * the system's error when the half line cannot be kept; then nothing was cut.
 */
export async function cutTornLine(file: OpenFile, { path, mode, onEvent }: TornLineOptions): Promise<void> {
  if (file.size === 0) return
  const torn = await lastLine(path, file.size)
  if (torn.length === 0) return
  await setTimeout(settledMs)
  if (!(await file.isUntouched())) return
  const savedTo = `${path}.torn`
  await append(savedTo, torn, mode)
  if (await file.cutBack(torn.length)) onEvent({ kind: 'tornLineCut', path, bytes: torn.length, savedTo })
}

/** The bytes behind the last newline; none when they are more than an entry can have. */
async function lastLine(path: string, size: number): Promise<Uint8Array> {
  const handle = await open(path)
  try {
    let length = 0
    for (let end = size; end > 0 && length <= renderedEntryBytesMax; end -= blockBytes) {
      const block = await readAt(handle, Math.max(0, end - blockBytes), Math.min(end, blockBytes))
      const at = block.lastIndexOf(newline)
      if (at >= 0) return await readAt(handle, size - length - (block.length - at - 1), length + block.length - at - 1)
      length += block.length
    }
    return length <= renderedEntryBytesMax ? await readAt(handle, size - length, length) : new Uint8Array()
  } finally {
    await handle.close()
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, position + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

async function append(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, 'a', mode)
  try {
    await handle.writeFile(bytes)
    await handle.writeFile('\n')
    await handle.sync()
  } finally {
    await handle.close()
  }
}
