/** Words for enum numbers: `GET`, `HTTP/1.1`. */
import { createRun } from './run.ts'

/**
 * The words as runs of equal room, one number after the other; a number without a word has length -1.
 *
 *     | length, bytes 0..3, bytes 4..7, … | length, bytes 0..3, … |      number n begins at n * stride
 */
export interface Words {
  readonly table: Int32Array
  readonly stride: number
  readonly count: number
}

export function createWords(names: readonly (readonly [number, string])[]): Words {
  const count = Math.max(-1, ...names.map(([number]) => number)) + 1
  const stride = 1 + Math.ceil(Math.max(0, ...names.map(([, name]) => name.length)) / 4)
  const table = new Int32Array(count * stride).fill(-1)
  for (const [number, name] of names) table.set(createRun(name), number * stride)
  return { table, stride, count }
}

/** Writes the word of `number` at `o`; returns the position behind it, or -1 when the number has none. */
export function writeWord(view: DataView, o: number, { table, stride, count }: Words, number: number): number {
  if (number >>> 0 >= count) return -1
  let i = number * stride
  const length = table[i]!
  if (length < 0) return -1
  const next = o + length
  for (; o < next; o += 4) view.setInt32(o, table[++i]!, true)
  return next
}
