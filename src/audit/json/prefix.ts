/** The beginning of an object that is still arriving: which members are complete, and which one is not. */
import { braceOpen, comma } from './bytes.ts'
import { JsonError } from './json-error.ts'
import { JsonScanner, type Member } from './scanner.ts'

export interface Prefix {
  readonly members: readonly Member[]
  /** The member whose value is not complete, and ends with the prefix; null between members. */
  readonly open: Member | null
}

export function readPrefix(prefix: Buffer): Prefix {
  const scanner = new JsonScanner(prefix)
  const members: Member[] = []
  let open: Member | null = null
  try {
    let next = scanner.skipSpace(0)
    if (prefix[next] !== braceOpen) return { members, open }
    do {
      const keyAt = scanner.skipSpace(next + 1)
      const keyEnd = scanner.skipString(keyAt)
      const at = scanner.skipColon(keyEnd)
      open = { keyAt, keyEnd, at, end: prefix.length }
      const end = scanner.skipValue(at)
      // A number that reaches the end may have more digits.
      if (end === prefix.length) return { members, open }
      members.push({ keyAt, keyEnd, at, end })
      open = null
      next = scanner.skipSpace(end)
    } while (prefix[next] === comma)
  } catch (error) {
    // It ends here, or is no JSON; that is told when the object is complete.
    if (!(error instanceof JsonError)) throw error
  }
  return { members, open }
}
