/** Lines of KKP's sidecar in the three shapes that fluent-bit gives them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrapFluentBit } from '../../../src/audit/kkp/fluent-bit.ts'

const unwrap = (line: string) => unwrapFluentBit(Buffer.from(line))?.toString() ?? null

/** Digits and escapes that no reader may touch. */
const event = String.raw`{"kind":"Event","auditID":"a\/b","level":"Request","requestObject":{"n":9007199254740993,"x":1.0,"s":"\"}, {\u00e9"}}`

/** What fluent-bit's stdout prints: texts without escapes. */
const printed = (fields: string) => `[0] tail.0: [[1719482400.123456789, {}], {${fields}}]`

describe('json_lines', () => {
  test.each([
    ['log', JSON.stringify({ date: 1719482400.5, log: event })],
    ['log with its line end', JSON.stringify({ date: 1719482400.5, log: `${event}\n` })],
    ['message', JSON.stringify({ '@timestamp': '2024-06-27T10:00:00Z', message: event, usercluster: 'x7k2abc' })],
    ['spaced', ` { "date": 1, "log" : ${JSON.stringify(event)} }`],
    ['log as an object', `{"date":1,"log":${event}}`],
    ['log beside a message about something else', JSON.stringify({ message: 'tail', log: event })],
  ])('%s', (_, line) => expect(unwrap(line)).toBe(event))
})

describe('msgpack as text', () => {
  test.each([
    ['as it is', printed(`"log"=>"${event}"`)],
    ['beside what a filter added', printed(`"usercluster"=>"x", "log"=>"${event}", "node"=>"{n}"`)],
    ['of older releases', `[12] kube.audit: [1719482400.123456789, {"log"=>"${event}"}]`],
    ['with a message', printed(`"message"=>"${event}"`)],
    ['with escapes', printed(`"log"=>${JSON.stringify(event)}`)],
  ])('%s', (_, line) => expect(unwrap(line)).toBe(event))
})

test.each([
  ['an event', event],
  ['an event that a filter parsed and added to', `{"date":1,"usercluster":"x",${event.slice(1)}`],
  ['an event whose annotation is called log', `{"auditID":"a","log":${JSON.stringify(event)}}`],
  ['an EventList', `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${event}]}`],
  ['a list of events', `[${event}]`],
  ['an object that wraps nothing', '{"date":1,"log":"started"}'],
  ['a wrapped number', '{"date":1,"log":5}'],
  ['a broken wrapper', '{"date":1,"log":"{'],
  ['a broken text', printed('"log"=>"{"kind":"Event"')],
  ['a text without an event', printed('"log"=>"started"')],
  ['a log line of fluent-bit itself', '[2024/06/27 10:00:00] [ info] [input:tail:tail.0] inotify_fs_add()'],
  ['nothing', ''],
])('%s is left to who reads events', (_, line) => expect(unwrap(line)).toBeNull())

test('any event comes out as it went in', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 3 }), (object) => {
      const text = JSON.stringify({ kind: 'Event', object })
      expect(unwrap(JSON.stringify({ date: 1, log: text }))).toBe(text)
      expect(unwrap(printed(`"log"=>"${text}"`))).toBe(text)
    }),
    { numRuns: 200 },
  )
})
