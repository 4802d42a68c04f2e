/**
 * Cuts one `StreamAccessLogsMessage` into its parts without decoding any: where the identifier lies, which kind of entries it
 * carries, and where each entry begins and ends. Everything is a position in the kernel's memory.
 *
 *     StreamAccessLogsMessage { identifier = 1; oneof log_entries { http_logs = 2; tcp_logs = 3 } }
 *     HTTPAccessLogEntries    { repeated log_entry = 1 }       TCPAccessLogEntries { repeated log_entry = 1 }
 */
import type { EntryKind } from '../pipeline/route.ts'
import { skipFault, skipField, varintFault, type WireFault } from '../wire/skip.ts'
import { Spans } from '../wire/spans.ts'
import { VarintReader } from '../wire/varint.ts'

/** Tags (field number << 3 | 2) of the fields that are looked for; `schema/` knows them and `app.ts` hands them in. */
export interface MessageTags {
  readonly identifier: number
  readonly httpLogs: number
  readonly tcpLogs: number
  readonly httpLogEntry: number
  readonly tcpLogEntry: number
}

/** What a message is made of. One object serves all messages: `cutMessage` fills it anew. */
export class MessageParts {
  /** None: no identifier. Several: the field was split on the wire; laid side by side the pieces are one message again. */
  readonly identifier = new Spans()
  /** Which member of `log_entries` is set; null when neither is. */
  kind: EntryKind | null = null
  readonly entries = new Spans()
  /** Why the rest of the message could not be cut; null when all of it could. What was cut before the damage stands. */
  fault: WireFault | null = null
}

const varint = new VarintReader()

/**
 * Cuts the message at `[at, end)` of `bytes` into `parts`, by protobuf's rules: fields in any order, a repeated sub-message is
 * merged (its entries follow), of the oneof the member that comes later on the wire wins and clears the other, unknown fields are
 * skipped. Never throws; damage is in `parts.fault`. Bytes behind `end` may be touched, never used.
 */
export function cutMessage(bytes: Uint8Array, at: number, end: number, tags: MessageTags, parts: MessageParts): void {
  parts.identifier.clear()
  parts.entries.clear()
  parts.kind = null
  parts.fault = null
  while (at < end) {
    const tag = readTag(bytes, at, end, parts)
    if (tag === noTag) return
    at = varint.at
    if (tag === tags.httpLogs || tag === tags.tcpLogs || tag === tags.identifier) {
      const fieldEnd = readEnd(bytes, at, end, parts)
      if (fieldEnd < 0) return
      at = varint.at
      if (tag === tags.identifier) parts.identifier.add(at, fieldEnd)
      else {
        const kind = tag === tags.httpLogs ? 'http' : 'tcp'
        if (parts.kind !== kind) parts.entries.clear()
        parts.kind = kind
        if (!cutEntries(bytes, at, fieldEnd, kind === 'http' ? tags.httpLogEntry : tags.tcpLogEntry, parts)) return
      }
      at = fieldEnd
    } else {
      at = skipUnknown(bytes, tag, at, end, parts)
      if (at < 0) return
    }
  }
}

function cutEntries(bytes: Uint8Array, at: number, end: number, entryTag: number, parts: MessageParts): boolean {
  while (at < end) {
    const tag = readTag(bytes, at, end, parts)
    if (tag === noTag) return false
    at = varint.at
    if (tag === entryTag) {
      const entryEnd = readEnd(bytes, at, end, parts)
      if (entryEnd < 0) return false
      parts.entries.add(varint.at, entryEnd)
      at = entryEnd
    } else {
      at = skipUnknown(bytes, tag, at, end, parts)
      if (at < 0) return false
    }
  }
  return true
}

/** Field number 0 does not exist, so no tag is 0. */
const noTag = 0

function readTag(bytes: Uint8Array, at: number, end: number, parts: MessageParts): number {
  if (!varint.read(bytes, at, end)) {
    parts.fault = varintFault(at, end)
    return noTag
  }
  if (varint.value > 7 && varint.value <= 0xffff_ffff) return varint.value
  parts.fault = 'tag'
  return noTag
}

/** Reads a length; returns where the field ends (its payload begins at `varint.at`), or -1. */
function readEnd(bytes: Uint8Array, at: number, end: number, parts: MessageParts): number {
  if (varint.read(bytes, at, end)) {
    const fieldEnd = varint.at + varint.value
    if (fieldEnd <= end) return fieldEnd
    parts.fault = 'truncated'
  } else parts.fault = varintFault(at, end)
  return -1
}

function skipUnknown(bytes: Uint8Array, tag: number, at: number, end: number, parts: MessageParts): number {
  const next = skipField(bytes, tag, at, end)
  if (next < 0) parts.fault = skipFault()
  return next
}
