/**
 * Which context an entry belongs to: entries of a stream whose wanted fields hold the same bytes belong to the same one. The machine reads
 * the fields and asks its cache; who comes with a key that the cache does not know asks a slower one, and tells.
 *
 * It lies in the kernel's memory: | tables | a key | lines of the cache |
 */
import { goEntriesMax, type Memory } from '../wire/memory.ts'
import type { Spans } from '../wire/spans.ts'
import {
  keyBytesMax,
  keyChildShift,
  keyFieldBits,
  keyLineBytes,
  keyLines,
  keyOnlyPrefixed,
  keyRowBytes,
  keyTableBytes,
  keyTablesMax,
} from './layout.ts'
import type { Exports } from './machine.ts'

/** A message that is looked into. */
export interface KeyTable {
  readonly fields: readonly KeyField[]
}

/** A field that may be wanted. */
export interface KeyField {
  readonly number: number
  /** Which bit of `wanted` asks for it, from 1 on. */
  readonly bit: number
  /** A message whose own fields are looked at; `prefixed`: a map, of which the keys that begin with the prefix count; absent: all its bytes. */
  readonly inside?: KeyTable | 'prefixed'
}

export interface KeyFinderOptions {
  /** Entries, of all kinds. */
  readonly entries: readonly KeyTable[]
  /** Of the keys of maps; ASCII, at most eight. */
  readonly prefix: string
  /** Number of the entries' field that holds all of these maps. */
  readonly mapsIn: number
}

/** Finds the contexts of entries. A seed keeps the contexts of one stream apart from those of others. */
export interface KeyFinder {
  /**
   * The contexts of entries from `from` on, of the kind `entries[kind]`, until one is not known. Returns the index of that one, or
   * `entries.count`; `contexts[i]` is set for all before it. `contexts` must be as long as the spans.
   */
  find(question: Question, entries: Spans, from: number, contexts: Int32Array): number
  /** Whether a key of a map in these entries may begin with the prefix: false is certain. Far cheaper than `find`. */
  mayHavePrefixed(entries: Spans): boolean
  /** The key of the entry that `find` stopped at, one character a byte; null: it is too long, or the entry is not as Envoy writes them. */
  key(): string | null
  /** What `find` is to answer for that key from now on. */
  remember(seed: number, context: number): void
}

export interface Question {
  readonly kind: number
  /** Bits of fields, with those of the messages that they lie in. */
  readonly wanted: number
  /** From 1 to 2^32 - 1. */
  readonly seed: number
}

export function createKeyFinder(
  memory: Memory,
  machine: Exports,
  { entries, prefix, mapsIn }: KeyFinderOptions,
): KeyFinder {
  const { bytes, view, keysAt, keysEnd, goSpans, goEnds } = memory
  const scratch = keysAt + keyTablesMax * keyTableBytes
  const lines = scratch + keyBytesMax + 32
  if (lines + keyLines * keyLineBytes > keysEnd) throw new Error('There is no room for the keys of entries.')
  layTables(view, keysAt, entries)
  const prefixWord = Buffer.from(prefix.padEnd(8, '\0'), 'latin1').readBigInt64LE()
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

  const laySpans = (at: Int32Array, end: Int32Array, from: number, to: number) => {
    const most = Math.min(to - from, goEntriesMax)
    for (let i = 0; i < most; i++) {
      goSpans[2 * i] = at[from + i]!
      goSpans[2 * i + 1] = end[from + i]!
    }
    return most
  }

  return {
    find({ kind, wanted, seed }, { at, end, count }, from, contexts) {
      while (from < count) {
        const most = laySpans(at, end, from, count)
        const { byteOffset: spans } = goSpans
        const { byteOffset: ids } = goEnds
        const known = machine.findContexts(
          keysAt,
          kind,
          wanted,
          prefixWord,
          prefix.length,
          seed,
          spans,
          most,
          lines,
          scratch,
          ids,
        )
        for (let i = 0; i < known; i++) contexts[from + i] = goEnds[i]!
        from += known
        if (known < most) break
      }
      return from
    },
    mayHavePrefixed({ at, end, count }) {
      for (let from = 0; from < count; from += goEntriesMax) {
        const most = laySpans(at, end, from, count)
        if (machine.mayHavePrefixed(prefixWord, prefix.length, mapsIn, goSpans.byteOffset, most) !== 0) return true
      }
      return false
    },
    key() {
      const length = machine.keyLength()
      return length === 0 ? null : text.toString('latin1', scratch, scratch + length)
    },
    remember(seed, context) {
      machine.remember(seed, context, scratch)
    },
  }
}

/** The tables of the entries come first, in their order; those of the messages within them follow. */
function layTables(view: DataView, tablesAt: number, entries: readonly KeyTable[]): void {
  const tables = [...entries]
  for (let i = 0; i < tables.length; i++) {
    for (const { number, bit, inside } of tables[i]!.fields) {
      let child = 0
      if (inside === 'prefixed') child = keyOnlyPrefixed
      else if (inside !== undefined) {
        child = tables.indexOf(inside)
        if (child < 0) child = tables.push(inside) - 1
      }
      if (bit < 1 || bit > keyFieldBits || number > 63)
        throw new Error(`There is no place for field ${number} in a key.`)
      view.setUint16(tablesAt + i * keyTableBytes + number * keyRowBytes, bit | (child << keyChildShift), true)
    }
  }
  if (tables.length > keyTablesMax) throw new Error('There are too many messages to look into.')
}
