/** Queries: where they begin, and the two ways to decode them. Expected values were seen on Envoy 1.40. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latin1, queries, utf8, written, writtenText } from './kit.ts'

const { untilQuery, queryParams, queryParam } = queries

const params = (path: string, decoded: boolean) => writtenText(path, (o, at, end) => queryParams(o, at, end, decoded))
const param = (path: string, name: string) => written(path, (o, at, end) => queryParam(o, utf8(name), at, end))

test.each([
  ['/a?b', 2],
  ['/a', 2],
  ['', 0],
  ['?', 0],
  ['/a?b?c', 2],
])('untilQuery of %j is %i bytes', (path, length) => {
  written(path, (o, at, end) => {
    expect(untilQuery(at, end) - at).toBe(length)
    return o
  })
})

describe('queryParams', () => {
  test.each([
    ['/a?x=1&y=%41?z', 'x=1&y=%41?z', 'x=1&y=A?z'],
    ['/a?', '', ''],
    ['/a', null, null],
    ['', null, null],
    ['/?%7Edd&u=%zz%4', '%7Edd&u=%zz%4', '~dd&u=zz%4'],
    ['/?q=%%41%zz%4', 'q=%%41%zz%4', 'q=Azz%4'],
    ['/?w=+%20%2B&b=%25%22%60%7E%7F%21', 'w=+%20%2B&b=%25%22%60%7E%7F%21', 'w=+%20+&b=%%22`~%7F!'],
    ['/?%22%3C%3E%5C%5E%7B%7C%7D', '%22%3C%3E%5C%5E%7B%7C%7D', '%22%3C%3E%5C%5E%7B%7C%7D'],
    ['/?%C3%A9%00%0a%c3%7f', '%C3%A9%00%0a%c3%7f', '%C3%A9%00%0a%c3%7f'],
    ['/?a%', 'a%', 'a%'],
    ['/?%2', '%2', '%2'],
    ['/?%', '%', '%'],
  ])('%j: raw %j, decoded %j', (path, raw, decoded) => {
    expect(params(path, false)).toBe(raw)
    expect(params(path, true)).toBe(decoded)
  })

  test('bytes behind the path never complete an escape', () => {
    // The kit lays a 7 behind every value: %4 would be %47 then.
    expect(params('/?%4', true)).toBe('%4')
    expect(param('/?a=%4', 'a')).toBe('%4')
  })
})

describe('queryParam', () => {
  test.each([
    ['/api?id=7&q=a%20b', 'q', 'a b'],
    ['/api?id=7&q=a%20b', 'id', '7'],
    ['/api?id=7', 'zz', null],
    ['/api', 'q', null],
    ['/api?', 'q', null],
    ['/?q', 'q', ''],
    ['/?q=', 'q', ''],
    ['/?q&q=5', 'q', ''],
    ['/?q=1&q=2', 'q', '1'],
    ['/?x&&=3&u&u=5', 'u', ''],
    ['/?x&%75=a%3Db=c%&w=1', 'u', 'a=b=c%'],
    ['/?u=%zz%4&u=2', 'u', '%zz%4'],
    ['/?c%20d=x+y', 'c d', 'x+y'],
    ['/?c d=1', 'c d', '1'],
    ['/?qq=1&q=2', 'q', '2'],
    ['/?q=1', 'qq', null],
    ['/?a=%41%4', 'a', 'A%4'],
    ['/?a=x?y=z', 'a', 'x?y=z'],
    ['/?a=1&b', 'b', ''],
  ])('of %j, %j is %j', (path, name, value) => {
    expect(param(path, name)).toBe(value)
  })

  test('escapes may give any byte', () => {
    expect(param('/?q=%00%FF%0a%c3', 'q')).toBe('\x00\xff\n\xc3')
    expect(written(latin1('/?q=\xff&r=1'), (o, at, end) => queryParam(o, utf8('q'), at, end))).toBe('\xff')
  })

  test('finds what encodeURIComponent hid, for any name and value', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => !/\p{Surrogate}/u.test(text))
    fc.assert(
      fc.property(word, word, fc.array(word, { maxLength: 3 }), (name, value, others) => {
        const query = [...others.filter((other) => other !== name), name]
          .map((key) => `${encodeURIComponent(key)}=${encodeURIComponent(key === name ? value : 'other')}`)
          .join('&')
        expect(writtenText(`/p?${query}`, (o, at, end) => queryParam(o, utf8(name), at, end))).toBe(value)
      }),
    )
  })
})
