/**
 * The body of a POST, cut into items while it arrives. It is read no faster than the source takes its items, and no longer than its time; what is
 * left of one that is refused stays unread.
 */
import type { IncomingMessage } from 'node:http'
import { auditBodyBytesMax } from '../../limits.ts'
import type { Delivery } from '../intake/source.ts'
import { BodySplitter } from '../json/body-splitter.ts'
import { JsonError } from '../json/json-error.ts'
import { LineSplitter } from '../json/line-splitter.ts'
import { type Answer, refusal } from './answers.ts'

export interface ReadBodyOptions {
  /** How the bodies of the source are cut. */
  readonly lists: boolean
  /** Waits until the source has room for more. Resolves with null, or with what is said when it has none. */
  readonly room: () => Promise<Answer | null>
}

/** Null: all of it has been taken. */
export async function readBody(
  request: IncomingMessage,
  delivery: Delivery,
  { lists, room }: ReadBodyOptions,
): Promise<Answer | null> {
  const lines = isJsonLines(request.headers['content-type'])
  const options = { lists }
  const splitter = lines ? new LineSplitter(options) : new BodySplitter(options)
  let bytes = 0
  try {
    // Who leaves the loop has something to say, and an answer needs the connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > auditBodyBytesMax) return tooLarge()
      for (const item of splitter.push(chunk)) take(delivery, item)
      const refused = await room()
      if (refused !== null) return refused
    }
    for (const item of splitter.end() ?? []) take(delivery, item)
    return null
  } catch (error) {
    if (error instanceof JsonError) return refusal(400, 'Not JSON', `The body cannot be read: ${error.message}.`)
    // The client went away, or took too long.
    return refusal(408, 'Incomplete', 'The body did not arrive.')
  }
}

type Item = ReturnType<LineSplitter['push']> extends Generator<infer T> ? T : never

function take(delivery: Delivery, item: Item): void {
  if (item.kind === 'broken') delivery.quarantine(Buffer.from(item.bytes), item.fault.message)
  else delivery.take(item)
}

export const tooLarge = () =>
  refusal(413, 'Too large', `A body may have ${auditBodyBytesMax} bytes. Send fewer records at once.`)

const jsonLines = ['application/x-ndjson', 'application/jsonl', 'application/json-lines']

/** A missing type counts as JSON. */
export function isReadable(contentType: string | undefined): boolean {
  const type = mediaType(contentType)
  return type === '' || type === 'application/json' || jsonLines.includes(type)
}

function isJsonLines(contentType: string | undefined): boolean {
  return jsonLines.includes(mediaType(contentType))
}

function mediaType(contentType = ''): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase()
}
