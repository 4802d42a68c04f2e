/**
 * What the operating system says when a file cannot be opened or written, in words that help, and whether time or a hand from
 * outside may mend it while we run. The `code` of these errors is the system's own (ENOSPC, EACCES, …).
 */
import { dirname } from 'node:path'
import { systemCode, WriteError } from '../errors.ts'

/** Trying again cannot help: the path itself is wrong, or the reader of our own stream has left. */
const lastingCodes = new Set(['EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL', 'EPIPE'])

const advice: Readonly<Record<string, string>> = {
  EACCES: 'permission denied. Let this user write to the file, or create files in its directory.',
  EPERM: 'permission denied. Let this user write to the file, or create files in its directory.',
  EROFS: 'the file system is read-only.',
  EISDIR: 'this is a directory. Name a file in it.',
  ENOTDIR: 'a part of this path is a file, not a directory.',
  ENXIO: 'nobody reads this FIFO. Start its reader.',
  ENOSPC: 'no space left on the device. Free some, or rotate earlier.',
  EDQUOT: 'the disk quota is used up.',
  EFBIG: 'the file has reached the size limit of the process or file system. Rotate it.',
  EPIPE: 'the reader has gone.',
  EMFILE: 'too many open files. Raise the limit of the process.',
}

export interface FileTrouble {
  /** Of the writer. */
  readonly name: string
  readonly path: string
  readonly entriesWritten?: number
  /** For codes that do not tell by themselves. */
  readonly retryable?: boolean
}

export function writeErrorOf(cause: unknown, { name, path, entriesWritten = 0, retryable }: FileTrouble): WriteError {
  const code = systemCode(cause)
  const said =
    code === 'ENOENT' ? missing(path) : (advice[code] ?? (cause instanceof Error ? cause.message : `${cause}`))
  return new WriteError(
    { code, message: `${name}: ${said}`, retryable: retryable ?? !lastingCodes.has(code), entriesWritten },
    { cause },
  )
}

/** The file itself would have been created. */
function missing(path: string): string {
  return `the directory ${dirname(path)} does not exist. Create it, or correct the path.`
}
