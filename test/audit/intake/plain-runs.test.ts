/** Plain events of a list are taken many at a time, and nobody can tell: all is as if each had come by itself. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventIntake, type PolicyInForce } from '../../../src/audit/intake/event-intake.ts'
import { Source } from '../../../src/audit/intake/source.ts'
import { BodySplitter } from '../../../src/audit/json/body-splitter.ts'
import { JsonError } from '../../../src/audit/json/json-error.ts'
import type { PlainRun } from '../../../src/audit/json/plain-run.ts'
import { redactorOf } from '../../../src/audit/redact/redactor.ts'
import { Repeats } from '../../../src/audit/trail/repeats.ts'
import { Trail } from '../../../src/audit/trail/trail.ts'
import type { Outbox } from '../../../src/pipeline/outbox.ts'

/** Keeps a copy of what is put, a line and the name of its stream for each record. */
function recordingTrail() {
  const put: string[] = []
  const outbox: Pick<Outbox, 'put' | 'receipt' | 'hurry' | 'full' | 'whenWritable'> = {
    full: false,
    whenWritable: () => () => {},
    hurry: () => {},
    receipt: async () => {},
    put(bytes, at, ends, _count, stream) {
      for (const end of ends) {
        put.push(`${JSON.stringify(stream)} ${Buffer.from(bytes.subarray(at, end))}`)
        at = end
      }
    },
  }
  return { put, trail: new Trail([{ outbox: outbox as Outbox, durable: true, form: 'line' }]) }
}

interface RigOptions {
  readonly inRuns: boolean
  readonly policy?: PolicyInForce
  readonly itemBytesMax?: number
}

function rig({ inRuns, policy = { kind: 'asSent' }, itemBytesMax = 1 << 20 }: RigOptions) {
  const [kept, quarantine] = [recordingTrail(), recordingTrail()]
  const namesakes: string[] = []
  const outcomes = { accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 }
  const redact = redactorOf('kubernetes', { secrets: true, configMaps: true, tokens: true }, Buffer.from('a key'))
  const source = new Source({
    ...{ name: 'prod', trail: kept.trail, quarantine: quarantine.trail, redact: redact.whole, repeatsBy: 'bytes' },
    intake: createEventIntake({ policy: () => policy, redact }),
    repeats: new Repeats(60_000),
    onOutcome: (_source, outcome, _reason, count) => {
      outcomes[outcome] += count
    },
    onNamesake: (_source, name) => namesakes.push(name),
  })
  let length = 0
  /** One delivery; the body is cut at these places. */
  const deliver = async (body: Buffer, cuts: readonly number[] = []) => {
    const delivery = source.begin(0, 0)
    const takeRun = (run: PlainRun) => {
      length += run.length
      delivery.takeRun(run)
    }
    const runs = inRuns ? { plainHead: (list: null) => delivery.plainHead(list), takeRun } : undefined
    const splitter = new BodySplitter({ itemBytesMax, runs: runs as never })
    let fault: string | null = null
    try {
      const places = [...cuts, body.length].sort((a, b) => a - b)
      for (const [i, place] of places.entries()) {
        for (const item of splitter.push(Buffer.from(body.subarray(places[i - 1] ?? 0, place)))) delivery.take(item)
      }
      splitter.end()
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      fault = error.message
    }
    await delivery.settle()
    return { counts: { ...delivery.counts }, fault }
  }
  const told = () => ({ kept: kept.put, quarantined: quarantine.put, namesakes, outcomes })
  return { deliver, told, inRuns: () => length }
}

const plainMembers = (id: string) =>
  `"level":"Metadata","auditID":"${id}","stage":"ResponseComplete","requestURI":"/api/v1/pods"`
const plain = (id: string) => `{${plainMembers(id)}}`
const listOf = (events: readonly string[], version = ',"apiVersion":"audit.k8s.io/v1"') =>
  Buffer.from(`{"kind":"EventList"${version},"metadata":{},"items":[${events.join(',')}]}`)

const b64 = (text: string) => Buffer.from(text).toString('base64url')
const jwt = `${b64('{"alg":"RS256","kid":"k"}')}.${b64('{"sub":"a"}')}.${b64('a signature')}`

describe('plain or not', () => {
  test.each([
    ...['', ',"verb":"get"', ',"user":{"username":"a","groups":["b","c"]}', ',"a":"\\n\\"","b":[{"c":1.5e3}]'],
    ...[',"objectRef":{"resource":"pods"}', ',"userAgent":"10.0.0.1 a.b.c"'],
  ])('plain: one with %j', async (more) => {
    const { deliver, inRuns, told } = rig({ inRuns: true })
    await deliver(listOf([`{${plainMembers('a')}${more}}`]))
    expect(inRuns()).toBe(1)
    const head = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
    expect(told().kept[0]).toContain(`${head}${plainMembers('a')}${more}}\n`)
  })

  test.each([
    ...['"Request"', '"RequestResponse"'].map((level) => [`{"level":${level},"requestObject":{"kind":"Pod"}`, true]),
    ['{"level":"RequestResponse","requestObject":{"kind":"Pod"},"responseObject":{"kind":"Pod"}', true],
    ['{"level":"Request","responseObject":{"kind":"Pod"}', false],
    ['{"level":"Metadata","requestObject":null', false],
    ['{"level":"Metadata","responseObject":null', false],
    ...['"None"', '"Other"', '7', '"Meta\\u0064ata"'].map((level) => [`{"level":${level}`, false]),
    ['{"verb":"get"', false],
  ])('%s: %s', async (begin, isPlain) => {
    const { deliver, inRuns } = rig({ inRuns: true })
    await deliver(listOf([`${begin},"auditID":"a","stage":"Panic"}`]))
    expect(inRuns()).toBe(isPlain ? 1 : 0)
  })

  test.each([
    '{"level":"Metadata","stage":"Panic"}',
    '{"level":"Metadata","auditID":"a"}',
    '{"level":"Metadata","auditID":"a","stage":1}',
    '{"level":"Metadata","auditID":null,"stage":"Panic"}',
    `{"level":"Metadata","auditID":"${'a'.repeat(255)}","stage":"Panic"}`,
    `{"level":"Metadata","auditID":"a","stage":"${'P'.repeat(255)}"}`,
    ...['"kind":"Event"', '"apiVersion":"audit.k8s.io/v1"', '"level":"Metadata"', '"\\u006cevel":"None"'],
    ...['"a": 1', '"a":"é"', `"a":"${jwt}"`, '"a":"\\u0041"', '"objectRef":{"resource":"secrets"}', '"a":tru'],
  ])('not plain: one with %s', async (text) => {
    const { deliver, inRuns } = rig({ inRuns: true })
    await deliver(listOf([text.startsWith('{') ? text : `{${plainMembers('a')},${text}}`]))
    expect(inRuns()).toBe(0)
  })

  test('not plain: one that is longer than an item may be', async () => {
    const itemBytesMax = plain('a').length
    const { deliver, inRuns } = rig({ inRuns: true, itemBytesMax })
    await deliver(listOf([plain('a'), plain('bb'), plain('c')]))
    expect(inRuns()).toBe(2)
  })

  test.each([
    ['a list of a version that nobody knows', 'asSent', ',"apiVersion":"v9"', 0],
    ['a list that names no version', 'asSent', '', 1],
    ['a source with a policy that cannot be read', 'unreadable', undefined, 0],
    ['a source that is switched off', 'off', undefined, 0],
  ] as const)('of %s', async (_what, kind, version, count) => {
    const { deliver, inRuns } = rig({ inRuns: true, policy: { kind } })
    await deliver(listOf([plain('a')], version))
    expect(inRuns()).toBe(count)
  })

  test('single events and those of arrays are no list', async () => {
    const { deliver, inRuns } = rig({ inRuns: true })
    await deliver(Buffer.from(`${plain('a')}[${plain('b')}]`))
    expect(inRuns()).toBe(0)
  })
})

test('all of very many are taken, whatever room there is for their rows', async () => {
  const events = Array.from({ length: 1_000 }, (_, i) => plain(`${i}`))
  const { deliver, inRuns, told } = rig({ inRuns: true })
  await deliver(listOf(events))
  expect(inRuns()).toBe(1_000)
  const ids = told().kept.map((line) => /"auditID":"(\d+)"/.exec(line)![1])
  expect(ids).toEqual(events.map((_, i) => `${i}`))
})

test('repeats and namesakes are known, from runs and from single events alike', async () => {
  const { deliver, told } = rig({ inRuns: true })
  const other = (id: string) => plain(id).replace('}', ',"verb":"get"}')
  await deliver(listOf([plain('a'), plain('b'), plain('b')]))
  await deliver(Buffer.from(`${plain('a')} ${other('b')} ${plain('c')}`))
  expect((await deliver(listOf([plain('c'), other('a'), other('b')]))).counts).toMatchObject({
    accepted: 1,
    duplicate: 2,
  })
  expect(told().namesakes).toEqual(['b ResponseComplete', 'a ResponseComplete'])
  expect(told().outcomes).toEqual({ accepted: 5, filtered: 0, quarantined: 0, duplicate: 4 })
})

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const member = fc.constantFrom(
  ...[
    '"verb":"get"',
    '"user":{"username":"a","groups":["b"]}',
    '"objectRef":{"resource":"pods"}',
    '"a":[1,{"b":"\\n"}]',
  ],
  ...[
    '"requestObject":{"kind":"Pod","a":"b"}',
    '"objectRef":{"resource":"secrets"}',
    '"responseObject":{"kind":"Pod"}',
  ],
  ...[
    '"requestObject":{"kind":"Secret","data":{"p":"cHc="}}',
    `"a":"${jwt}"`,
    '"a":"é"',
    '"a": 1',
    '"a":tru',
    '"a":"\\x"',
  ],
  ...['"kind":"Event"', '"apiVersion":"audit.k8s.io/v1"', '"level":"Request"', '"stage":"Panic"', '"a":"'],
)
const event = fc
  .record({
    id,
    level: fc.constantFrom('Metadata', 'Metadata', 'Request', 'RequestResponse', 'None', 'Other'),
    members: fc.array(member, { maxLength: 3 }),
    // Most are plain.
    isPlain: fc.integer({ min: 0, max: 9 }).map((dice) => dice > 2),
  })
  .map((of) =>
    of.isPlain
      ? plain(of.id)
      : `{"level":"${of.level}","auditID":"${of.id}","stage":"ResponseComplete"${of.members.map((each) => `,${each}`).join('')}}`,
  )
const delivery = fc.record({
  events: fc.array(event, { minLength: 2, maxLength: 12 }),
  version: fc.constantFrom(undefined, undefined, '', ',"apiVersion":"v9"'),
  /** A share of the body. */
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  damage: fc.option(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { freq: 1 }),
  between: fc.constantFrom(',', ',', ',', ', ', ' ,'),
})

test('random deliveries, sound and damaged, cut anywhere', async () => {
  let taken = 0
  const property = fc.asyncProperty(fc.array(delivery, { minLength: 1, maxLength: 3 }), async (deliveries) => {
    const [many, single] = [rig({ inRuns: true, itemBytesMax: 200 }), rig({ inRuns: false, itemBytesMax: 200 })]
    for (const { events, version, cuts, damage, between } of deliveries) {
      const body = Buffer.from(listOf([events.join(between)], version))
      if (damage !== null) body[Math.floor(damage[0] * body.length)] = damage[1]
      const places = cuts.map((share) => Math.floor(share * body.length))
      expect(await many.deliver(body, places)).toEqual(await single.deliver(body, places))
    }
    expect(many.told()).toEqual(single.told())
    taken += many.inRuns()
  })
  await fc.assert(property, { numRuns: 3_000, seed: 17 })
  expect(taken).toBeGreaterThan(5_000)
})
