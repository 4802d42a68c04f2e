/**
 * The few messages of the gRPC door as bytes: the records of a request, the counts of an answer, and the details of a refusal that may be
 * repeated. Field tags come from `proto/`.
 *
 *     WriteRequest { repeated bytes records }        google.rpc.Status { code, message, details [ Any { type_url, value } ] }
 *     WriteResponse { counts }                       google.rpc.RetryInfo { retry_delay { seconds } }
 */
import { fieldBytes, MessageWriter, varintBytes } from '../../wire/message-writer.ts'
import { skipField } from '../../wire/skip.ts'
import { VarintReader } from '../../wire/varint.ts'
import type { Counts, Outcome } from '../intake/source.ts'

/** Field tags (`number << 3 | wire type`). */
export interface WriteTags extends Readonly<Record<Outcome, number>> {
  readonly records: number
  readonly code: number
  readonly message: number
  readonly details: number
  readonly typeUrl: number
  readonly value: number
  readonly retryDelay: number
  readonly seconds: number
}

const retryInfoUrl = Buffer.from('type.googleapis.com/google.rpc.RetryInfo')
const varint = new VarintReader()

/** The records of a request, borrowed from it; null when it is damaged. */
export function readWriteRequest(message: Buffer, { records: recordsTag }: WriteTags): readonly Buffer[] | null {
  const records: Buffer[] = []
  for (let at = 0; at < message.length; ) {
    if (!varint.read(message, at, message.length) || varint.value > 0xffff_ffff) return null
    const tag = varint.value
    at = varint.at
    const next = skipField(message, tag, at, message.length)
    if (next < 0) return null
    if (tag === recordsTag) {
      varint.read(message, at, next)
      records.push(message.subarray(varint.at, next))
    }
    at = next
  }
  return records
}

export function encodeWriteResponse(counts: Counts, tags: WriteTags): Uint8Array {
  const fields = outcomes.filter((outcome) => counts[outcome] > 0).map((each) => [tags[each], counts[each]] as const)
  return encodeVarints(fields)
}

const outcomes: readonly Outcome[] = ['accepted', 'filtered', 'quarantined', 'duplicate']

/** The value of `grpc-status-details-bin`: a Status that says when to come again. */
export function encodeRetryStatus(code: number, text: string, afterSeconds: number, tags: WriteTags): string {
  const words = Buffer.from(text)
  const delay = encodeVarints([[tags.seconds, afterSeconds]])
  const info = encodeField(tags.retryDelay, delay)
  const detailBytes = fieldBytes(tags.typeUrl, retryInfoUrl.length) + fieldBytes(tags.value, info.length)
  const codeField = encodeVarints([[tags.code, code]])
  const size = codeField.length + fieldBytes(tags.message, words.length) + fieldBytes(tags.details, detailBytes)
  const writer = new MessageWriter(size)
  writer.bytes(codeField)
  writer.field(tags.message, words)
  writer.open(tags.details, detailBytes)
  writer.field(tags.typeUrl, retryInfoUrl)
  writer.field(tags.value, info)
  return Buffer.from(writer.finish()).toString('base64').replace(/=+$/, '')
}

function encodeField(tag: number, bytes: Uint8Array): Uint8Array {
  const writer = new MessageWriter(fieldBytes(tag, bytes.length))
  writer.field(tag, bytes)
  return writer.finish()
}

function encodeVarints(fields: readonly (readonly [tag: number, value: number])[]): Uint8Array {
  const size = fields.reduce((sum, [tag, value]) => sum + varintBytes(tag) + varintBytes(value), 0)
  const writer = new MessageWriter(size)
  for (const each of fields) for (const value of each) writer.varint(value)
  return writer.finish()
}
