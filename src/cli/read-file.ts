/** Reads files that the user named; what goes wrong is a fault of the input, told kindly. */
import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Outside } from '../config/data-source.ts'
import { DocumentError } from './document-error.ts'
import type { Terminal } from './terminal.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a directory',
}

/** The bytes of a file, `-` being standard input. Throws DocumentError. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

export function readText(file: string): string {
  return readBytes(file).toString('utf8')
}

/** The files and variables that a document may name; relative paths begin where the command was called. */
export function outsideOf({ env }: Terminal): Outside {
  return { readFile: readFileSync, realPath, variables: env }
}

/** Symbolic links followed, as far as the path is there. */
function realPath(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync(absolute)
  } catch {
    // Not there yet, or not ours to see: its folder may be.
    const folder = dirname(absolute)
    return folder === absolute ? absolute : join(realPath(folder), basename(absolute))
  }
}

/** A failed system call as a fault of the input. */
export function unreadable(file: string, cause: unknown): DocumentError {
  const { code = '', message } = cause as NodeJS.ErrnoException
  const fault = { code: 'unreadable', path: '', message: `cannot be read: ${reasons[code] ?? message}.` }
  return new DocumentError(file, undefined, [fault], { cause })
}
