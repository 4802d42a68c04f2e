/** Faults that name only their path get the line and column of the text that says it. */
import type { LineCounter, Node } from 'yaml'
import type { Fault } from '../errors.ts'
import { locate } from './locate.ts'

/** A document as the parser left it: `root` holds positions in `text`. */
export interface PlacedText {
  readonly root: Node | null
  readonly text: string
  readonly lineCounter: LineCounter
}

/** Faults whose cause is that the key is there; the others are about its value. */
const aboutKey = new Set(['unknown_key', 'unsupported_key', 'wrong_key', 'conflict', 'unused'])

/** The same fault with its place. */
export function placeFault(fault: Fault, { root, text, lineCounter }: PlacedText): Fault {
  const at = aboutKey.has(fault.code) ? { key: true } : fault.excerpt ? { index: fault.excerpt.index } : {}
  return { ...fault, ...positionOf(locate(root, text, fault.path, at), { text, lineCounter }) }
}

/** Line and column, 1-based; the column in code points. */
export function positionOf(
  offset: number,
  { text, lineCounter }: Omit<PlacedText, 'root'>,
): { line: number; column: number } {
  const { line, col } = lineCounter.linePos(offset)
  const units = Math.max(0, col - 1)
  return { line: Math.max(1, line), column: [...text.slice(offset - units, offset)].length + 1 }
}
