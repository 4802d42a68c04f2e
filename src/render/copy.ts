/**
 * Moving bytes inside the kernel's memory. The trick: four bytes at a time through the DataView, and no care for the end; up to
 * seven bytes behind the copy are overwritten with rubbish. That is right because output grows to the right only: whatever comes
 * next is written over it, and the memory keeps slack behind its regions. Defended by bench/render/copy.bench.ts.
 */
import type { Memory } from '../wire/memory.ts'
import type { Run } from './run.ts'

export interface Copy {
  /** Copies `[at, end)` to `o`; returns the position behind the copy. Source and target do not overlap. */
  copy(o: number, at: number, end: number): number
  /** The same, each white-space byte (space, \t, \n, \v, \f, \r) written as `_`. */
  copyClean(o: number, at: number, end: number): number
  /** The same for spaces only. */
  copySpaces(o: number, at: number, end: number): number
  /** Writes a run at `o`. */
  constant(o: number, run: Run): number
}

export function createCopy({ bytes, view }: Memory): Copy {
  return {
    copy(o, at, end) {
      const next = o + (end - at)
      for (; at < end; at += 8, o += 8) {
        view.setInt32(o, view.getInt32(at, true), true)
        view.setInt32(o + 4, view.getInt32(at + 4, true), true)
      }
      return next
    },
    copyClean(o, at, end) {
      while (at < end) {
        const byte = bytes[at++]!
        bytes[o++] = byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) ? 0x5f : byte
      }
      return o
    },
    copySpaces(o, at, end) {
      while (at < end) {
        const byte = bytes[at++]!
        bytes[o++] = byte === 0x20 ? 0x5f : byte
      }
      return o
    },
    constant(o, run) {
      const next = o + run[0]!
      for (let i = 1; o < next; i++, o += 4) view.setInt32(o, run[i]!, true)
      return next
    },
  }
}
