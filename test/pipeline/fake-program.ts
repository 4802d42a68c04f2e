/**
 * A program small enough to see through: it writes the stream's run and the entry's own text. Texts with a meaning: `bad:<reason>`
 * is malformed, `size:<n>` renders as n bytes, `throw` throws, and `empty` renders as nothing.
 */
import { type ExpectedKey, malformed, noRoom, type Program, type StreamRuns } from '../../src/engine/program.ts'
import type { Identifier } from '../../src/identifier.ts'
import { createRun, type Run } from '../../src/render/run.ts'
import type { Memory } from '../../src/wire/memory.ts'
import { Spans } from '../../src/wire/spans.ts'

export class FakeProgram implements Program {
  readonly plan = undefined as never
  readonly source = ''
  readonly unfit = null
  readonly bindsStream = true
  /** Identifiers that were bound, in order. */
  readonly bound: Identifier[] = []
  readonly #memory: Memory
  readonly #label: string
  #fault = ''

  constructor(memory: Memory, label = '') {
    this.#memory = memory
    this.#label = label
  }

  bindStream(stream: Identifier): StreamRuns {
    this.bound.push(stream)
    return [createRun(`${this.#label}${stream.nodeId}:`)]
  }

  /** Only if a key is expected: entries that begin with it, until there is one with a meaning. */
  renderMany(
    { at, end }: Spans,
    from: number,
    to: number,
    out: number,
    runs: StreamRuns,
    _stopAt: number,
    expected: ExpectedKey | null = null,
  ): number {
    if (expected === null) return 0
    const { bytes, goEnds } = this.#memory
    const { length } = expected.bytes
    let count = 0
    for (let i = from; i < to; i++) {
      if (Buffer.compare(bytes.subarray(at[i]!, at[i]! + length), expected.bytes) !== 0) break
      const next = this.render(at[i]!, end[i]!, out, runs)
      if (next < 0) break
      goEnds[count++] = out = next
    }
    return count
  }

  render(at: number, end: number, out: number, runs: StreamRuns): number {
    const { bytes, outputEnd } = this.#memory
    const text = Buffer.from(bytes.subarray(at, end)).toString()
    const [word, argument = ''] = text.split(':')
    if (word === 'throw') throw new Error('a bug in a renderer')
    if (word === 'bad') {
      this.#fault = argument
      return malformed
    }
    const rendered =
      word === 'size' ? Buffer.alloc(Number(argument), 0x2e) : Buffer.concat([runBytes(runs[0]!), Buffer.from(text)])
    const used = word === 'empty' ? rendered.subarray(0, 0) : rendered
    if (out + used.length > outputEnd) return noRoom
    bytes.set(used, out)
    return out + used.length
  }

  fault(): string {
    return this.#fault
  }
}

/** The bytes behind the length. */
const runBytes = (run: Run) => Buffer.from(run.buffer, 4, run[0])

/** Lays a message of these entries into the memory. */
export function layIn(memory: Memory, entries: readonly string[]): Spans {
  const spans = new Spans()
  let at = memory.inputAt
  for (const entry of entries) {
    const bytes = Buffer.from(entry)
    memory.bytes.set(bytes, at)
    spans.add(at, at + bytes.length)
    at += bytes.length
  }
  return spans
}
