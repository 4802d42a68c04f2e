/** Faults of a format as faults of the document that holds it: the engine knows the string, the document knows where it stands. */
import type { Fault, FormatError } from '../errors.ts'

/**
 * All faults of one format. `path` is the place of the format in the document; `error.path` continues it where the format is JSON.
 * Without a document (`check --text`), `path` is empty.
 */
export function formatFaults(error: FormatError, path: string): Fault[] {
  return [error, ...error.more].map((fault) => ({
    code: fault.code,
    path: joinPaths(path, fault.path),
    message: fault.message,
    excerpt: { text: fault.text, index: fault.index, length: fault.length },
  }))
}

function joinPaths(path: string, rest: string): string {
  return path && rest && !rest.startsWith('[') ? `${path}.${rest}` : path + rest
}
