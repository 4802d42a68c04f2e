/** LogRecords for tests: entries in, objects out, as protobufjs decodes them from `proto/`. */
import { fileURLToPath } from 'node:url'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { malformed, noRoom } from '../../src/engine/program.ts'
import type { LogRecordFormat } from '../../src/format/log-record.ts'
import { unidentified } from '../../src/identifier.ts'
import { readProtoFolder } from '../../src/schema/load.ts'
import { type EntryKind, memory, type RenderOptions } from './entries.ts'

const proto = readProtoFolder(fileURLToPath(new URL('../../proto', import.meta.url)))
const LogRecord = proto.lookupType('opentelemetry.proto.logs.v1.LogRecord')

export interface RecordOptions extends RenderOptions {
  readonly receivedAtMs?: number
}

/** Compiles once. What follows a fault is told in angle brackets. */
export function recorder(format: LogRecordFormat, { stream, receivedAtMs = 0, ...options }: RecordOptions = {}) {
  const programs = compileFormat({ otlp: format }, { ...options, memory })
  return (kind: EntryKind, entry: Uint8Array): Uint8Array => {
    const program = programs[kind]
    memory.bytes.set(entry, memory.inputAt)
    const runs = program.bindStream(stream ?? unidentified)
    const out = program.render(memory.inputAt, memory.inputAt + entry.length, memory.outputAt, runs, receivedAtMs)
    if (out === malformed || out === noRoom) throw new Error(out === noRoom ? 'no room' : program.fault())
    return memory.bytes.slice(memory.outputAt, out)
  }
}

/**
 * The record as an object: numbers of 64 bits in decimal, bytes in base64. Throws when the bytes are not those that protobufjs itself
 * writes for it, which a string that is no UTF-8 would not be either.
 */
export function decodeRecord(bytes: Uint8Array): Record<string, unknown> {
  const message = LogRecord.decode(bytes)
  const again = LogRecord.encode(message).finish()
  if (!Buffer.from(again).equals(bytes)) {
    throw new Error(
      `${Buffer.from(bytes).toString('hex')} is written by protobufjs as ${Buffer.from(again).toString('hex')}`,
    )
  }
  return LogRecord.toObject(message, { longs: String, bytes: String })
}
