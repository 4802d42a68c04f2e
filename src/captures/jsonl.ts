/**
 * Reads `.jsonl` captures: one `StreamAccessLogsMessage` in proto3 JSON a line, as people write and change them by hand.
 */
import { ConfigError } from '../errors.ts'
import { jsonLineBytesMax } from '../limits.ts'
import type { Schema } from '../schema/field-path.ts'
import { encodeJsonMessage } from '../schema/json.ts'
import { parseJson } from '../schema/json-text.ts'
import { FileReader } from './file-reader.ts'

const newline = 0x0a
const messageName = 'envoy.service.accesslog.v3.StreamAccessLogsMessage'

interface JsonlOptions {
  /** Longest line, in bytes. Default: `limits.jsonLineBytesMax`. */
  readonly lineBytesMax?: number
}

/**
 * The messages of the file at `path` in binary, in order; each is the caller's own. Empty lines are passed over. Throws ConfigError
 * for a line that is no such message: all faults of that line, each with its number (`line`) and a `path` that begins
 * with `file:line`. What came before was given already. File errors pass through.
 */
export function* readJsonl(
  path: string,
  schema: Schema,
  options: JsonlOptions = {},
): Generator<Uint8Array, void, undefined> {
  const lineBytesMax = options.lineBytesMax ?? jsonLineBytesMax
  const file = new FileReader(path)
  try {
    for (let line = 1; ; line++) {
      const bytes = file.takeUntil(newline, lineBytesMax)
      if (bytes === null) return
      if (bytes.length > lineBytesMax) throw tooLong(`${path}:${line}`, line, lineBytesMax)
      const text = (line === 1 ? withoutMark(bytes) : bytes).toString('utf8')
      if (text.trim() !== '') yield encodeLine(text, schema, `${path}:${line}`, line)
    }
  } finally {
    file.close()
  }
}

function encodeLine(text: string, schema: Schema, place: string, line: number): Uint8Array {
  try {
    return encodeJsonMessage(schema, messageName, parseJson(text))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const faults = error.faults.map((fault) => ({
      ...fault,
      path: fault.path === '' ? place : `${place}: ${fault.path}`,
      line,
    }))
    throw new ConfigError(faults, { cause: error })
  }
}

function tooLong(path: string, line: number, bytesMax: number): ConfigError {
  const message = `This line is longer than ${bytesMax} bytes. Is the file JSON Lines, one message a line?`
  return new ConfigError([{ code: 'line_too_long', path, message, line }])
}

/** Some editors begin a UTF-8 file with a byte order mark. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}
