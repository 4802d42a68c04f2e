/** A record as one LogRecord of OpenTelemetry: when it came, and its JSON as the body. Who sent it stands in the resource. */
import { fieldBytes, MessageWriter } from '../../wire/message-writer.ts'

/** Field tags (`number << 3 | wire type`), out of `proto/`; each is one byte. */
export interface LogRecordTags {
  readonly observedTime: number
  readonly body: number
  readonly stringValue: number
}

/** `receivedAt`: RFC 3339. */
export function encodeLogRecord(record: Uint8Array, receivedAt: string, tags: LogRecordTags): Uint8Array {
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(BigInt(Date.parse(receivedAt)) * 1_000_000n)
  const value = fieldBytes(tags.stringValue, record.length)
  const writer = new MessageWriter(1 + time.length + fieldBytes(tags.body, value))
  writer.varint(tags.observedTime)
  writer.bytes(time)
  writer.open(tags.body, value)
  writer.field(tags.stringValue, record)
  return writer.finish()
}
