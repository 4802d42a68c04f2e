/**
 * What a replay sends: the messages of captures, each with the number of its entries, and how often. Reads nothing from the network.
 */
import { cutMessage, MessageParts } from '../als/message.ts'
import { openCapture } from '../captures/open.ts'
import type { Kernel } from '../kernel.ts'

export interface PlannedMessage {
  readonly bytes: Buffer
  readonly entries: number
  /**
   * The message as it is sent again on the same stream: without the identifier, which a proxy gives only once. The same bytes when
   * there is none.
   */
  readonly again: Buffer
}

/** All messages of one capture, held in memory: reading must not be what is measured. */
export async function planCapture(path: string, kernel: Kernel): Promise<PlannedMessage[]> {
  const messages: PlannedMessage[] = []
  const parts = new MessageParts()
  for await (const message of openCapture(path)) {
    const bytes = Buffer.from(message)
    cutMessage(bytes, 0, bytes.length, kernel.tags, parts)
    messages.push({
      bytes,
      entries: parts.entries.count,
      again: withoutIdentifier(bytes, parts, kernel.tags.identifier),
    })
  }
  return messages
}

/** Cuts the identifier out where tag and length stand before it in their shortest form, as every encoder writes them. */
function withoutIdentifier(bytes: Buffer, { identifier, fault }: MessageParts, tag: number): Buffer {
  if (identifier.count !== 1 || fault !== null) return bytes
  const at = identifier.at[0]!
  const end = identifier.end[0]!
  const header = [...varint(tag), ...varint(end - at)]
  const from = at - header.length
  if (from < 0 || !bytes.subarray(from, at).equals(Buffer.from(header))) return bytes
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)])
}

function varint(n: number): number[] {
  return n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]
}
