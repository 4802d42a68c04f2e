/**
 * Changes to a JSON text as a list of cuts and replacements, carried out in one pass: what no edit names stays byte for byte, save
 * that white space between tokens may be left away (compact form). Edits begin and end between tokens; or within
 * one string, but then the form stays as it is.
 */
import { plainInString, quote, whiteSpace } from './bytes.ts'
import type { Member, Span } from './scanner.ts'

interface Edit extends Span {
  readonly text: string
}

/** For one text. Edits may be noted in any order, but must not overlap. */
export class Edits {
  readonly #edits: Edit[] = []

  /** How many there are. */
  get size(): number {
    return this.#edits.length
  }

  cut(at: number, end: number): void {
    this.replace(at, end, '')
  }

  /** `text` is JSON in compact form. */
  replace(at: number, end: number, text: string): void {
    this.#edits.push({ at, end, text })
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text)
  }

  /** Cuts members of one object with the commas that they no longer need. Returns how many were cut. */
  cutMembers(members: readonly Member[], isCut: (member: Member) => boolean): number {
    let cut = 0
    let keptEnd = -1
    let cutAt = -1
    for (const member of members) {
      if (isCut(member)) {
        cut++
        if (cutAt === -1) cutAt = member.keyAt
        continue
      }
      if (cutAt !== -1) this.cut(cutAt, member.keyAt)
      cutAt = -1
      keptEnd = member.end
    }
    if (cutAt !== -1) this.cut(keptEnd === -1 ? cutAt : keptEnd, members.at(-1)!.end)
    return cut
  }

  /**
   * The text of `[at, end)` with the edits carried out, in a buffer of its own. `compact`: without white space between tokens.
   * Default: as it is. `end` is that of `bytes` by default.
   */
  apply(
    bytes: Buffer,
    options: { readonly at?: number; readonly end?: number; readonly compact?: boolean } = {},
  ): Buffer {
    const { at = 0, end = bytes.length, compact = false } = options
    const edits = this.#edits.sort((a, b) => a.at - b.at || a.end - b.end)
    let room = end - at
    // Of UTF-8 at most.
    for (const { text } of edits) room += 3 * text.length
    const out = roomFor(room)
    const copy = compact ? compactInto : copyInto
    const begin = slabUsed
    let from = at
    let o = begin
    for (const edit of edits) {
      o = copy(bytes, from, edit.at, out, o)
      o = writeInto(edit.text, out, o)
      from = edit.end
    }
    slabUsed = copy(bytes, from, end, out, o)
    return out.subarray(begin, slabUsed)
  }
}

/** Texts are written one behind the other into one buffer: one for each costs more than a small text. Nothing of it is used again. */
const slabBytes = 64 * 1024
let slab = Buffer.alloc(0)
let slabUsed = 0

/** A buffer with room from `slabUsed` on. */
function roomFor(bytes: number): Buffer {
  if (slabUsed + bytes > slab.length) {
    slab = Buffer.allocUnsafeSlow(Math.max(bytes, slabBytes))
    slabUsed = 0
  }
  return slab
}

/** The text of a span without white space between its tokens. `loose`: whether there is any; else the bytes themselves are answered. */
export function compacted(bytes: Buffer, { at, end }: Span, loose: boolean): Buffer {
  return loose ? new Edits().apply(bytes, { at, end, compact: true }) : bytes.subarray(at, end)
}

/** Puts `text`, one member or several, in front of the members of the object that begins at `at`. */
export function insertFirst(at: number, members: readonly Member[], edits: Edits, text: string): void {
  edits.insert(at + 1, members.length === 0 ? text : `${text},`)
}

/** Below that a call costs more than a loop. */
const callBytesMin = 32

function copyInto(bytes: Buffer, at: number, end: number, out: Buffer, o: number): number {
  if (end - at >= callBytesMin) return o + bytes.copy(out, o, at, end)
  while (at < end) out[o++] = bytes[at++]!
  return o
}

/** Most of what is put in is ASCII, and either short or a marker. */
function writeInto(text: string, out: Buffer, o: number): number {
  if (text.length >= callBytesMin) return o + out.write(text, o)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return o + i + out.write(text.slice(i), o + i)
    out[o + i] = code
  }
  return o + text.length
}

function compactInto(bytes: Buffer, at: number, end: number, out: Buffer, o: number): number {
  while (at < end) {
    const byte = bytes[at++]!
    if (whiteSpace[byte] === 1) continue
    out[o++] = byte
    if (byte !== quote) continue
    for (;;) {
      while (at < end && plainInString[bytes[at]!] === 1) out[o++] = bytes[at++]!
      if (at >= end) break
      const next = (out[o++] = bytes[at++]!)
      if (next === quote) break
      out[o++] = bytes[at++]!
    }
  }
  return o
}
