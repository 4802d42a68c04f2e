/**
 * The memory that the kernel works in: one buffer for input, scratch and output, so that generated code sees one typed array and
 * one DataView that never change (the engine compiles their address into the machine code), and idle streams hold nothing.
 *
 *      0       slotsAt  imageAt runsAt  inputAt               scratchAt          outputAt             bytes.length
 *      | guard | slots  | image | runs… | one message + slack | derived values   | rendered entries   |
 *
 * Slots, image, runs and what follows them are the machine's (`machine/machine.ts`); since it is WebAssembly, the buffer is that of a WebAssembly memory.
 *
 * Positions are plain numbers into `bytes`; 0 never is a position, so a slot that holds 0 is an absent field. Everything is used
 * synchronously: a message is laid in, its entries are rendered, the caller copies the output away, and the next message comes.
 * The operating system hands out the pages as they are touched, so a large bound costs nothing until it is used.
 */

import { type WebAssemblyMemory, webAssembly } from './web-assembly.ts'

/** Readable bytes behind the largest message: an over-long varint or a word-wise copy may read, never use, this far beyond. */
const slackBytes = 64
const guardBytes = 64

/** Of WebAssembly. */
const pageBytes = 65_536

/** Room for the machine, in bytes. A format that needs more is rendered without it. */
const slotsBytesMax = 16 * 1024
const imageBytesMax = 128 * 1024
const runsBytesMax = 64 * 1024
const keysBytesMax = 144 * 1024
const expectedBytesMax = 1024

/** Entries that the machine renders in one go. */
export const goEntriesMax = 1024

export interface Memory {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Where a message is laid in; up to `inputBytesMax` bytes. */
  readonly inputAt: number
  readonly inputBytesMax: number
  /** Room for values that are made of others (a cleaned string, a composed JSON string). */
  readonly scratchAt: number
  /** Where the machine notes what it finds; where the image of a program lies; where the runs of a stream do. */
  readonly slotsAt: number
  readonly slotsEnd: number
  readonly imageAt: number
  readonly imageEnd: number
  readonly runsAt: number
  readonly runsEnd: number
  /** Where the machine keeps keys of entries, and where the one lies that entries are expected to have. */
  readonly keysAt: number
  readonly keysEnd: number
  readonly expectedAt: number
  /** The positions of entries that are rendered in one go, two numbers each; and where their lines end. */
  readonly goSpans: Int32Array
  readonly goEnds: Int32Array
  /** What `bytes` and `view` look into. It never grows. */
  readonly pages: WebAssemblyMemory
  /** Where rendered entries begin. */
  readonly outputAt: number
  /** Exclusive end of the output that callers may use; slack follows it. */
  readonly outputEnd: number
}

/** Largest message and largest run of output, in bytes. */
export interface MemoryOptions {
  readonly inputBytesMax: number
  readonly outputBytesMax: number
}

export function createMemory({ inputBytesMax, outputBytesMax }: MemoryOptions): Memory {
  const align = (n: number) => (n + 63) & ~63
  const slotsAt = guardBytes
  const slotsEnd = slotsAt + slotsBytesMax
  const imageAt = slotsEnd + guardBytes
  const imageEnd = imageAt + imageBytesMax
  const runsAt = imageEnd + guardBytes
  const runsEnd = runsAt + runsBytesMax
  const keysAt = runsEnd + guardBytes
  const keysEnd = keysAt + keysBytesMax
  const expectedAt = keysEnd + guardBytes
  const goSpansAt = expectedAt + expectedBytesMax
  const goEndsAt = goSpansAt + 8 * goEntriesMax
  const inputAt = goEndsAt + 4 * goEntriesMax + guardBytes
  const scratchAt = align(inputAt + inputBytesMax + slackBytes)
  const outputAt = align(scratchAt + outputBytesMax + slackBytes)
  const outputEnd = outputAt + outputBytesMax
  const pageCount = Math.ceil((outputEnd + slackBytes) / pageBytes)
  const pages = new webAssembly.Memory({ initial: pageCount, maximum: pageCount })
  const { buffer } = pages
  return {
    bytes: new Uint8Array(buffer),
    view: new DataView(buffer),
    slotsAt,
    slotsEnd,
    imageAt,
    imageEnd,
    runsAt,
    runsEnd,
    keysAt,
    keysEnd,
    expectedAt,
    goSpans: new Int32Array(buffer, goSpansAt, 2 * goEntriesMax),
    goEnds: new Int32Array(buffer, goEndsAt, goEntriesMax),
    pages,
    inputAt,
    inputBytesMax,
    scratchAt,
    outputAt,
    outputEnd,
  }
}
