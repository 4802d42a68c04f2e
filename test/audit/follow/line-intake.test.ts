/** Lines of a followed file on their way into a delivery, whatever the pieces they come in. */
import { describe, expect, test } from 'vitest'
import { LineIntake, type LineOptions } from '../../../src/audit/follow/line-intake.ts'
import { unwrapFluentBit } from '../../../src/audit/kkp/fluent-bit.ts'
import { auditFollowWrappedBytesMax } from '../../../src/limits.ts'

interface Taken {
  readonly items: string[]
  readonly quarantined: { text: string; reason: string }[]
}

function take(text: string, options: Partial<LineOptions> & { pieceBytes?: number } = {}): Taken {
  const { lists = true, unwrap = null, pieceBytes = 65_536 } = options
  const taken: Taken = { items: [], quarantined: [] }
  const intake = new LineIntake(
    {
      take: ({ bytes }) => taken.items.push(bytes.toString()),
      quarantine: (bytes, reason) => taken.quarantined.push({ text: bytes.toString(), reason }),
    },
    { lists, unwrap },
  )
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += pieceBytes) intake.push(bytes.subarray(at, at + pieceBytes))
  if (!text.endsWith('\n')) intake.end()
  return taken
}

const event = (id: string) => `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"${id}","n":9007199254740993}`

describe.each([1, 7, 65_536])('in pieces of %i bytes', (pieceBytes) => {
  test('a line holds an event, a list or an array', () => {
    const text = `${event('a')}\n{"kind":"EventList","items":[${event('b')},${event('c')}]}\n\n[${event('d')}]\r\n`
    expect(take(text, { pieceBytes }).items).toEqual([event('a'), event('b'), event('c'), event('d')])
  })

  test("fluent-bit's lines lose their wrapping, those that have none stay", () => {
    const text = [
      event('a'),
      JSON.stringify({ date: 1719.5, log: `${event('b')}\n` }),
      `[0] tail.0: [[1719.000000000, {}], {"log"=>"${event('c')}"}]`,
    ].join('\n')
    const { items, quarantined } = take(text, { pieceBytes, unwrap: unwrapFluentBit })
    expect(items).toEqual([event('a'), event('b'), event('c')])
    expect(quarantined).toEqual([])
  })

  test('what is no JSON costs itself alone, and is kept as it came', () => {
    const { items, quarantined } = take(`${event('a')}\n{"a":\n${event('b')}\n`, { pieceBytes })
    expect(items).toEqual([event('a'), event('b')])
    expect(quarantined.map(({ text }) => text)).toEqual(['{"a":'])
  })
})

test("kube-apiserver's legacy text is told by name", () => {
  const line = '2024-03-05T17:20:01.000000001Z AUDIT: id="5b0c" stage="ResponseComplete" ip="10.0.0.1" method="get"'
  const { quarantined } = take(`${line}\n`)
  expect(quarantined).toEqual([{ text: line, reason: expect.stringContaining('--audit-log-format=json') }])
})

test('mesh records know no lists', () => {
  const record = '{"items":[{"a":1}]}'
  expect(take(`${record}\n`, { lists: false }).items).toEqual([record])
})

test.each([1, 200_000])(
  'a line that is %i bytes too long to be unwrapped is taken as it is, the next one is not',
  (more) => {
    const wrapped = JSON.stringify({ log: event('b') })
    const head = `{"log":"${event('a').replaceAll('"', '\\"')}`
    const long = `${head.padEnd(auditFollowWrappedBytesMax + more - 2)}"}`
    const { items, quarantined } = take(`${long}\n${wrapped}\n`, { unwrap: unwrapFluentBit })
    expect(items).toHaveLength(2)
    expect(long.startsWith(items[0]!)).toBe(true)
    expect(items[1]).toBe(event('b'))
    expect(quarantined).toEqual([])
  },
)
