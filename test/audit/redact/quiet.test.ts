/** Events that redaction passes over by their outline are events in which it would find nothing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tellingWords } from '../../../src/audit/json/words.ts'
import { readEvent } from '../../../src/audit/kubernetes/event.ts'
import { tellingKinds, tellingResources } from '../../../src/audit/redact/about.ts'
import { isQuiet } from '../../../src/audit/redact/quiet.ts'
import { redactEvent } from '../../../src/audit/redact/redact.ts'

const hmacKey = Buffer.from('a key of this deployment')
const everything = { secrets: true, configMaps: true, tokens: true }
const b64 = (text: string) => Buffer.from(text).toString('base64url')
const jwt = `${b64('{"alg":"RS256"}')}.${b64('{"sub":"a"}')}.${b64('a signature')}`
const opaque = `${'aB3-'.repeat(5)}.${'xY_9'.repeat(5)}.${'Zz0'.repeat(8)}`

/** Strings as JSON; some of them say their first letter by an escape. */
const written = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.integer({ min: 0, max: 9 })).map(([said, dice]) => {
    const json = JSON.stringify(said)
    const code = said.charCodeAt(0).toString(16).padStart(4, '0')
    return dice > 2 || said === '' ? json : `"\\u${code}${json.slice(2)}`
  })
const object = (keys: readonly string[], value: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(written(fc.constantFrom(...keys)), value), { maxLength: 5 })
    .map((members) => `{${members.map(([key, json]) => `${key}:${json}`).join(',')}}`)

const text = written(fc.constantFrom('a', 'é', '10.4.0.1', 'registry.example.com/a@sha256:0f', `x\n${jwt}`, opaque))
const kind = written(
  fc.constantFrom('Pod', 'Secret', 'SecretList', 'ConfigMap', 'TokenReview', 'Table', 'CertificateSigningRequest'),
)
/** All of a Secret or its like, or what holds some. */
const secret = fc
  .tuple(written(fc.constant('kind')), kind, written(fc.constant('data')), text)
  .map(([kindKey, value, dataKey, data]) => `{${kindKey}:${value},${dataKey}:{"p":${data}}}`)
const list = fc
  .tuple(written(fc.constantFrom('items', 'rows')), fc.constantFrom('"Table"', '"PodList"', '"v1"'), secret)
  .map(([key, of, item]) => `{"kind":${of},${key}:[${key === '"rows"' ? `{"object":${item}}` : item}]}`)
const body = fc.oneof(
  object(['kind', 'metadata'], fc.oneof(kind, text)),
  secret,
  list,
  fc.array(object(['op', 'path', 'value'], text), { maxLength: 2 }).map(listOf),
  text,
)
const resource = fc.constantFrom('pods', 'secrets', 'configmaps', 'tokenreviews', 'serviceaccounts', 'leases')
const uri = fc
  .tuple(resource, fc.constantFrom('', '/%73', '?watch=true', '?token=a', '?Password=b', '?c=%6dommand'))
  .map(([of, rest]) => `/api/v1/namespaces/n/${of}${rest}`)
const reference = object(['resource', 'subresource', 'name'], written(fc.oneof(resource, fc.constant('token'))))

const event = fc
  .tuple(
    written(fc.constantFrom('Request', 'RequestResponse')),
    fc.array(
      fc.oneof(
        fc.tuple(written(fc.constant('requestURI')), written(uri)),
        fc.tuple(written(fc.constant('objectRef')), fc.oneof(reference, fc.constant('null'))),
        fc.tuple(written(fc.constantFrom('requestObject', 'responseObject')), body),
        fc.tuple(written(fc.constantFrom('annotations', 'userAgent')), fc.oneof(text, object(['a', 'b'], text))),
      ),
      { maxLength: 6 },
    ),
  )
  .map(([level, members]) => `{"level":${level},${members.map(([key, value]) => `${key}:${value},`).join('')}"x":1}`)

function listOf(items: readonly string[]): string {
  return `[${items.join(',')}]`
}

test('there is nothing to be taken out of a quiet event', () => {
  const seen = { quiet: 0, loud: 0 }
  const property = fc.property(event, (json) => {
    const bytes = Buffer.from(json)
    const isSaidQuiet = isQuiet(readEvent(bytes))
    seen[isSaidQuiet ? 'quiet' : 'loud']++
    if (isSaidQuiet) expect(redactEvent(bytes, everything, hmacKey)).toEqual({ bytes, rules: [] })
  })
  fc.assert(property, { numRuns: 10_000, seed: 3 })
  expect(seen.quiet).toBeGreaterThan(300)
  expect(seen.loud).toBeGreaterThan(300)
})

test('the usual events are quiet', () => {
  const pod =
    '{"kind":"Pod","metadata":{"name":"a"},"spec":{"image":"registry.example.com/a.b.c/d@sha256:0123456789abcdef"}}'
  const json = `{"level":"Request","requestURI":"/api/v1/namespaces/n/pods/a?timeout=30s","objectRef":{"resource":"pods"},"requestObject":${pod}}`
  expect(isQuiet(readEvent(Buffer.from(json)))).toBe(true)
})

const isQuietWith = (members: string) => isQuiet(readEvent(Buffer.from(`{"level":"RequestResponse",${members}}`)))

test.each(
  [...tellingResources].flatMap((each) => [
    `"requestURI":"/api/v1/namespaces/n/${each}/a?watch=true"`,
    `"requestURI":"/api/v1/${each}"`,
    `"requestURI":"/api/v1/${each}?limit=500"`,
    `"objectRef":{"name":"a","resource":"${each}"}`,
  ]),
)('loud: %s', (members) => {
  expect(isQuietWith(members)).toBe(false)
})

test.each([
  '"requestURI":"/api/v1/pods/secrets.example/configmapss"',
  '"objectRef":{"name":"secrets","resource":"secret"}',
])('quiet: %s', (members) => {
  expect(isQuietWith(members)).toBe(true)
})

test.each(
  [...tellingKinds].flatMap((each) => [
    `"requestObject":{"a":1,"kind":"${each}"}`,
    `"responseObject":{"kind":"${each}"}`,
  ]),
)('loud: %s', (members) => {
  expect(isQuietWith(members)).toBe(false)
  expect(isQuietWith(members.replace(/"}$/, 'X"}'))).toBe(true)
})

test.each([
  ...[
    'token=a',
    'b=c&token=a',
    'ACCESS_TOKEN=a',
    'b;PassWord=a',
    'command=a&command=b',
    'c%6fmmand=a',
    'to\\u006ben=a',
  ],
  // With the sign of Kelvin, whose small letter is a k.
  'to\u212aen=a',
])('loud: a query with %s', (query) => {
  expect(isQuietWith(`"requestURI":"/api/v1/pods?${query}"`)).toBe(false)
})

test('the walker knows those words as telling that redaction knows, and no others', () => {
  expect(new Set(tellingWords)).toEqual(new Set([...tellingResources, ...tellingKinds]))
})
