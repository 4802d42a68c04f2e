/**
 * Items that lie whole in a piece of a body, which is the rule: they are judged at once, so that nobody has to look for their end first. A piece
 * is known by its view: one whose memory is used again needs another.
 */
import { isUtf8 } from 'node:buffer'
import { braceOpen } from './bytes.ts'
import type { PlainRun } from './plain-run.ts'
import type { WalkedObject } from './walked-object.ts'
import { Walker } from './walker.ts'

/** For the pieces of all bodies; whoever judges an item by itself has another. */
const walker = new Walker()

/**
 * The object that begins at `begin`, of `bytesMax` at most. Null: it goes on in the next piece, or is too long, or unusual, or none that can be
 * read, which only those who walk through it can tell.
 */
export function readWhole(piece: Buffer, begin: number, bytesMax: number): WalkedObject | null {
  const object = laid(piece, begin)?.read(begin) ?? null
  if (object === null) return null
  const { end } = object.span
  return end - begin <= bytesMax && (object.ascii || isUtf8(piece.subarray(begin, end))) ? object : null
}

/** The plain events of a list that begin at `begin`, none of them longer than `bytesMax`; `head` goes with them. Null: there is none. */
export function readPlainRun(piece: Buffer, begin: number, bytesMax: number, head: Buffer): PlainRun | null {
  return laid(piece, begin)?.readRun(begin, bytesMax, head) ?? null
}

/** Null: no object begins there. */
function laid(piece: Buffer, begin: number): Walker | null {
  if (piece[begin] !== braceOpen) return null
  if (!walker.has(piece)) walker.lay(piece)
  return walker
}
