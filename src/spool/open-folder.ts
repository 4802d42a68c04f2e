/** The folder of a spool, taken and looked through: what an earlier run has left there, and how far that had come. */
import { Chain } from './chain.ts'
import type { SpoolFiles } from './files.ts'
import { Position } from './position.ts'
import { recover } from './recover.ts'
import { spoolErrorOf } from './spool-errors.ts'

export interface OpenFolder {
  readonly chain: Chain
  readonly position: Position
  /** What was cut off the last segment. */
  readonly tornBytes: number
  readonly unlock: () => Promise<void>
}

/** Creates the folder when it is missing. Throws SpoolError; then it is nobody's. */
export async function openFolder(files: SpoolFiles, folder: string): Promise<OpenFolder> {
  let unlock: (() => Promise<void>) | undefined
  try {
    await files.createFolder(folder)
    unlock = await files.lock(folder)
    const { segments, next, tornBytes } = await recover(files, folder)
    const position = await Position.open(files, folder)
    await files.syncFolder(folder)
    return { chain: new Chain(segments, Math.max(next, position.number ?? 0)), position, tornBytes, unlock }
  } catch (cause) {
    await unlock?.()
    throw spoolErrorOf(cause, folder, 'cannot be opened')
  }
}
