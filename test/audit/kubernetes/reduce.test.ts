/** Reduction of events: kube-apiserver's own answers, and each case that `L1` to `L32` are about. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Reduced, type ReduceTarget, reduceEvent } from '../../../src/audit/kubernetes/reduce.ts'
import { jsonText } from '../json/arbitraries.ts'

const vectors = readFileSync(new URL('../vectors/k8s-policy/reduce.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(
    (line) =>
      JSON.parse(line) as { scenario: string; stage: string; event: object; target: ReduceTarget; expected: unknown },
  )

const to = (level: ReduceTarget['level'], more: Partial<ReduceTarget> = {}): ReduceTarget => ({
  level,
  omitStages: [],
  omitManagedFields: false,
  ...more,
})

const omit = { omitManagedFields: true }

const reduce = (text: string, target: ReduceTarget) => reduceEvent(Buffer.from(text), target)

/** What is kept, as text; fails for what is not. */
function kept(reduced: Reduced): string {
  if (reduced.kind !== 'kept') throw new Error(JSON.stringify(reduced))
  return reduced.bytes.toString()
}

test.each(vectors.map((vector) => ({ ...vector, to: JSON.stringify(vector.target) })))(
  'kube-apiserver on $scenario $stage to $to',
  ({ event, target, expected }) => {
    for (const text of [JSON.stringify(event), JSON.stringify(event, null, 2)]) {
      const reduced = reduce(text, target)
      if (expected === null) expect(reduced.kind).toBe('dropped')
      else {
        expect(JSON.parse(kept(reduced))).toEqual(expected)
        expect(kept(reduced)).toBe(JSON.stringify(JSON.parse(kept(reduced))))
      }
    }
  },
)

const head = (level: string) => `"level":"${level}","auditID":"a-1","stage":"ResponseComplete","verb":"update"`
const tail =
  '"objectRef":{"resource":"configmaps","namespace":"d","name":"c","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"annotations":{"k":"v"}'
const q = '{"metadata":{"name":"c","managedFields":[{"m":1}]},"data":{"n":12345678901234567890,"f":1.0}}'
const p = '{"metadata":{"managedFields":[{"m":1}],"name":"c"},"data":{}}'
const bodies = `"requestObject":${q},"responseObject":${p}`
const x = (level: string, ...more: string[]) => `{${[head(level), tail, ...more].join(',')}}`
const full = x('RequestResponse', bodies)
const isKept = (bytes: string, reducedFrom?: string) => ({
  kind: 'kept',
  bytes: Buffer.from(bytes),
  ...(reducedFrom && { reducedFrom }),
})

describe('levels', () => {
  test.each([
    ['L1 the same level', full, to('RequestResponse'), isKept(full)],
    ['L2 Request', full, to('Request'), isKept(x('Request', `"requestObject":${q}`), 'RequestResponse')],
    ['L3 Metadata', full, to('Metadata'), isKept(x('Metadata'), 'RequestResponse')],
    ['L4 None', full, to('None'), { kind: 'dropped', reason: 'none' }],
    ['L5 never raised', x('Metadata'), to('RequestResponse'), isKept(x('Metadata'))],
    ['L6 Request to Metadata', x('Request', `"requestObject":${q}`), to('Metadata'), isKept(x('Metadata'), 'Request')],
    [
      'L7 Request stays',
      x('Request', `"requestObject":${q}`),
      to('RequestResponse'),
      isKept(x('Request', `"requestObject":${q}`)),
    ],
    [
      'L12 truncated by the API server',
      x('RequestResponse', '"x":{"audit.k8s.io/truncated":"true"}'),
      to('RequestResponse'),
      isKept(x('RequestResponse', '"x":{"audit.k8s.io/truncated":"true"}')),
    ],
    [
      'L13 truncated, to Metadata',
      x('RequestResponse', '"x":1'),
      to('Metadata'),
      isKept(x('Metadata', '"x":1'), 'RequestResponse'),
    ],
    [
      'L23 without bodies',
      '{"level":"RequestResponse","requestURI":"/healthz"}',
      to('Metadata'),
      isKept('{"level":"Metadata","requestURI":"/healthz"}', 'RequestResponse'),
    ],
    [
      'L24 impersonation',
      x('Request', '"impersonatedUser":{"username":"u"},"authenticationMetadata":{"impersonationConstraint":"c"}'),
      to('Metadata'),
      isKept(
        x('Metadata', '"impersonatedUser":{"username":"u"},"authenticationMetadata":{"impersonationConstraint":"c"}'),
        'Request',
      ),
    ],
    ['L25 an unknown member', x('Request', '"foo":1'), to('Metadata'), isKept(x('Metadata', '"foo":1'), 'Request')],
    ['L28 a body that is null', x('Request', '"requestObject":null'), to('Metadata'), isKept(x('Metadata'), 'Request')],
    [
      'L29 members of v1beta1',
      `{"apiVersion":"audit.k8s.io/v1beta1","metadata":{"a":1},"timestamp":"t",${head('Request')}}`,
      to('Metadata'),
      isKept(`{"apiVersion":"audit.k8s.io/v1beta1","metadata":{"a":1},"timestamp":"t",${head('Metadata')}}`, 'Request'),
    ],
    ['a level None of the event', x('None'), to('Metadata'), { kind: 'dropped', reason: 'none' }],
    [
      'repeated members',
      x('Request', '"requestObject":1,"z":2,"requestObject":3,"level":"Request"'),
      to('Metadata'),
      isKept(x('Metadata', '"z":2,"level":"Metadata"'), 'Request'),
    ],
    [
      'a body that hides behind an escape',
      x('Request', '"request\\u004fbject":1'),
      to('Metadata'),
      isKept(x('Metadata'), 'Request'),
    ],
  ])('%s', (_, event, target, expected) => expect(reduce(event, target)).toEqual(expected))

  test('L26 digits stay', () => {
    expect(kept(reduce(full, to('Request')))).toContain('"n":12345678901234567890,"f":1.0')
  })

  test('L27 responseStatus stays whole', () => {
    const status = '"responseStatus":{"code":403,"message":"m","details":{"name":"c"}}'
    expect(kept(reduce(x('Request', status), to('Metadata')))).toContain(status)
  })
})

describe('stages', () => {
  const staged = (stage: string) => full.replace('ResponseComplete', stage)
  test.each([
    ['L8', 'RequestReceived', ['RequestReceived'], 'dropped'],
    ['L9', 'ResponseStarted', ['RequestReceived', 'ResponseStarted'], 'dropped'],
    ['L10', 'Panic', ['RequestReceived', 'ResponseStarted', 'ResponseComplete'], 'kept'],
  ])('%s %s', (_, stage, omitStages, kind) => {
    expect(reduce(staged(stage), to('Metadata', { omitStages }))).toMatchObject(
      kind === 'dropped' ? { kind, reason: 'stage' } : { kind },
    )
  })

  test('an event without a stage is kept', () => {
    expect(reduce('{"level":"Request"}', to('Request', { omitStages: ['Panic'] }))).toEqual(
      isKept('{"level":"Request"}'),
    )
  })
})

describe('managed fields', () => {
  const withBodies = (request: string, response: string, verb = 'update') =>
    x('RequestResponse', `"requestObject":${request},"responseObject":${response}`).replace(
      '"verb":"update"',
      `"verb":"${verb}"`,
    )
  const both = to('RequestResponse', omit)
  test.each([
    [
      'L14 of both objects',
      withBodies(q, p),
      withBodies(q.replace(',"managedFields":[{"m":1}]', ''), p.replace('"managedFields":[{"m":1}],', '')),
    ],
    [
      'L15 of the items of a list',
      withBodies('null', `{"metadata":{"resourceVersion":"1"},"items":[${p},${q},7]}`),
      withBodies(
        'null',
        '{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"c"},"data":{}},{"metadata":{"name":"c"},"data":{"n":12345678901234567890,"f":1.0}},7]}',
      ),
    ],
    [
      "L16 of the objects in a Table's rows",
      withBodies('null', `{"kind":"Table","rows":[{"cells":["c"],"object":${p}},{"cells":[]}]}`),
      withBodies(
        'null',
        '{"kind":"Table","rows":[{"cells":["c"],"object":{"metadata":{"name":"c"},"data":{}}},{"cells":[]}]}',
      ),
    ],
    [
      'but not of rows elsewhere',
      withBodies('null', `{"rows":[{"object":${p}}]}`),
      withBodies('null', `{"rows":[{"object":${p}}]}`),
    ],
    [
      'L17 nothing of a JSON patch',
      withBodies('[{"op":"add","path":"/metadata/managedFields"}]', '{}', 'patch'),
      withBodies('[{"op":"add","path":"/metadata/managedFields"}]', '{}', 'patch'),
    ],
    [
      'L18 nothing of a merge patch, but of its answer',
      withBodies(q, p, 'patch'),
      withBodies(q, '{"metadata":{"name":"c"},"data":{}}', 'patch'),
    ],
    ['alone in metadata', withBodies('{"metadata":{"managedFields":[]}}', '{}'), withBodies('{"metadata":{}}', '{}')],
    ['bodies that are no objects', withBodies('"text"', '[1]'), withBodies('"text"', '[1]')],
    [
      'metadata that is none',
      withBodies('{"metadata":"m"}', '{"metadata":null}'),
      withBodies('{"metadata":"m"}', '{"metadata":null}'),
    ],
  ])('%s', (_, event, expected) => expect(kept(reduce(event, both))).toBe(expected))

  test('L19 to L21 stay when they are not to be omitted', () =>
    expect(kept(reduce(full, to('RequestResponse')))).toBe(full))
  test('L22 go with the bodies', () => expect(kept(reduce(full, to('Metadata', omit)))).toBe(x('Metadata')))
})

describe('L31 items of a list', () => {
  const named = (text: string) =>
    kept(reduceEvent(Buffer.from(text), to('Metadata'), { listVersion: 'audit.k8s.io/v1' }))
  test.each([
    ['{"level":"Metadata"}', '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata"}'],
    ['{"requestObject":1,"level":"Request"}', '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata"}'],
    ['{"level":"Metadata","kind":"Event","apiVersion":"x"}', '{"level":"Metadata","kind":"Event","apiVersion":"x"}'],
    ['{"kind":"Event","level":"Metadata"}', '{"apiVersion":"audit.k8s.io/v1","kind":"Event","level":"Metadata"}'],
  ])('%s', (text, expected) => expect(named(text)).toBe(expected))
})

describe('L32 what cannot be judged is for the quarantine, whatever the policy', () => {
  test.each([
    ['{"level":"Foo"}', 'its level "Foo" is unknown'],
    ['{"level":7}', 'it has no level'],
    ['{}', 'it has no level'],
    ['[]', 'byte 0: an event is an object'],
    ['"Event"', 'byte 0: an event is an object'],
    ['{"level":"Metadata"', 'byte 19: the text ends here'],
    ['{"level":"Metadata"} x', 'byte 21: more than one value'],
    ['', 'byte 0: the text ends here'],
  ])('%s', (text, reason) => {
    for (const level of ['None', 'RequestResponse'] as const)
      expect(reduce(text, to(level))).toEqual({ kind: 'quarantine', reason })
  })
})

test('white space around and between goes, and nothing is copied where nothing changes', () => {
  const bytes = Buffer.from(` \n${full}\n`)
  const reduced = reduceEvent(bytes, to('RequestResponse'))
  expect(kept(reduced)).toBe(full)
  expect(reduced.kind === 'kept' && reduced.bytes.buffer === bytes.buffer).toBe(true)
  expect(kept(reduce(full.replaceAll(',"', ' ,\n "'), to('Request')))).toBe(kept(reduce(full, to('Request'))))
})

test('whatever the bodies and unknown members are, all that is kept keeps its text', () => {
  const members = fc.array(jsonText(false), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(members, ([request, response, unknown]) => {
      const event = x('RequestResponse', `"requestObject":${request},"foo":${unknown},"responseObject":${response}`)
      expect(kept(reduce(event, to('RequestResponse')))).toBe(event)
      expect(kept(reduce(event, to('Request')))).toBe(x('Request', `"requestObject":${request},"foo":${unknown}`))
      expect(kept(reduce(event, to('Metadata')))).toBe(x('Metadata', `"foo":${unknown}`))
    }),
    { numRuns: 300, seed: 7 },
  )
})
