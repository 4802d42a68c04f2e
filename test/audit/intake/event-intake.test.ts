/** Events are read once, whatever is done to them; and what is done at once is what would be done one after the other. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventIntake } from '../../../src/audit/intake/event-intake.ts'
import type { EventRedactor, Taken } from '../../../src/audit/intake/intake.ts'
import { BodySplitter } from '../../../src/audit/json/body-splitter.ts'
import { readEvent } from '../../../src/audit/kubernetes/event.ts'
import { levels } from '../../../src/audit/kubernetes/policy.ts'
import { reduceEvent } from '../../../src/audit/kubernetes/reduce.ts'
import type { Resolution } from '../../../src/audit/kubernetes/resolve.ts'
import { isQuiet } from '../../../src/audit/redact/quiet.ts'
import { noteRedaction, redactEvent, redactMeshRecord } from '../../../src/audit/redact/redact.ts'

const key = Buffer.from('a key of this deployment')
const b64 = (text: string) => Buffer.from(text).toString('base64url')
const jwt = `${b64('{"alg":"RS256","kid":"k"}')}.${b64('{"sub":"a"}')}.${b64('a signature')}`

const options = fc.record({ secrets: fc.boolean(), configMaps: fc.boolean(), tokens: fc.boolean() })
const target: fc.Arbitrary<Resolution> = fc.record({
  level: fc.constantFrom(...levels),
  omitStages: fc.constantFrom([], ['RequestReceived'] as const),
  omitManagedFields: fc.boolean(),
  rule: fc.constant(null),
})

/** Texts in which there is something to be done, and texts in which there only seems to be. */
const text = fc.constantFrom('a', '10.96.0.9', jwt, `${jwt} and more`, `\\u0065${jwt.slice(1)}`, 'a.b.c', '"', 'é')
const labels = fc.dictionary(fc.constantFrom('a', 'b', 'kubectl.kubernetes.io/last-applied-configuration'), text)
const body = fc.record(
  {
    kind: fc.constantFrom('Secret', 'SecretList', 'ConfigMap', 'Pod', 'TokenReview', 'Table'),
    apiVersion: fc.constantFrom('v1', 'apps/v1', 'authentication.k8s.io/v1'),
    metadata: fc.record({ annotations: labels, managedFields: fc.constant([{ manager: 'm' }]) }, { requiredKeys: [] }),
    data: fc.oneof(fc.dictionary(fc.constantFrom('p', 'q'), text), text),
    items: fc.array(fc.record({ kind: fc.constantFrom('Secret', 'Pod'), data: fc.constant({ p: 'cHc=' }) }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
)
const resource = fc.constantFrom('secrets', 'configmaps', 'pods', 'tokenreviews')
const event = fc.record(
  {
    kind: fc.constant('Event'),
    level: fc.constantFrom(...levels, 'Other'),
    stage: fc.constantFrom('RequestReceived', 'ResponseComplete'),
    requestURI: fc
      .tuple(resource, fc.constantFrom('', '?token=a.b', `?x=${jwt}`))
      .map(([of, query]) => `/api/v1/${of}${query}`),
    verb: fc.constantFrom('patch', 'update'),
    objectRef: fc.record({ resource, subresource: fc.constantFrom('token', 'status') }, { requiredKeys: ['resource'] }),
    requestObject: fc.oneof(
      body,
      fc.array(fc.record({ op: fc.constant('add'), path: fc.constant('/data/p'), value: text })),
    ),
    responseObject: body,
    annotations: labels,
  },
  { requiredKeys: ['level'] },
)
const shape = fc.constantFrom(
  (items: string) => `{"items":[${items}]}`,
  (items: string) => `[${items}]`,
)

test('an event is reduced and redacted at once as it would be one after the other', () => {
  const found = new Set<string>()
  const property = fc.property(
    ...([fc.array(event, { minLength: 1, maxLength: 3 }), options, target, shape, fc.boolean()] as const),
    (events, redact, to, wrap, isLoose) => {
      // Escapes of the texts above stand in the JSON as they are.
      const texts = events.map((each) => JSON.stringify(each, null, isLoose ? 1 : 0).replaceAll('\\\\', '\\'))
      const rest = (bytes: Uint8Array) => redactMeshRecord(bytes, redact, key)
      const redactor: EventRedactor = {
        whole: (bytes) => redactEvent(bytes, redact, key),
        rest,
        isQuiet,
        note: (read, level, edits) => noteRedaction(read, { level, edits, options: redact, key }),
      }
      const policy = () => ({ kind: 'policy', resolve: () => to }) as const
      const intake = createEventIntake({ policy, redact: redactor })
      const taken: object[] = []
      const splitter = new BodySplitter()
      for (const item of splitter.push(Buffer.from(wrap(texts.join(','))))) taken.push(tell(intake.take(item)))
      splitter.end()
      const listVersion = wrap('').startsWith('{') ? { listVersion: 'audit.k8s.io/v1' } : {}
      expect(taken).toEqual(texts.map((each) => tell(oneAfterTheOther(each))))

      function oneAfterTheOther(each: string): Taken {
        const reduced = reduceEvent(Buffer.from(each), to, listVersion)
        if (reduced.kind === 'dropped') return { kind: 'filtered', reason: reduced.reason }
        if (reduced.kind === 'quarantine') return { ...reduced, bytes: Buffer.from(each) }
        const { bytes, rules } = redactEvent(reduced.bytes, redact, key)
        for (const rule of rules) found.add(rule)
        const { reducedFrom } = reduced
        return {
          kind: 'kept',
          bytes,
          ...(reducedFrom === undefined ? {} : { reducedFrom }),
          ...(rules.length === 0 ? {} : { redacted: rules }),
        }
      }
    },
  )
  fc.assert(property, { numRuns: 2_000, seed: 7 })
  expect([...found].sort()).toEqual(['configmap', 'jwt', 'metadata', 'requestURI', 'secret'])
})

function tell(taken: Taken): object {
  if (taken.kind === 'filtered') return taken
  const { head = '', ...rest } = { head: '', ...taken }
  return { ...rest, bytes: `${head}${taken.bytes}` }
}

test('an event that a body holds whole is not read again, and its bodies are open', () => {
  const [item] = new BodySplitter().push(Buffer.from('[{"level":"Request","requestObject":{"kind":"Pod"}}]'))
  const { object } = item!
  expect(object!.members.map(({ members }) => members?.length)).toEqual([undefined, 1])
  const alone = readEvent(Buffer.from(item!.bytes))
  expect(alone.members.map(({ members }) => members?.length)).toEqual([undefined, 1])
})

test.each(['[{"a":"\\ud83d"},{"a":1', '[{"a":"\xff"}', '[{"a":tru}'])(
  '%s: what is no sound object is for others to judge',
  (text) => {
    const items = Array.from(new BodySplitter().push(Buffer.from(text, 'latin1')), (item) => {
      item.object?.hold()
      return item
    })
    for (const { bytes, object } of items) {
      if (object === undefined) expect(() => readEvent(bytes)).toThrow()
      else expect(readEvent(bytes).members).toHaveLength(object.members.length)
    }
    expect(items).toHaveLength(1)
  },
)
