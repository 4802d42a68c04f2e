/** Troubles that are no document's: of folders and patterns; and what makes two troubles the same. */
import { policyPollMsUnwatched } from '../../limits.ts'
import type { ListingProblem } from './list-files.ts'
import type { DocumentTrouble } from './settle.ts'

/** A trouble that is no document's. */
export function aside({ where, code, message }: ListingProblem): DocumentTrouble {
  const fault = { code, path: '', message }
  const isOdd = code === 'no_match'
  return {
    file: where,
    index: null,
    line: null,
    kind: 'file',
    name: null,
    faults: isOdd ? [] : [fault],
    warnings: isOdd ? [fault] : [],
    kept: false,
  }
}

export function notWatched([folder, reason]: readonly [folder: string, reason: string]): DocumentTrouble {
  const message = `cannot be watched, so it is looked at every ${policyPollMsUnwatched / 1000} s: ${reason}.`
  return aside({ where: folder, code: 'unreadable', message })
}

/** Equal for two troubles that need not be told twice. */
export function troubleKey({ file, kind, name, faults, warnings, kept }: DocumentTrouble): string {
  const what = (fault: { code: string; path: string; message: string }) => [fault.code, fault.path, fault.message]
  return JSON.stringify([file, kind, name, kept, faults.map(what), warnings.map(what)])
}
