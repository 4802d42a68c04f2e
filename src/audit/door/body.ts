/**
 * The body of a POST, cut into items while it arrives. It is read no faster than the source takes its items, and no longer than its time.
 */
import type { IncomingMessage } from 'node:http'
import { auditBodyBytesMax } from '../../limits.ts'
import type { Delivery, Source } from '../intake/source.ts'
import { BodySplitter } from '../json/body-splitter.ts'
import { JsonError } from '../json/json-error.ts'
import { LineSplitter } from '../json/line-splitter.ts'
import { type Answer, refusal } from './answers.ts'

/** Null: all of it has been taken. */
export async function readBody(request: IncomingMessage, source: Source, delivery: Delivery): Promise<Answer | null> {
  const lines = isJsonLines(request.headers['content-type'])
  const options = { lists: source.lists }
  const splitter = lines ? new LineSplitter(options) : new BodySplitter(options)
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > auditBodyBytesMax) return tooLarge()
      for (const item of splitter.push(chunk)) take(delivery, item)
      if (source.full) await new Promise<void>((resolve) => source.whenWritable(resolve))
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
