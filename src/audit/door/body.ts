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
  /** Whether the source has no room for more now. */
  readonly isFull: () => boolean
  /** Waits until the source has room for more. Does not reject. Resolves with null, or with what is said when it has none. */
  readonly room: () => Promise<Answer | null>
  /** Null: nobody is to be given way now. Else resolves when this body may go on. See `right-of-way.ts`. */
  readonly giveWay: () => Promise<void> | null
}

/** Null: all of it has been taken. Never rejects. */
export function readBody(
  request: IncomingMessage,
  delivery: Delivery,
  { lists, isFull, room, giveWay }: ReadBodyOptions,
): Promise<Answer | null> {
  const splitter = isJsonLines(request.headers['content-type'])
    ? new LineSplitter({ lists })
    : new BodySplitter({ lists, runs: delivery })
  let bytes = 0
  // By events: iterating takes half a millisecond of CPU more for each megabyte (bench/README.md).
  return new Promise((resolve) => {
    let isOver = false
    const stop = (answer: Answer | null) => {
      isOver = true
      request.off('data', hear).off('end', end).off('close', breakOff)
      // What is left stays unread, but the answer needs the connection.
      request.pause()
      resolve(answer)
    }
    const attempt = (work: () => void) => {
      try {
        work()
      } catch (error) {
        stop(error instanceof JsonError ? notJson(error) : incomplete())
      }
    }
    const goOn = () => {
      if (!isOver) request.resume()
    }
    const hear = (chunk: Buffer) =>
      attempt(() => {
        bytes += chunk.length
        if (bytes > auditBodyBytesMax) return stop(tooLarge())
        for (const item of splitter.push(chunk)) take(delivery, item)
        const pause = isFull() ? room() : giveWay()
        if (pause === null) return
        request.pause()
        void pause.then((refused) => (refused ? stop(refused) : goOn()))
      })
    const end = () =>
      attempt(() => {
        for (const item of splitter.end() ?? []) take(delivery, item)
        stop(null)
      })
    // The client went away, or took too long.
    const breakOff = () => stop(incomplete())
    request.on('data', hear).on('end', end).on('close', breakOff)
    // It closes then.
    request.on('error', () => undefined)
  })
}

const notJson = ({ message }: JsonError) => refusal(400, 'Not JSON', `The body cannot be read: ${message}.`)
const incomplete = () => refusal(408, 'Incomplete', 'The body did not arrive.')

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
