/** Records as bytes: the documented ones, what selection sees of them, and that nothing of the rest is touched. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MeshRecord, readRecord } from '../../../src/audit/mesh/record.ts'

const read = (text: string) => readRecord(Buffer.from(text))
const record = (text: string): MeshRecord => {
  const found = read(text)
  if (found.kind === 'record') return found
  throw new Error(`${text} is no record: ${found.reason}`)
}
const lineOf = (text: string) => record(text).line.toString()

/** As the documentation prints them. */
const update = {
  date: '2022-09-21T09:31:42+02:00',
  action: 'UPDATE',
  resource: { name: 'web-to-backend', mesh: 'default', type: 'TrafficPermission' },
  user: { name: 'john.doe@kuma.io', groups: ['team-a'] },
}
const token = {
  date: '2022-09-21T09:31:42+02:00',
  action: 'GENERATE_DATAPLANE_TOKEN',
  token: {
    id: '0e120ec9-6b42-495d-9758-07b59fe86fb9',
    expiresAt: '2022-09-22T09:31:42+02:00',
    claims: { mesh: 'default', tags: { 'kuma.io/service': 'backend' } },
  },
  user: { name: 'john.doe@kuma.io', groups: ['team-a'] },
}

describe('a documented record', () => {
  test('about a resource is read, and becomes one line', () => {
    expect(record(JSON.stringify(update, null, 2))).toEqual({
      kind: 'record',
      facts: { action: 'UPDATE', type: 'TrafficPermission', name: 'web-to-backend', mesh: 'default', tokenMesh: null },
      isKnown: true,
      dateMs: Date.UTC(2022, 8, 21, 7, 31, 42),
      user: 'john.doe@kuma.io',
      outcome: null,
      line: Buffer.from(JSON.stringify(update)),
    })
  })

  test('about a token is read, and becomes one line', () => {
    const { facts, line } = record(JSON.stringify(token, null, '\t'))
    expect(facts).toMatchObject({ action: 'GENERATE_DATAPLANE_TOKEN', type: null, mesh: null, tokenMesh: 'default' })
    expect(line.toString()).toBe(JSON.stringify(token))
  })

  test('in compact form is lent, not copied', () => {
    const bytes = Buffer.from(JSON.stringify(update))
    const found = readRecord(bytes) as MeshRecord
    expect(found.line.buffer).toBe(bytes.buffer)
    expect(found.line.byteOffset).toBe(bytes.byteOffset)
  })
})

describe('the line', () => {
  test('has the documented order, whatever order the members came in', () => {
    const { date, action, resource, user } = update
    expect(lineOf(JSON.stringify({ user, zone: 'east', resource, action, outcome: 'denied', date }))).toBe(
      JSON.stringify({ date, action, resource, user, zone: 'east', outcome: 'denied' }),
    )
  })

  test('has digits, escapes, repeated and unknown members as they came', () => {
    const text = String.raw`{ "date": "2024-03-05T17:20:01.250Z", "action": "UPDATE", "x": 9007199254740993, "y": [1.0, 1e2 ,"A\/"], "user": {"name": "a", "name": "b"}, "x": 1.10 }`
    expect(lineOf(text)).toBe(
      String.raw`{"date":"2024-03-05T17:20:01.250Z","action":"UPDATE","user":{"name":"a","name":"b"},"x":9007199254740993,"y":[1.0,1e2,"A\/"],"x":1.10}`,
    )
    expect(record(text).user).toBe('b')
  })

  test('says what the record said, for any record', () => {
    const extra = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(extra, fc.integer({ min: 0, max: 3 }), (more, indent) => {
        const value = { ...more, ...update }
        const line = lineOf(JSON.stringify(value, null, indent))
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(line.startsWith('{"date":')).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

describe('what a record says', () => {
  const minimal = '{"date":"2024-03-05T17:20:01Z","action":"VIEW_STATS","user":{"name":""}}'

  test('need be no more than when, what and who', () => {
    const { facts, user } = record(minimal)
    expect(user).toBe('')
    expect(facts).toEqual({ action: 'VIEW_STATS', type: null, name: null, mesh: null, tokenMesh: null })
  })

  test.each([
    ['"2024-03-05T17:20:01Z"', Date.UTC(2024, 2, 5, 17, 20, 1)],
    ['"2024-03-05T17:20:01.123456789-05:30"', Date.UTC(2024, 2, 5, 22, 50, 1, 123)],
    ['"2024-03-05t17:20:01z"', Date.UTC(2024, 2, 5, 17, 20, 1)],
    ['"yesterday"', null],
    ['"2024-13-05T17:20:01Z"', null],
    ['"2024-03-05"', null],
  ])('date %s is the instant %j, and its text stays', (date, ms) => {
    const text = minimal.replace(/"2024[^"]*"/, date)
    expect(record(text).dateMs).toBe(ms)
    expect(lineOf(text)).toBe(text)
  })

  test('an empty mesh, as global resources have it, is none', () => {
    const text = JSON.stringify({ ...update, resource: { name: 'default', mesh: '', type: 'Mesh' } })
    expect(record(text).facts).toMatchObject({ type: 'Mesh', name: 'default', mesh: null })
    expect(lineOf(text)).toBe(text)
  })

  test('an action that nobody knows is one', () => {
    expect(record(minimal.replace('VIEW_STATS', 'ROTATE_KEYS'))).toMatchObject({
      isKnown: false,
      facts: { action: 'ROTATE_KEYS' },
    })
  })

  test('an outcome may be told', () => {
    expect(record(JSON.stringify({ ...update, outcome: 'denied' })).outcome).toBe('denied')
  })

  test('keys written with escapes count', () => {
    expect(record(minimal.replace('"action"', '"\\u0061ction"')).facts.action).toBe('VIEW_STATS')
  })
})

test.each([
  ['', 'not_json'],
  ['{"date":', 'not_json'],
  ['{"date":1}{}', 'not_json'],
  ["{'date':1}", 'not_json'],
  ['[]', 'not_object'],
  ['"x"', 'not_object'],
  ['{}', 'no_date'],
  ['{"date":5,"action":"CREATE","user":{"name":"a"}}', 'no_date'],
  ['{"date":"d","action":"","user":{"name":"a"}}', 'no_action'],
  ['{"date":"d","action":null,"user":{"name":"a"}}', 'no_action'],
  ['{"date":"d","action":"CREATE"}', 'no_user'],
  ['{"date":"d","action":"CREATE","user":"a"}', 'no_user'],
  ['{"date":"d","action":"CREATE","user":{"name":5}}', 'no_user'],
])('%j is no record: %s', (text, reason) => expect(read(text)).toEqual({ kind: 'quarantine', reason }))

test('bytes that are no UTF-8 are no record', () => {
  const text = Buffer.from('{"date":"d","action":"CREATE","user":{"name":"?"}}')
  text[text.indexOf('?')] = 0xff
  expect(readRecord(text)).toEqual({ kind: 'quarantine', reason: 'not_json' })
})
