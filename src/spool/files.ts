/** What the spool wants of a file system beyond `disk/files.ts`, and the real one. */
import { type DiskFiles, filesOnDisk } from '../disk/files.ts'
import { makeFolder, syncFolder } from '../disk/folder.ts'
import { lockFolder } from './lock.ts'

export interface SpoolFiles extends DiskFiles {
  /** Creates the folder and those above it, durably, unless it is there. */
  createFolder(folder: string): Promise<void>
  /** Keeps other processes away until the function that it returns is called, or the process ends. Throws SpoolError `locked`. */
  lock(folder: string): Promise<() => Promise<void>>
}

/** Log lines are for those in the group of the process; nobody else reads them. */
const folderMode = 0o750
const fileMode = 0o640

export const nodeFiles: SpoolFiles = {
  ...filesOnDisk(fileMode),
  async createFolder(folder) {
    for (const changed of await makeFolder(folder, folderMode)) await syncFolder(changed)
  },
  lock: lockFolder,
}
