/**
 * Renders the entries of one message for one backend and hands them to its outbox in runs:
 *
 *      memory   … | message: entry entry entry | … | output: rendered rendered rendered |
 *                                                    outputAt  ends[0]  ends[1]  ends[2]
 *
 * There is one encoder per process, since there is one memory. A run is handed over when it is as large as a batch, so that the
 * output stays in the processor's cache, and the next one begins at `outputAt` again.
 */
import { type ExpectedKey, malformed, noRoom, type Program, type StreamRuns } from '../engine/program.ts'
import type { Identifier } from '../identifier.ts'
import { batchBytesMax, batchEntriesMax } from '../limits.ts'
import { goEntriesMax, type Memory } from '../wire/memory.ts'
import type { Spans } from '../wire/spans.ts'
import type { Outbox } from './outbox.ts'
import type { Rejections } from './rejections.ts'

/** A program bound to a stream, and where its output goes. */
export interface Encoding {
  readonly program: Program
  readonly runs: StreamRuns
  readonly outbox: Outbox
  readonly stream: Identifier
}

export interface EncoderOptions {
  readonly memory: Memory
  readonly rejections: Rejections
}

export class Encoder {
  readonly #memory: Memory
  readonly #rejections: Rejections
  readonly #ends = new Int32Array(batchEntriesMax)
  /** What is rendered and not yet handed over: whose it is, how many entries, and where the next one goes. */
  #owner: Encoding | null = null
  #count = 0
  #out = 0

  constructor({ memory, rejections }: EncoderOptions) {
    this.#memory = memory
    this.#rejections = rejections
    this.#out = memory.outputAt
  }

  /**
   * Renders entries `[from, to)` and queues every one that can be rendered, at the latest with `finish`; the others are told to the
   * rejections. `entry_too_large`: an entry whose rendering does not fit into the whole output region. Never throws.
   */
  encode(encoding: Encoding, entries: Spans, from: number, to: number, receivedAtMs: number): void {
    this.#own(encoding)
    for (let i = from; i < to; ) {
      const many = this.#renderMany(encoding, entries, i, to, null)
      i += many
      if (many > 0) continue
      let end = this.#render(encoding, entries, i, receivedAtMs)
      if (end === noRoom && this.#count > 0) {
        this.#handOver()
        end = this.#render(encoding, entries, i, receivedAtMs)
      }
      if (end < 0) this.#reject(encoding.program, i, end)
      else this.#out = this.#ends[this.#count++] = end
      i++
    }
  }

  /** The same for the first entries of a message, as long as they have this key and go without a second look. Returns how many they are. */
  encodeWhile(encoding: Encoding, expected: ExpectedKey, entries: Spans): number {
    this.#own(encoding)
    let i = 0
    while (i < entries.count) {
      const many = this.#renderMany(encoding, entries, i, entries.count, expected)
      if (many === 0) break
      i += many
    }
    return i
  }

  /** Hands over what is rendered. */
  finish(): void {
    if (this.#count > 0) this.#handOver()
    this.#owner = null
  }

  #handOver(): void {
    const { outbox, stream } = this.#owner!
    outbox.put(this.#memory.bytes, this.#memory.outputAt, this.#ends, this.#count, stream)
    this.#count = 0
    this.#out = this.#memory.outputAt
  }

  /** What is rendered from now on is for this one. */
  #own(encoding: Encoding): void {
    if (this.#owner?.outbox !== encoding.outbox || this.#owner.stream !== encoding.stream) this.finish()
    this.#owner = encoding
  }

  #renderMany(
    { program, runs }: Encoding,
    entries: Spans,
    from: number,
    to: number,
    expected: ExpectedKey | null,
  ): number {
    const { outputAt, goEnds } = this.#memory
    const ends = this.#ends
    if (this.#count > ends.length - goEntriesMax || this.#out - outputAt >= batchBytesMax) this.#handOver()
    let many = 0
    try {
      many = program.renderMany(entries, from, to, this.#out, runs, outputAt + batchBytesMax, expected)
    } catch {
      // The entry at fault will show by itself.
    }
    if (many === 0) return 0
    const count = this.#count
    for (let i = 0; i < many; i++) ends[count + i] = goEnds[i]!
    this.#count = count + many
    this.#out = goEnds[many - 1]!
    return many
  }

  #render({ program, runs }: Encoding, entries: Spans, i: number, receivedAtMs: number): number {
    try {
      return program.render(entries.at[i]!, entries.end[i]!, this.#out, runs, receivedAtMs)
    } catch {
      // A fault of ours must not end the stream of an innocent proxy: it is counted, under a name of its own.
      return broken
    }
  }

  #reject(program: Program, index: number, answer: number): void {
    if (answer === malformed) this.#rejections.add(index, program.fault())
    else this.#rejections.add(index, answer === noRoom ? 'entry_too_large' : 'program_fault')
  }
}

/** The program threw. */
const broken = -3
