/**
 * The machine: one WebAssembly program for all formats, which reads tables (an image) instead of being generated. It renders entries as
 * Envoy writes them, at half the cost of generated JavaScript, and is hot for the second format already when the first one was; for
 * whatever else a protobuf reader has to put up with it answers `notMine`. Its code is in `assembly/`, what an image holds in
 * `layout.ts`, and who writes images is the engine.
 *
 * It works in the kernel's memory. There is room for one image, that of the last program: laying another costs a copy of some
 * kilobytes, which a message with twenty entries makes up for, and nothing has to be given back when a format goes.
 */
import type { Run } from '../render/run.ts'
import type { TimeFormatter } from '../render/time.ts'
import { goEntriesMax, type Memory } from '../wire/memory.ts'
import type { Spans } from '../wire/spans.ts'
import { type WebAssemblyModule, webAssembly } from '../wire/web-assembly.ts'
import { code } from './code.ts'
import { notMine, timeTextAt } from './layout.ts'

/** Writes the names of the flags in `mask` at `o`; `isHttp` is 0 when the entry has no protocol. */
export type FlagsWriter = (o: number, mask: number, isHttp: number) => number

/** The tables of one program. */
export interface Image {
  /** To be laid at `memory.imageAt`. */
  readonly words: Int32Array
  /** What its steps name by index. */
  readonly times: readonly TimeFormatter[]
  readonly flags: readonly FlagsWriter[]
}

/** Entries are told apart by the bytes of some of their fields; see `keys.ts`. */
export interface ExpectedKey {
  /** Bits of the fields that count. */
  readonly wanted: number
  /** The key, at most `keyBytesMax` long. */
  readonly bytes: Uint8Array
}

export interface MachineOptions {
  readonly memory: Memory
  /** See `render/json-string.ts`. */
  readonly jsonString: (o: number, at: number, end: number) => number
  readonly quote: (o: number, end: number) => number
}

export interface Machine {
  /**
   * Renders the entry at `[at, end)` of the memory at `out`. Returns the position behind the last byte written, or `notMine`; then
   * nothing before `out` was touched.
   */
  render(image: Image, runs: readonly Run[], at: number, end: number, out: number): number
  /**
   * Renders entries `[from, to)` side by side, until one begins at `stopAt` or later, or is not its own, or has another key than
   * `expected` (null: any will do), or there were `goEntriesMax`. Returns how many; their lines end at `memory.goEnds`. The image must be one that
   * compares the fields that make up the expected key.
   */
  renderMany(
    image: Image,
    runs: readonly Run[],
    entries: Spans,
    from: number,
    to: number,
    out: number,
    stopAt: number,
    expected: ExpectedKey | null,
  ): number
  /** For others who build on the machine's code. */
  readonly exports: Exports
}

export function createMachine({ memory, jsonString, quote }: MachineOptions): Machine {
  const { bytes, view, imageAt, runsAt, runsEnd, expectedAt, outputEnd, goSpans, goEnds } = memory
  const words = new Int32Array(bytes.buffer)
  let image: Image | null = null
  let runs: readonly Run[] | null = null
  let laidKey: ExpectedKey | null = null
  const exports = instantiate(memory, {
    jsonString,
    quote,
    flags: (index: number, o: number, mask: number, isHttp: number) => image!.flags[index]!(o, mask, isHttp),
    fillTime(index: number, line: number, second: number) {
      const formatter = image!.times[index]!
      const text = line + timeTextAt
      view.setBigInt64(line, BigInt(second), true)
      view.setInt32(line + 8, formatter.write(bytes, text, second, 0) - text, true)
      view.setInt32(line + 12, formatter.fractionAt(second), true)
    },
  })

  const { render, renderMany } = exports

  /** Lays length and address of each run, then their bytes; false when there is no room. */
  const layRuns = (given: readonly Run[]): boolean => {
    let at = runsAt + 8 * given.length
    if (at > runsEnd) return false
    for (let i = 0; i < given.length; i++) {
      const run = given[i]!
      if (at + 4 * run.length > runsEnd) return false
      view.setInt32(runsAt + 8 * i, run[0]!, true)
      view.setInt32(runsAt + 8 * i + 4, at, true)
      for (let word = 1; word < run.length; word++, at += 4) view.setInt32(at, run[word]!, true)
    }
    return true
  }

  /** Lays what is not there yet; false when the runs are too long. */
  const lay = (givenImage: Image, givenRuns: readonly Run[]): boolean => {
    if (givenImage !== image) {
      words.set(givenImage.words, imageAt >> 2)
      image = givenImage
      runs = null
    }
    if (givenRuns !== runs) {
      runs = null
      if (!layRuns(givenRuns)) return false
      runs = givenRuns
    }
    return true
  }

  const layKey = (given: ExpectedKey) => {
    bytes.set(given.bytes, expectedAt)
    laidKey = given
  }

  return {
    exports,
    render(givenImage, givenRuns, at, end, out) {
      return lay(givenImage, givenRuns) ? render(imageAt, runsAt, at, end, out, outputEnd) : notMine
    },
    renderMany(givenImage, givenRuns, { at, end }, from, to, out, stopAt, expected) {
      if (!lay(givenImage, givenRuns)) return 0
      if (expected !== null && expected !== laidKey) layKey(expected)
      const most = Math.min(to - from, goEntriesMax)
      for (let i = 0; i < most; i++) {
        goSpans[2 * i] = at[from + i]!
        goSpans[2 * i + 1] = end[from + i]!
      }
      const { byteOffset: spans } = goSpans
      const { byteOffset: ends } = goEnds
      const key = expected === null ? 0 : expectedAt
      const keyEnd = expected === null ? 0 : expectedAt + expected.bytes.length
      return renderMany(imageAt, runsAt, spans, most, out, outputEnd, stopAt, ends, key, keyEnd)
    },
  }
}

/** What `assembly/` gives. All numbers are positions in the memory, or unsigned. */
export interface Exports {
  readonly findContexts: (
    tables: number,
    table: number,
    wanted: number,
    prefix: bigint,
    prefixBytes: number,
    seed: number,
    spans: number,
    count: number,
    lines: number,
    scratch: number,
    contexts: number,
  ) => number
  readonly keyLength: () => number
  readonly remember: (seed: number, context: number, scratch: number) => void
  readonly render: (image: number, runs: number, at: number, end: number, out: number, outputEnd: number) => number
  readonly renderMany: (
    image: number,
    runs: number,
    spans: number,
    count: number,
    out: number,
    outputEnd: number,
    stopAt: number,
    ends: number,
    expected: number,
    expectedEnd: number,
  ) => number
}

function instantiate({ pages }: Memory, host: object): Exports {
  const instance = new webAssembly.Instance(compiled(), { env: { memory: pages }, host })
  return instance.exports as unknown as Exports
}

let module: WebAssemblyModule | null = null

/** Compiled once for all memories. */
function compiled(): WebAssemblyModule {
  module ??= new webAssembly.Module(Buffer.from(code, 'base64'))
  return module
}
