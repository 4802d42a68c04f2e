/** Log records as the engine would render them, encoded by protobufjs, and batches of them. */
import { fileURLToPath } from 'node:url'
import type { Batch, Group } from '../../../src/batch.ts'
import { type Identifier, unidentified } from '../../../src/identifier.ts'
import { readProtoFolder } from '../../../src/schema/load.ts'

const root = readProtoFolder(fileURLToPath(new URL('../../../proto', import.meta.url)))
const logRecord = root.lookupType('opentelemetry.proto.logs.v1.LogRecord')

/** `fields`: as in `proto/`, in snake_case. */
export function record(fields: object): Uint8Array {
  return logRecord.encode(logRecord.fromObject(fields)).finish()
}

export function textRecord(text: string): Uint8Array {
  return record({ body: { string_value: text } })
}

/** A batch with these entries, stream by stream. */
export function batchOfStreams(runs: readonly (readonly [Identifier, readonly Uint8Array[]])[]): Batch {
  const entries = runs.flatMap(([, records]) => records)
  const ends = new Uint32Array(entries.length)
  let end = 0
  for (const [i, { length }] of entries.entries()) ends[i] = end += length
  const groups: Group[] = []
  let firstEntry = 0
  for (const [stream, { length }] of runs) {
    if (length > 0) groups.push({ firstEntry, stream })
    firstEntry += length
  }
  return { bytes: new Uint8Array(Buffer.concat(entries)), entryEnds: ends, groups }
}

export function batchOfTexts(texts: readonly string[], stream: Identifier = unidentified): Batch {
  return batchOfStreams([[stream, texts.map(textRecord)]])
}
