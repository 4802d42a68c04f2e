/**
 * Makes room in an item that grows too large while it arrives: the values of its heavy members (the bodies of an event) give way to
 * `null`, the one that is still arriving too. What is left is the beginning of an object, to which the rest can be appended.
 */
import { readPrefix } from './prefix.ts'
import type { Span } from './scanner.ts'
import { keyOf } from './text.ts'

export interface Shed {
  /** The caller's own, or the prefix itself when nothing could go. */
  readonly bytes: Buffer
  /** The prefix ended within a value that was shed: its rest has to be passed over, up to the comma or brace behind it. */
  readonly isInside: boolean
}

/** `prefix` is the beginning of an item, or all of it. */
export function shedMembers(prefix: Buffer, heavy: readonly string[]): Shed {
  const parts: Buffer[] = []
  let from = 0
  const drop = ({ at, end }: Span) => {
    parts.push(prefix.subarray(from, at), Buffer.from('null'))
    from = end
  }
  const { members, open } = readPrefix(prefix)
  for (const member of members) if (heavy.includes(keyOf(prefix, member))) drop(member)
  const isInside = open !== null && heavy.includes(keyOf(prefix, open))
  if (isInside) drop(open)
  return { bytes: from === 0 ? prefix : Buffer.concat([...parts, prefix.subarray(from)]), isInside }
}
