/** What cannot be judged is kept apart, and is no way around the redaction: there it has lost its secrets too. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type AuditRig, auditRig, event, listOf } from './rig.ts'

const password = 'aHVudGVyMg=='
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl'
const ndjson = { 'content-type': 'application/x-ndjson' }

const kubernetes = (folder: string) => ({
  kubernetes: [{ source: 'prod', 'audit-log-path': join(folder, 'prod.log') }],
})

/** A level that nobody knows, so no policy can judge it. */
const badEvent = event('bad', {
  level: 'Foo',
  requestURI: `/api/v1/namespaces/default/secrets?token=${password}`,
  verb: 'create',
  user: { username: 'ana', extra: { credential: [token] } },
  objectRef: { resource: 'secrets', namespace: 'default', name: 'db', apiVersion: 'v1' },
  requestObject: { kind: 'Secret', apiVersion: 'v1', data: { password } },
})

interface Kept {
  readonly source: string
  readonly reason: string
  readonly raw?: string
  readonly rawBase64?: string
}

const file = 'state/quarantine.log'

function keptIn(rig: AuditRig): Kept[] {
  return rig.lines(file).map((line) => JSON.parse(line) as Kept)
}

/** What its seals say was taken out of each record. */
function redactedIn(rig: AuditRig): unknown[] {
  return rig
    .lines(`${file}.seal`)
    .map((line) => JSON.parse(line) as { kind: string; redacted?: readonly string[] })
    .filter(({ kind }) => kind === 'record')
    .map(({ redacted }) => redacted)
}

test('an event that no policy can judge loses what is secret in it, and stays the same otherwise', async () => {
  const rig = await auditRig(kubernetes)
  const answer = await rig.post('/audit/k8s/prod', listOf(badEvent))
  expect(await answer.json()).toMatchObject({ accepted: 0, quarantined: 1 })
  const [kept] = keptIn(rig)
  expect(kept).toMatchObject({ source: 'prod' })
  const { raw = '' } = kept!
  expect(raw).not.toContain(password)
  expect(raw).not.toContain(token)
  const marker = expect.stringMatching(/redacted/)
  expect(JSON.parse(raw)).toEqual({
    ...badEvent,
    requestURI: expect.stringMatching(/^\/api\/v1\/namespaces\/default\/secrets\?token=.*redacted/),
    user: { username: 'ana', extra: { credential: [marker] } },
    requestObject: { kind: 'Secret', apiVersion: 'v1', data: { password: marker } },
  })
  expect(redactedIn(rig)).toEqual([['secret', 'requestURI', 'jwt']])
})

test('a line that is no JSON at all loses what looks like a token', async () => {
  const rig = await auditRig(kubernetes)
  const answer = await rig.post('/audit/k8s/prod', `{"auditID":"1","bearer":"${token}", oops\n`, ndjson)
  expect(await answer.json()).toMatchObject({ quarantined: 1 })
  const [kept] = keptIn(rig)
  expect(kept?.raw).toMatch(/^\{"auditID":"1","bearer":".*redacted.*", oops$/)
  expect(kept?.raw).not.toContain(token)
  expect(redactedIn(rig)).toEqual([['jwt']])
})

test.each([
  ['a Secret that is cut off', `{"requestObject":{"kind":"Secret","data":{"password":"${password}"}`],
  ['a line about Secrets', `{"objectRef":{"resource":"secrets"},"requestObject":{"data":{"password":"${password}"}},}`],
  ['a kind whose letters are hidden', `{"requestObject":{"kind":"\\u0053ecret","data":{"password":"${password}"}},}`],
  ['a request for a token', `{"requestURI":"/apis/authentication.k8s.io/v1/tokenreviews","x":"${password}",}`],
  ['a token of a service account', `{"requestURI":"/api/v1/namespaces/n/serviceaccounts/a/token","x":"${password}",}`],
  [
    'the same by its reference',
    `{"objectRef":{"resource":"serviceaccounts","subresource":"token"},"x":"${password}",}`,
  ],
  ['a password in a query', `{"requestURI":"/login?password=${password}",}`],
])('%s: of what is no JSON nothing is kept but a marker', async (_, line) => {
  const rig = await auditRig(kubernetes)
  expect(await (await rig.post('/audit/k8s/prod', `${line}\n`, ndjson)).json()).toMatchObject({ quarantined: 1 })
  expect(keptIn(rig)[0]?.raw).toMatch(/^redacted:hmac-sha256:[\da-f]{64}$/)
  expect(redactedIn(rig)).toEqual([['unreadable']])
})

test('what is no JSON and speaks of no secrets is kept as it came', async () => {
  const rig = await auditRig(kubernetes)
  const line = '{"user":{"groups":["system:serviceaccounts"]},"requestURI":"/api/v1/pods?limit=5%2C0","auditID":"1",}'
  await rig.post('/audit/k8s/prod', `${line}\n`, ndjson)
  expect(keptIn(rig)[0]?.raw).toBe(line)
  expect(redactedIn(rig)).toEqual([undefined])
})

test('bytes that are no UTF-8 are searched as well', async () => {
  const rig = await auditRig(kubernetes)
  const line = Buffer.concat([Buffer.from([0xff]), Buffer.from(` ${token}\n`)])
  expect((await rig.call('POST', '/audit/k8s/prod', line, ndjson)).status).toBe(200)
  const [kept] = keptIn(rig)
  const bytes = Buffer.from(kept?.rawBase64 ?? '', 'base64')
  expect(bytes[0]).toBe(0xff)
  expect(bytes.toString('latin1')).toContain('redacted')
  expect(bytes.toString('latin1')).not.toContain(token)
})

test('a record of a mesh that names nobody loses its tokens', async () => {
  const rig = await auditRig((folder) => ({
    mesh: [
      {
        source: 'global-cp',
        kmesh: { access: { audit: { backends: [{ type: 'file', file: { path: join(folder, 'mesh.log') } }] } } },
      },
    ],
  }))
  const record = { date: '2026-03-05T07:08:09Z', action: 'CREATE', note: `Bearer ${token}` }
  const answer = await rig.post('/audit/mesh/global-cp', record)
  expect(await answer.json()).toMatchObject({ quarantined: 1 })
  const [kept] = keptIn(rig)
  expect(kept?.source).toBe('global-cp')
  expect(kept?.raw).toContain('redacted')
  expect(kept?.raw).not.toContain(token)
})

test('with the redaction turned off it is kept as it came', async () => {
  const rig = await auditRig((folder) => ({
    ...kubernetes(folder),
    redact: { secrets: false, configMaps: false, tokens: false },
  }))
  await rig.post('/audit/k8s/prod', listOf(badEvent))
  expect(keptIn(rig)[0]?.raw).toBe(JSON.stringify(badEvent))
  expect(redactedIn(rig)).toEqual([undefined])
})
