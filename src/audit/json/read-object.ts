/**
 * One JSON object, judged and read in a single walk: where its members lie, what is in those that are to be opened, and which of its strings
 * might hold a token. The object stays the bytes that it was.
 */
import type { Notes } from './notes.ts'
import type { JsonScanner, Key, Member, Span } from './scanner.ts'

/** Borrows the bytes that it was read from. */
export interface JsonObject {
  /** In which it lies, maybe with others. */
  readonly bytes: Buffer
  readonly scanner: JsonScanner
  readonly span: Span
  readonly members: readonly Member[]
  /** Whether there is white space between its tokens. */
  readonly loose: boolean
  /** Whether all of its bytes are known to be ASCII. */
  readonly ascii: boolean
  /** Where strings with two dots or more lie that may hold a token, pairs of `at` and `end`; null: not all were seen, for there are `\u` escapes. */
  readonly dotted: readonly number[] | null
  /** Whether it is known that redaction finds nothing in it, but for tokens in those strings. */
  readonly quiet: boolean
  /** What the walker knows of it; null: it has read another since, or somebody else has read this one. */
  readonly notes: Notes | null
  /** Needed before another object is read, when members are asked for only then. */
  hold(): void
}

/** The object that begins at `at`; what follows it is not looked at. Encoding is the caller's to judge. Throws JsonError. */
export function readObject(scanner: JsonScanner, at: number, opens: (key: Key) => boolean): JsonObject {
  const dotted: number[] = []
  scanner.loose = false
  scanner.dotted = dotted
  const { members, end } = scanner.members(at, opens)
  const seenAll = scanner.dotted !== null
  scanner.dotted = null
  return {
    bytes: scanner.bytes,
    scanner,
    span: { at, end },
    members,
    loose: scanner.loose,
    ascii: false,
    dotted: seenAll ? dotted : null,
    quiet: false,
    notes: null,
    hold: () => {},
  }
}
