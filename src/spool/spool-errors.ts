/** What the operating system says about the files of a spool, as a SpoolError in words that help. */
import { SpoolError, systemCode } from '../errors.ts'

const noSpaceCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device. Free some, or lower spool.maxBytes.',
  EDQUOT: 'the disk quota is used up.',
  EFBIG: 'a segment has reached the size limit of the process or file system.',
  EACCES: 'permission denied. Let this user write to the folder.',
  EPERM: 'permission denied. Let this user write to the folder.',
  EROFS: 'the file system is read-only.',
  ENOTDIR: 'a part of this path is a file, not a directory.',
  EMFILE: 'too many open files. Raise the limit of the process.',
}

/** `what`: the rest of a sentence that begins with the spool. A SpoolError is passed on as it is. */
export function spoolErrorOf(cause: unknown, folder: string, what: string): SpoolError {
  if (cause instanceof SpoolError) return cause
  const system = systemCode(cause)
  const code = noSpaceCodes.has(system) ? 'no_space' : 'io'
  const said = advice[system] ?? (cause instanceof Error ? cause.message : `${cause}`)
  return new SpoolError({ code, folder, message: `spool ${folder} ${what}: ${said}` }, { cause })
}
