/**
 * The engine without a network: the messages of a capture go through the same cutting and rendering as a stream's, and the lines
 * come out.
 */
import { cutMessage, MessageParts } from '../als/message.ts'
import { malformed, noRoom, type Program, type Programs, type StreamRuns } from '../engine/program.ts'
import { WireError } from '../errors.ts'
import type { Kernel } from '../kernel.ts'

export interface RenderOptions {
  readonly kernel: Kernel
  readonly programs: Programs
  readonly entries: 'all' | 'http' | 'tcp'
  /** Milliseconds since the epoch that stand for the arrival of every message. */
  readonly receivedAtMs: number
  /** Takes rendered bytes, which are borrowed until it resolves. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** An entry, by its 1-based number in the capture, that has no line, and why. */
  readonly complain: (entry: number, reason: string) => void
}

export class CaptureRenderer {
  readonly #options: RenderOptions
  readonly #parts = new MessageParts()
  #identifier
  readonly #runs = new Map<Program, StreamRuns>()
  #entry = 0
  #complaints = 0

  constructor(options: RenderOptions) {
    this.#options = options
    // The identifier of a stream that names nobody is an empty message.
    this.#identifier = options.kernel.decodeIdentifier(new Uint8Array(0))
  }

  /** What went wrong, so far: entries without a line, and damaged identifiers. */
  get complaints(): number {
    return this.#complaints
  }

  async render(message: Uint8Array): Promise<void> {
    const { kernel, entries, programs } = this.#options
    const { bytes, inputAt, inputBytesMax } = kernel.memory
    if (message.length > inputBytesMax) {
      this.#complain(`its message of ${message.length} bytes is above the limit of ${inputBytesMax} bytes`)
      return
    }
    bytes.set(message, inputAt)
    const parts = this.#parts
    cutMessage(bytes, inputAt, inputAt + message.length, kernel.tags, parts)
    if (parts.identifier.count > 0) this.#identify()
    if (parts.kind !== null && parts.entries.count > 0) {
      if (entries === 'all' || entries === parts.kind) await this.#renderEntries(programs[parts.kind])
      else this.#entry += parts.entries.count
    }
    if (parts.fault !== null) this.#complain(`the rest of its message is damaged (${parts.fault})`)
  }

  /** A capture may join several streams: each first message says who speaks from there on; a damaged name leaves the last one. */
  #identify(): void {
    const { kernel, complain } = this.#options
    const { at, end, count } = this.#parts.identifier
    const pieces = Array.from({ length: count }, (_, i) => kernel.memory.bytes.subarray(at[i], end[i]))
    try {
      this.#identifier = kernel.decodeIdentifier(Buffer.concat(pieces))
      this.#runs.clear()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#complaints++
      complain(this.#entry + 1, `its message names nobody: ${error.message}`)
    }
  }

  async #renderEntries(program: Program): Promise<void> {
    const { kernel, receivedAtMs, write } = this.#options
    const { bytes, outputAt } = kernel.memory
    const { at, end, count } = this.#parts.entries
    const runs = this.#bind(program)
    let out = outputAt
    for (let i = 0; i < count; i++) {
      let next = program.render(at[i]!, end[i]!, out, runs, receivedAtMs)
      if (next === noRoom && out > outputAt) {
        await write(bytes.subarray(outputAt, out))
        out = outputAt
        next = program.render(at[i]!, end[i]!, out, runs, receivedAtMs)
      }
      if (next === malformed) this.#complain(program.fault())
      else if (next === noRoom) this.#complain('entry_too_large')
      else out = next
      if (next >= 0) this.#entry++
    }
    if (out > outputAt) await write(bytes.subarray(outputAt, out))
  }

  #bind(program: Program): StreamRuns {
    let runs = this.#runs.get(program)
    if (!runs) {
      runs = program.bindStream(this.#identifier)
      this.#runs.set(program, runs)
    }
    return runs
  }

  #complain(reason: string): void {
    this.#complaints++
    this.#entry++
    this.#options.complain(this.#entry, reason)
  }
}
