/**
 * The library: compile a format as Envoy would, and render entries with it. No server, no files.
 *
 *     const memory = createMemory({ inputBytesMax: 1 << 20, outputBytesMax: 1 << 20 })
 *     const { http } = compileFormat({ text: '%START_TIME% %REQ(:PATH)%\n' }, { memory })
 *     const line = renderEntry(http, memory, entryBytes)
 */
import { malformed, noRoom, type Program } from './engine/program.ts'
import { WireError } from './errors.ts'
import { type Identifier, unidentified } from './identifier.ts'
import type { Memory } from './wire/memory.ts'

export { type CompileFormatOptions, compileFormat, type FormatSpec } from './engine/compile-format.ts'
export { malformed, noRoom, type Program, type Programs, type StreamRuns } from './engine/program.ts'
export { ConfigError, type Fault, FormatError, WireError } from './errors.ts'
export { type Identifier, unidentified } from './identifier.ts'
export { createMemory, type Memory, type MemoryOptions } from './wire/memory.ts'

/**
 * Renders one entry, given as the bytes of an `HTTPAccessLogEntry` or `TCPAccessLogEntry`; the returned bytes are the caller's own.
 * For one entry now and then: those who render many lay whole messages into the memory and call `program.render` themselves.
 * Throws WireError when the entry is malformed (`code` says why), larger than the memory's input, or when its line is too large.
 */
export function renderEntry(
  program: Program,
  memory: Memory,
  entry: Uint8Array,
  stream: Identifier = unidentified,
): Uint8Array {
  if (entry.length > memory.inputBytesMax) {
    throw new WireError(
      'entry_too_large',
      `The entry has ${entry.length} bytes; the memory takes ${memory.inputBytesMax}.`,
    )
  }
  memory.bytes.set(entry, memory.inputAt)
  const end = program.render(
    memory.inputAt,
    memory.inputAt + entry.length,
    memory.outputAt,
    program.bindStream(stream),
    Date.now(),
  )
  if (end === malformed) throw new WireError(program.fault(), `The entry is malformed: ${program.fault()}.`)
  if (end === noRoom)
    throw new WireError('entry_too_large', 'The line may be larger than the output region of the memory.')
  return memory.bytes.slice(memory.outputAt, end)
}
