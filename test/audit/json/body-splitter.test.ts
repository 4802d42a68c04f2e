/** Bodies in pieces: the items are the same wherever the pieces end, and no more than one of them is held. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BodyOptions, BodySplitter } from '../../../src/audit/json/body-splitter.ts'
import { auditOversizedHeadBytes } from '../../../src/limits.ts'
import { cuts, jsonText, pieces } from './arbitraries.ts'

function split(parts: readonly (string | Uint8Array)[], options: BodyOptions = {}) {
  const splitter = new BodySplitter(options)
  const items = parts.flatMap((part) => [
    ...map(splitter.push(Buffer.from(part)), ({ bytes, object: _, ...rest }) => ({ ...rest, text: bytes.toString() })),
  ])
  splitter.end()
  return items
}

function* map<A, B>(values: Iterable<A>, change: (value: A) => B): Generator<B> {
  for (const value of values) yield change(value)
}

const texts = (parts: readonly (string | Uint8Array)[], options?: BodyOptions) =>
  split(parts, options).map(({ text }) => text)

/** One byte at a time. */
const bytewise = (text: string) => [...Buffer.from(text)].map((byte) => Buffer.from([byte]))

const head = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1' }

describe('what a body may be', () => {
  test.each([
    [
      'an EventList',
      '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{"a":1},{"b":[2]}]}',
      ['{"a":1}', '{"b":[2]}'],
    ],
    ['a list with members behind its items', '{"items":[{"a":1}],"kind":"EventList","x":{"items":[]}}', ['{"a":1}']],
    ['a list without items', '{"kind":"EventList","items":null}', []],
    ['an empty list', '{"kind":"EventList","items":[ ]}', []],
    ['an array', ' [ {"a":1} , {"b":2} ] ', ['{"a":1}', '{"b":2}']],
    ['an empty array', '[]', []],
    ['an array of values that are no objects', '[1,"a]",null,[{}]]', ['1', '"a]"', 'null', '[{}]']],
    [
      'one event',
      '{"kind":"Event","sourceIPs":["::1"],"items":[{"a":1}]}',
      ['{"kind":"Event","sourceIPs":["::1"],"items":[{"a":1}]}'],
    ],
    ['events line by line', '{"a":1}\n{"b":2}\r\n\n[{"c":3}]\n', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ['lists line by line', '{"items":[{"a":1}]}\n{"items":[{"b":2},{"c":3}]}', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ['a body that begins with a byte order mark', '\ufeff[{"a":1}]', ['{"a":1}']],
    ['brackets and quotes in strings', '[{"a":"}]\\"{["},{"\\\\":"\\\\"}]', ['{"a":"}]\\"{["}', '{"\\\\":"\\\\"}']],
    ['white space within items', '{"items": [ { "a" : [ 1 ] } ] }', ['{ "a" : [ 1 ] }']],
    [
      'a bad item among good ones',
      '[{"a":1},{"b":tru},{"c" 3},{"d":4}]',
      ['{"a":1}', '{"b":tru}', '{"c" 3}', '{"d":4}'],
    ],
  ])('%s', (_, body, items) => {
    expect(texts([body])).toEqual(items)
    expect(texts(bytewise(body))).toEqual(items)
  })

  test('items tell what they stood in, and what their list says', () => {
    const body = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{"a":1}]}\n[{"b":2}]\n{"c":3}`
    for (const parts of [[body], bytewise(body)]) {
      expect(split(parts)).toEqual([
        { kind: 'item', from: 'list', list: head, text: '{"a":1}', bytesTotal: 7 },
        { kind: 'item', from: 'array', list: null, text: '{"b":2}', bytesTotal: 7 },
        { kind: 'item', from: 'single', list: null, text: '{"c":3}', bytesTotal: 7 },
      ])
    }
  })

  test('where there are no lists, an object with items is an object', () => {
    expect(texts(['{"items":[{"a":1}]}'], { lists: false })).toEqual(['{"items":[{"a":1}]}'])
  })
})

describe('what is no body', () => {
  test.each([
    ['', 'incomplete'],
    [' \n', 'incomplete'],
    ['{"a":1', 'incomplete'],
    ['[{"a":1}', 'incomplete'],
    ['{"items":[{"a":1}]', 'incomplete'],
    ['"text"', 'shape'],
    ['17', 'shape'],
    ['{"kind":"EventList","items":{}}', 'shape'],
    ['{"items":[],"items":[{"a":1}]}', 'shape'],
    ['[{"a":1}{"b":2}]', 'syntax'],
    ['[,{"a":1}]', 'syntax'],
    ['[{"a":1},]', 'syntax'],
    ['[{"a":[}]', 'syntax'],
    ['{"items":[{"a":1}],"x":tru}', 'syntax'],
    ['{"items":[{"a":1}] "x":1}', 'syntax'],
    ['{"items":[{"a":1}],}', 'syntax'],
  ])('%j', (body, code) => {
    for (const parts of [[body], bytewise(body)]) {
      let fault: unknown
      try {
        split(parts)
      } catch (error) {
        fault = error
      }
      expect(fault).toMatchObject({ name: 'JsonError', code })
    }
  })

  test('the place of a fault is counted from the beginning of the body', () => {
    for (const parts of [['[{"a":1},]'], bytewise('[{"a":1},]')]) expect(() => split(parts)).toThrow('byte 9: ')
  })

  test('the items before the fault have been given', () => {
    const splitter = new BodySplitter()
    const given: string[] = []
    expect(() => {
      for (const item of splitter.push(Buffer.from('[{"a":1},{"b":2}}'))) given.push(item.bytes.toString())
    }).toThrow('a comma or a ]')
    expect(given).toEqual(['{"a":1}', '{"b":2}'])
  })
})

test('pieces may end anywhere', () => {
  const anItem = jsonText(true).map((text) => `{"x":${text}}`)
  const body = fc.tuple(fc.constantFrom('list', 'array', 'lines'), fc.array(anItem, { maxLength: 5 }))
  fc.assert(
    fc.property(body, cuts, ([form, items], where) => {
      const text =
        form === 'list'
          ? `{"kind":"EventList","metadata":{"a":[1]},"items":[${items.join(' , ')}],"more":[{"b":2}]}`
          : form === 'array'
            ? `[${items.join(',')}]`
            : `${items.join('\n')}\n[]`
      expect(texts(pieces(Buffer.from(text), where))).toEqual(items)
    }),
    { numRuns: 1_000, seed: 7 },
  )
})

describe('bodies that kube-apiserver sent', () => {
  const folder = new URL('../vectors/k8s-policy/events/', import.meta.url)
  test.each([
    ['webhook-mixed-all.json', 11],
    ['webhook-empty.json', 0],
    ['webhook-truncated-2000.json', 2],
    ['log-mixed-all.jsonl', 11],
  ])('%s has %i events', (name, count) => {
    const body = readFileSync(new URL(name, folder))
    const items = texts(pieces(body, [0.1, 0.35, 0.8]))
    expect(items).toHaveLength(count)
    const parsed = name.endsWith('.json') ? [body.toString()] : body.toString().trim().split('\n')
    const events = parsed.map((text) => JSON.parse(text) as { items?: unknown[] | null })
    expect(items.map((text) => JSON.parse(text))).toEqual(
      events.flatMap((event) => (event.items === undefined ? [event] : (event.items ?? []))),
    )
  })
})

describe('an item that is too large', () => {
  const event = (bytes: number, behind = '') =>
    `{"level":"RequestResponse","requestObject":{"a":["${'x'.repeat(bytes)}"]},"responseObject":{"b":"${'y'.repeat(bytes)}"},"stage":"Panic"${behind}}`
  const bodiless = '{"level":"RequestResponse","requestObject":null,"responseObject":null,"stage":"Panic"}'

  test.each([1, 7, 100, 1_000, 100_000])('loses its bodies, in pieces of %i bytes', (size) => {
    const body = Buffer.from(`[{"a":1},${event(5_000)},{"b":2}]`)
    const parts = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
      body.subarray(i * size, (i + 1) * size),
    )
    const [first, large, last] = split(parts, { itemBytesMax: 2_000 })
    expect([first?.text, last?.text]).toEqual(['{"a":1}', '{"b":2}'])
    expect(large).toMatchObject({ kind: 'truncated', text: bodiless, bytesTotal: event(5_000).length })
  })

  test('loses the body that had room as well, but nothing below the bound', () => {
    const small = '{"requestObject":{"a":1},"responseObject":{"b":"'
    const text = `${small}${'y'.repeat(300)}"}}`
    expect(split(bytewise(text), { itemBytesMax: 200 })).toMatchObject([
      { kind: 'truncated', text: '{"requestObject":null,"responseObject":null}' },
    ])
    expect(split(bytewise(text), { itemBytesMax: 400 })).toMatchObject([{ kind: 'item', text }])
  })

  test('is oversized when it has no bodies, and does not stop what follows', () => {
    const long = `{"userAgent":"${'u'.repeat(100_000)}"}`
    for (const parts of [[`[${long},{"b":2}]`], pieces(Buffer.from(`[${long},{"b":2}]`), [0.01, 0.02, 0.5, 0.9])]) {
      const [large, next] = split(parts, { itemBytesMax: 90_000 })
      expect(large).toMatchObject({
        kind: 'oversized',
        bytesTotal: long.length,
        text: long.slice(0, auditOversizedHeadBytes),
      })
      expect(next?.text).toBe('{"b":2}')
    }
  })

  test('what stands around the items is bounded as well', () => {
    const tail = `{"items":[{"a":1}],"x":"${'x'.repeat(1_000)}"}`
    expect(() => split(bytewise(tail), { itemBytesMax: 500 })).toThrow('the list says too much of itself')
  })
})

test('a body of many lists within an object is read in a time that grows with its length', () => {
  const arrays = Array.from({ length: 20_000 }, (_, i) => `"k${i}":[]`).join(',')
  const parts = pieces(
    Buffer.from(`{"kind":"Event","items":[],${arrays}}`),
    Array.from({ length: 500 }, (_, i) => i / 500),
  )
  const began = process.cpuUsage()
  expect(split(parts)).toHaveLength(1)
  const { user } = process.cpuUsage(began)
  expect(user / 1_000).toBeLessThan(2_000)
})
