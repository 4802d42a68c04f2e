/**
 * Entries as the body of a request: one EventList in the form that kube-apiserver sends, its items byte for byte as they are.
 *
 *     {"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[ event , event … ]}
 */
import type { Batch } from '../../batch.ts'

const head = Buffer.from('{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[')
const tail = Buffer.from(']}')
const [comma, lineFeed] = [0x2c, 0x0a]

export interface EventListBounds {
  readonly eventsMax: number
  /** Of the whole body. One event that is larger goes alone. */
  readonly bytesMax: number
}

export interface EncodedEventList {
  readonly body: Uint8Array
  /** How many entries are in it, from `first` on; at least 1. */
  readonly entries: number
}

/** An entry is one JSON object and a line feed, which is left out. `first` must be in the batch. */
export function encodeEventList(batch: Batch, first: number, bounds: EventListBounds): EncodedEventList {
  const end = endOf(batch, first, bounds)
  const { bytes, entryEnds } = batch
  // An upper bound: what the line feeds do not need, commas may.
  const body = new Uint8Array(head.length + (entryEnds[end - 1]! - startOf(batch, first)) + (end - first) + tail.length)
  body.set(head)
  let length = head.length
  for (let i = first; i < end; i++) {
    const event = bytes.subarray(startOf(batch, i), entryEnds[i]!)
    const lineEnds = event[event.length - 1] === lineFeed ? 1 : 0
    if (i > first) body[length++] = comma
    body.set(event.subarray(0, event.length - lineEnds), length)
    length += event.length - lineEnds
  }
  body.set(tail, length)
  return { body: body.subarray(0, length + tail.length), entries: end - first }
}

/** Behind the last entry that there is room for. */
function endOf(batch: Batch, first: number, { eventsMax, bytesMax }: EventListBounds): number {
  const { entryEnds } = batch
  const bytesEnd = startOf(batch, first) + bytesMax - head.length - tail.length
  const last = Math.min(entryEnds.length, first + eventsMax)
  let end = first + 1
  while (end < last && entryEnds[end]! <= bytesEnd) end++
  return end
}

function startOf({ entryEnds }: Batch, entry: number): number {
  return entryEnds[entry - 1] ?? 0
}
