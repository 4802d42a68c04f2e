/** `GET /audit/status`: who may see it, and what of it. */
import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { auditRig, event, listOf } from './rig.ts'

const sources = (folder: string) => ({
  kubernetes: ['prod', 'test'].map((source) => ({ source, 'audit-log-path': join(folder, `${source}.log`) })),
})
const entry = (token: string, roles: string[], more: object = {}) => ({
  roles,
  tokenSha256: createHash('sha256').update(token).digest('hex'),
  ...more,
})
const as = (token: string) => ({ authorization: `Bearer ${token}` })

test('counts by source, what hinders, and the public key that the seals are verified with', async () => {
  const rig = await auditRig((folder) => ({ ...sources(folder), access: [entry('auditor', ['read'])] }))
  await rig.post('/audit/k8s/prod', listOf(event('1'), event('2', { level: 'Foo' })))
  await rig.post('/audit/k8s/prod', listOf(event('1')))
  const response = await rig.call('GET', '/audit/status', undefined, as('auditor'))
  expect(response.status).toBe(200)
  const status = (await response.json()) as { seal: { key: string; publicKey: string } }
  const none = { accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 }
  expect(status).toEqual({
    ready: true,
    hindrance: null,
    whenUnavailable: 'refuse',
    seal: { key: expect.stringMatching(/^[0-9a-f]{32}$/), publicKey: expect.any(String) },
    sources: [
      {
        source: 'prod',
        kind: 'kubernetes',
        full: false,
        ...none,
        accepted: 1,
        quarantined: 1,
        duplicate: 1,
        lastRecordAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      { source: 'test', kind: 'kubernetes', full: false, ...none, lastRecordAt: null },
    ],
  })
  expect(status.seal.publicKey).toBe(readFileSync(join(rig.folder, 'state/seal-key.pem.pub'), 'utf8'))
  expect(createPublicKey(status.seal.publicKey).asymmetricKeyType).toBe('ed25519')
})

test('each reader sees its own sources; who writes or has no credential sees nothing', async () => {
  const access = [entry('one', ['read'], { sources: ['test'] }), entry('writer', ['write'])]
  const rig = await auditRig((folder) => ({ ...sources(folder), access }))
  const get = (headers: Record<string, string>, path = '/audit/status') => rig.call('GET', path, undefined, headers)
  expect(await (await get(as('one'))).json()).toMatchObject({ sources: [{ source: 'test' }] })
  const statuses = await Promise.all([get({}), get(as('nobody')), get(as('writer')), get(as('one'), '/audit/statuses')])
  expect(statuses.map(({ status }) => status)).toEqual([401, 401, 403, 404])
  expect((await rig.call('PUT', '/audit/status', '{}', as('one'))).status).toBe(405)
})

test('what hinders is said; without seals there is no key', async () => {
  const rig = await auditRig((folder) => ({
    ...sources(folder),
    access: [entry('auditor', ['read'])],
    minFree: '1000GiB',
    seal: { enabled: false },
  }))
  const status = await (await rig.call('GET', '/audit/status', undefined, as('auditor'))).json()
  expect(status).toMatchObject({ ready: false, hindrance: expect.stringContaining('audit.minFree'), seal: null })
})
