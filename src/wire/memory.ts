/**
 * The memory that the kernel works in: one buffer for input, scratch and output, so that generated code sees one typed array and
 * one DataView that never change (the engine compiles their address into the machine code), and idle streams hold nothing.
 *
 *      0        inputAt               scratchAt              outputAt               bytes.length
 *      | guard  | one message + slack | derived values       | rendered entries     |
 *
 * Positions are plain numbers into `bytes`; 0 never is a position, so a slot that holds 0 is an absent field. Everything is used
 * synchronously: a message is laid in, its entries are rendered, the caller copies the output away, and the next message comes.
 * The operating system hands out the pages as they are touched, so a large bound costs nothing until it is used.
 */

/** Readable bytes behind the largest message: an over-long varint or a word-wise copy may read, never use, this far beyond. */
const slackBytes = 64
const guardBytes = 64

export interface Memory {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Where a message is laid in; up to `inputBytesMax` bytes. */
  readonly inputAt: number
  readonly inputBytesMax: number
  /** Room for values that are made of others (a cleaned string, a composed JSON string). */
  readonly scratchAt: number
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
  const inputAt = guardBytes
  const scratchAt = align(inputAt + inputBytesMax + slackBytes)
  const outputAt = align(scratchAt + outputBytesMax + slackBytes)
  const outputEnd = outputAt + outputBytesMax
  const buffer = new ArrayBuffer(align(outputEnd + slackBytes))
  return {
    bytes: new Uint8Array(buffer),
    view: new DataView(buffer),
    inputAt,
    inputBytesMax,
    scratchAt,
    outputAt,
    outputEnd,
  }
}
