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
import type { ExpectedKey, Exports } from './machine.ts'

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
}

/** Finds the contexts of entries. A seed keeps the contexts of one stream apart from those of others. */
export interface KeyFinder {
  /**
   * The contexts of entries from `from` on, of the kind `entries[kind]`, until one is not known. Returns the index of that one, or
   * `entries.count`; `contexts[i]` is set for all before it. `contexts` must be as long as the spans.
   */
  find(question: Question, entries: Spans, from: number, contexts: Int32Array): number
  /** The key of the entry that `find` stopped at, one character a byte; null: it is too long, or the entry is not as Envoy writes them. */
  key(): string | null
  /** What `find` is to answer for that key from now on. */
  remember(seed: number, context: number): void
  /** The key of one of the entries, for the machine to expect it of others; null: it has none. */
  keyOf(question: Omit<Question, 'seed'>, entries: Spans, index: number): ExpectedKey | null
}

export interface Question {
  readonly kind: number
  /** Bits of fields, with those of the messages that they lie in. */
  readonly wanted: number
  /** From 1 to 2^32 - 1. */
  readonly seed: number
}

export function createKeyFinder(memory: Memory, machine: Exports, { entries, prefix }: KeyFinderOptions): KeyFinder {
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

  const findLaid = (kind: number, wanted: number, seed: number, count: number) => {
    const { byteOffset: spans } = goSpans
    const { byteOffset: ids } = goEnds
    const { length } = prefix
    return machine.findContexts(keysAt, kind, wanted, prefixWord, length, seed, spans, count, lines, scratch, ids)
  }

  return {
    find({ kind, wanted, seed }, { at, end, count }, from, contexts) {
      while (from < count) {
        const most = laySpans(at, end, from, count)
        const known = findLaid(kind, wanted, seed, most)
        for (let i = 0; i < known; i++) contexts[from + i] = goEnds[i]!
        from += known
        if (known < most) break
      }
      return from
    },
    key() {
      const length = machine.keyLength()
      return length === 0 ? null : text.toString('latin1', scratch, scratch + length)
    },
    remember(seed, context) {
      machine.remember(seed, context, scratch)
    },
    keyOf({ kind, wanted }, { at, end }, index) {
      laySpans(at, end, index, index + 1)
      // Nobody remembers anything under 0, so that it stops there; but for no key at all, which is what an unused line holds.
      const length = findLaid(kind, wanted, 0, 1) === 0 ? machine.keyLength() : 0
      return length === 0 ? null : { wanted, bytes: bytes.slice(scratch, scratch + length) }
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
