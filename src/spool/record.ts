/**
 * One batch as one record: the layout, and both ways across it. Numbers are little-endian; lengths and counts have 4 bytes.
 *
 *      0          4          8          12         16                    24         28         32         36         40
 *      | magic    | CRC of   | CRC of   | bytes of | number of its first | entries  | groups   | streams  | bytes of | body …
 *      | 8a S P 1 | 8 to 40  | the body | the body | entry (8 bytes)     |          |          |          | entries  |
 *
 *      body = entry ends     4 × entries
 *             groups         (first entry, index of its stream) × groups
 *             streams        (length, UTF-8) × logName, nodeId, nodeCluster, nodeZone, resource attributes (JSON) × streams
 *             entries        as rendered, side by side
 *
 * Both sums begin with the salt of the segment (see `spool.ts`), so bytes that an old segment left on the disk, or that somebody
 * has put into a log line, are no record. A stream is written once, however often the groups change between streams.
 */
import type { Batch, Group } from '../batch.ts'
import { spoolRecordBytesMax } from '../limits.ts'
import { crc32c } from './crc32c.ts'

export const recordMagic = Buffer.from([0x8a, 0x53, 0x50, 0x31])
export const headBytes = 40

const endBytes = 4
const groupBytes = 8
const textsPerStream = 5

type Stream = Group['stream']

/** What a sound head says. */
export interface RecordHead {
  /** Entries are numbered from 0 in the order of their life in one folder; this is the first of the record. */
  readonly number: number
  readonly entries: number
  readonly groups: number
  readonly streams: number
  readonly entryBytes: number
  readonly bodyBytes: number
  readonly bodyCrc: number
}

/** A record that has no number yet. `entryBytes` are the batch's own and borrowed; everything before them is in `front`. */
export interface RecordDraft {
  readonly front: Buffer
  readonly entryBytes: Uint8Array
  readonly entries: number
  /** Of the whole record, in bytes. */
  readonly length: number
}

/** What a batch takes on disk, in bytes. */
export function recordBytesOf(batch: Batch): number {
  let bytes = headBytes + batch.entryEnds.length * endBytes + batch.groups.length * groupBytes + lastEnd(batch)
  for (const stream of streamsOf(batch)) for (const text of textsOf(stream)) bytes += 4 + Buffer.byteLength(text)
  return bytes
}

/** The batch has at least one entry. */
export function draftRecord(batch: Batch): RecordDraft {
  const streams = [...streamsOf(batch)]
  const indexes = new Map(streams.map((stream, i) => [stream, i]))
  const entries = batch.entryEnds.length
  const entryBytes = batch.bytes.subarray(0, lastEnd(batch))
  const length = recordBytesOf(batch)
  const front = Buffer.alloc(length - entryBytes.length)
  recordMagic.copy(front)
  front.writeUInt32LE(length - headBytes, 12)
  front.writeUInt32LE(entries, 24)
  front.writeUInt32LE(batch.groups.length, 28)
  front.writeUInt32LE(streams.length, 32)
  front.writeUInt32LE(entryBytes.length, 36)
  let at = headBytes
  for (let i = 0; i < entries; i++) at = front.writeUInt32LE(batch.entryEnds[i]!, at)
  for (const { firstEntry, stream } of batch.groups) {
    at = front.writeUInt32LE(firstEntry, at)
    at = front.writeUInt32LE(indexes.get(stream)!, at)
  }
  for (const text of streams.flatMap(textsOf)) {
    const bytes = front.write(text, at + 4)
    at = front.writeUInt32LE(bytes, at) + bytes
  }
  return { front, entryBytes, entries, length }
}

/** The record as it is written. May be called anew, for another place. */
export function sealRecord({ front, entryBytes }: RecordDraft, number: number, salt: number): readonly Uint8Array[] {
  front.writeBigUInt64LE(BigInt(number), 16)
  front.writeUInt32LE(crc32c(entryBytes, crc32c(front.subarray(headBytes), salt)), 8)
  front.writeUInt32LE(crc32c(front.subarray(8, headBytes), salt), 4)
  return entryBytes.length === 0 ? [front] : [front, entryBytes]
}

/** `bytes` begin with the head. Undefined when that is none, or not sound. */
export function readHead(bytes: Buffer, salt: number): RecordHead | undefined {
  if (bytes.length < headBytes || bytes.compare(recordMagic, 0, 4, 0, 4) !== 0) return undefined
  if (bytes.readUInt32LE(4) !== crc32c(bytes.subarray(8, headBytes), salt)) return undefined
  const head = {
    bodyCrc: bytes.readUInt32LE(8),
    bodyBytes: bytes.readUInt32LE(12),
    number: Number(bytes.readBigUInt64LE(16)),
    entries: bytes.readUInt32LE(24),
    groups: bytes.readUInt32LE(28),
    streams: bytes.readUInt32LE(32),
    entryBytes: bytes.readUInt32LE(36),
  }
  return head.bodyBytes <= spoolRecordBytesMax ? head : undefined
}

/** The batch of a body, in the body's memory. Undefined when it is not what its head says. */
export function readBody(head: RecordHead, body: Buffer, salt: number): Batch | undefined {
  if (body.length !== head.bodyBytes || crc32c(body, salt) !== head.bodyCrc) return undefined
  const entryEnds = new Uint32Array(head.entries)
  let at = 0
  for (let i = 0; i < head.entries; i++, at += endBytes) entryEnds[i] = body.readUInt32LE(at)
  const groupsAt = at
  at += head.groups * groupBytes
  const streams = Array.from({ length: head.streams }, (): Stream => {
    const texts = Array.from({ length: textsPerStream }, () => {
      const from = at + 4
      at = from + body.readUInt32LE(at)
      return body.toString('utf8', from, at)
    })
    return streamOf(texts)
  })
  const groups = Array.from({ length: head.groups }, (_, i): Group => {
    const group = groupsAt + i * groupBytes
    return { firstEntry: body.readUInt32LE(group), stream: streams[body.readUInt32LE(group + 4)]! }
  })
  return { bytes: body.subarray(at), entryEnds, groups }
}

/** The batch without its first entries, which are fewer than all; in the same memory. */
export function withoutFirst(batch: Batch, entries: number): Batch {
  if (entries === 0) return batch
  const start = batch.entryEnds[entries - 1]!
  const groups = batch.groups
    .filter((_, i) => (batch.groups[i + 1]?.firstEntry ?? batch.entryEnds.length) > entries)
    .map(({ firstEntry, stream }) => ({ firstEntry: Math.max(0, firstEntry - entries), stream }))
  return {
    bytes: batch.bytes.subarray(start),
    entryEnds: batch.entryEnds.slice(entries).map((end) => end - start),
    groups,
  }
}

function lastEnd({ entryEnds }: Batch): number {
  return entryEnds.at(-1) ?? 0
}

function streamsOf({ groups }: Batch): Set<Stream> {
  return new Set(groups.map(({ stream }) => stream))
}

/** What destinations need of a stream; empty texts stand for what there is not. */
function textsOf({ logName, nodeId, nodeCluster, nodeZone = '', resourceAttributes = [] }: Stream): string[] {
  const attributes = resourceAttributes.length === 0 ? '' : JSON.stringify(resourceAttributes)
  return [logName, nodeId, nodeCluster, nodeZone, attributes]
}

function streamOf([logName = '', nodeId = '', nodeCluster = '', nodeZone, attributes]: readonly string[]): Stream {
  return {
    logName,
    nodeId,
    nodeCluster,
    ...(nodeZone ? { nodeZone } : {}),
    ...(attributes ? { resourceAttributes: JSON.parse(attributes) as [string, string][] } : {}),
  }
}
