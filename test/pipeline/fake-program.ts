/**
 * A program small enough to see through: it writes the stream's run and the entry's own text. Texts with a meaning: `bad:<reason>`
 * is malformed, `size:<n>` renders as n bytes, `throw` throws, and `empty` renders as nothing.
 */
import { malformed, noRoom, type Program } from '../../src/engine/program.ts'
import type { Identifier } from '../../src/identifier.ts'
import type { Memory } from '../../src/wire/memory.ts'
import { Spans } from '../../src/wire/spans.ts'

export class FakeProgram implements Program {
  readonly plan = undefined as never
  readonly source = ''
  /** Identifiers that were bound, in order. */
  readonly bound: Identifier[] = []
  readonly #memory: Memory
  readonly #label: string
  #fault = ''

  constructor(memory: Memory, label = '') {
    this.#memory = memory
    this.#label = label
  }

  bindStream(stream: Identifier): readonly Uint8Array[] {
    this.bound.push(stream)
    return [Buffer.from(`${this.#label}${stream.nodeId}:`)]
  }

  render(at: number, end: number, out: number, runs: readonly Uint8Array[]): number {
    const { bytes, outputEnd } = this.#memory
    const text = Buffer.from(bytes.subarray(at, end)).toString()
    const [word, argument = ''] = text.split(':')
    if (word === 'throw') throw new Error('a bug in a renderer')
    if (word === 'bad') {
      this.#fault = argument
      return malformed
    }
    const rendered =
      word === 'size' ? Buffer.alloc(Number(argument), 0x2e) : Buffer.concat([runs[0]!, Buffer.from(text)])
    const used = word === 'empty' ? rendered.subarray(0, 0) : rendered
    if (out + used.length > outputEnd) return noRoom
    bytes.set(used, out)
    return out + used.length
  }

  fault(): string {
    return this.#fault
  }
}

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
