/** How entries become the bodies of requests: their bytes as they are, and as many as there is room for. */
import { expect, test } from 'vitest'
import { encodeEventList } from '../../../src/audit/export/event-list.ts'
import type { Batch } from '../../../src/batch.ts'
import { batchOf } from '../../writers/batches.ts'

const textOf = (body: Uint8Array) => Buffer.from(body).toString()
const list = (items: string) => `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}`
const emptyBytes = list('').length

function bodiesOf(batch: Batch, bounds: { eventsMax: number; bytesMax: number }): string[] {
  const bodies: string[] = []
  for (let first = 0; first < batch.entryEnds.length; ) {
    const { body, entries } = encodeEventList(batch, first, bounds)
    bodies.push(textOf(body))
    first += entries
  }
  return bodies
}

test('digits, order of keys and repeated keys are left as they are', () => {
  const events = ['{"b":9007199254740993,"a":1.0,"a":1e2}', '{"ü":"\\u0000\\/"}']
  const batch = batchOf(events.map((each) => `${each}\n`))
  expect(bodiesOf(batch, { eventsMax: 400, bytesMax: 10_000 })).toEqual([list(events.join(','))])
})

test('an entry without a line feed is an item as well', () => {
  expect(bodiesOf(batchOf(['{}', '{}\n', '{}']), { eventsMax: 9, bytesMax: 1000 })).toEqual([list('{},{},{}')])
})

test.each([
  [1, ['1', '2', '3', '4', '5']],
  [2, ['1,2', '3,4', '5']],
  [5, ['1,2,3,4,5']],
])('of no more than %d events', (eventsMax, items) => {
  const batch = batchOf(['1\n', '2\n', '3\n', '4\n', '5\n'])
  expect(bodiesOf(batch, { eventsMax, bytesMax: 1000 })).toEqual(items.map(list))
})

test('no body is larger than the bound, and one event that is goes alone', () => {
  const events = [10, 10, 10, 500, 10, 90, 10].map((bytes, i) => `"${String(i).repeat(bytes - 2)}"`)
  const bytesMax = emptyBytes + 100
  const bodies = bodiesOf(batchOf(events.map((each) => `${each}\n`)), { eventsMax: 400, bytesMax })
  const [a, b, c, d, e, f, g] = events
  expect(bodies).toEqual([`${a},${b},${c}`, `${d}`, `${e}`, `${f}`, `${g}`].map(list))
  // Each entry is counted with its line feed, in whose place the comma comes.
  const fitting = bodiesOf(batchOf([`"${'x'.repeat(47)}"\n`, `"${'y'.repeat(47)}"\n`]), { eventsMax: 400, bytesMax })
  expect(fitting).toHaveLength(1)
  expect(fitting[0]!.length).toBeLessThanOrEqual(bytesMax)
})
