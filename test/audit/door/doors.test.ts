/** Records come in by HTTP and are on disk, sealed, before they are answered for. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { auditRig, event, listOf } from './rig.ts'

const kubernetes = (folder: string, more: object = {}) => ({
  kubernetes: [{ source: 'prod', 'audit-log-path': join(folder, 'prod.log'), ...more }],
})

describe('POST /audit/k8s/{source}', () => {
  test('answers when every event is in the file, as it was sent, with a seal for each', async () => {
    const rig = await auditRig((folder) => kubernetes(folder))
    const raw =
      '{"level":"Metadata","auditID":"1","stage":"Panic","requestURI":"/x","verb":"get","n":12345678901234567890}'
    const response = await rig.post(
      '/audit/k8s/prod?timeout=30s',
      `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${raw}]}`,
    )
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ accepted: 1, filtered: 0, quarantined: 0, duplicate: 0 })
    expect(rig.lines('prod.log')).toEqual([`{"kind":"Event","apiVersion":"audit.k8s.io/v1",${raw.slice(1)}`])
    const seals = rig.lines('prod.log.seal').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(seals.map(({ kind }) => kind)).toEqual(['begin', 'record'])
    expect(seals[1]).toMatchObject({ source: 'prod', sequence: 1, offset: 0 })
  })

  test('takes a single event, an array, JSON Lines and an empty list', async () => {
    const rig = await auditRig((folder) => kubernetes(folder))
    const whole = (id: string) => ({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event(id) })
    expect((await rig.post('/audit/k8s/prod', whole('1'))).status).toBe(200)
    expect((await rig.post('/audit/k8s/prod', [whole('2'), whole('3')])).status).toBe(200)
    const lines = `${JSON.stringify(whole('4'))}\n{broken\n${JSON.stringify(whole('5'))}\n`
    const answer = await rig.post('/audit/k8s/prod', lines, { 'content-type': 'application/x-ndjson' })
    expect(await answer.json()).toMatchObject({ accepted: 2, quarantined: 1 })
    expect(await (await rig.post('/audit/k8s/prod', listOf())).json()).toMatchObject({ accepted: 0 })
    const ids = rig.lines('prod.log').map((line) => (JSON.parse(line) as { auditID: string }).auditID)
    expect(ids).toEqual(['1', '2', '3', '4', '5'])
  })

  test('one bad event costs itself alone, and is kept apart as it came', async () => {
    const rig = await auditRig((folder) => kubernetes(folder))
    const answer = await rig.post('/audit/k8s/prod', listOf(event('1'), event('2', { level: 'Foo' }), event('3')))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ accepted: 2, quarantined: 1 })
    expect(rig.lines('prod.log')).toHaveLength(2)
    const [kept] = rig.lines('state/quarantine.log').map((line) => JSON.parse(line) as Record<string, string>)
    expect(kept).toMatchObject({ source: 'prod', raw: JSON.stringify(event('2', { level: 'Foo' })) })
  })

  test('a batch that is sent again is kept once; the same auditID with other content twice', async () => {
    const rig = await auditRig((folder) => kubernetes(folder))
    const batch = listOf(event('1'), event('2'))
    await rig.post('/audit/k8s/prod', batch)
    expect(await (await rig.post('/audit/k8s/prod', batch)).json()).toMatchObject({ accepted: 0, duplicate: 2 })
    await rig.post('/audit/k8s/prod', listOf(event('1', { verb: 'delete' })))
    expect(rig.lines('prod.log')).toHaveLength(3)
  })

  test('an auditID that is used for different events of one stage is told of once, and all of them are kept', async () => {
    const rig = await auditRig((folder) => kubernetes(folder))
    const told = () =>
      rig.said.filter(({ level, message }) => level === 'warn' && message.includes('e1 ResponseComplete'))
    const begun = event('e1', { stage: 'RequestReceived' })
    await rig.post('/audit/k8s/prod', listOf(begun, event('e1'), event('e2')))
    await rig.post('/audit/k8s/prod', listOf(begun, event('e1'), event('e2')))
    expect(told()).toEqual([])
    for (const verb of ['delete', 'patch']) await rig.post('/audit/k8s/prod', listOf(event('e1', { verb })))
    expect(told()).toHaveLength(1)
    expect(rig.lines('prod.log')).toHaveLength(5)
  })

  test('events are reduced by the policy, and secrets do not reach the disk', async () => {
    const rig = await auditRig((folder) => {
      const rules = [
        { level: 'None', verbs: ['watch'] },
        { level: 'Request', resources: [{ group: '' }] },
        { level: 'Metadata' },
      ]
      const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }
      writeFileSync(join(folder, 'policy.yaml'), JSON.stringify(policy))
      return kubernetes(folder, { 'audit-policy-file': join(folder, 'policy.yaml') })
    })
    const secret = {
      requestURI: '/api/v1/namespaces/default/secrets',
      verb: 'create',
      objectRef: { resource: 'secrets', namespace: 'default', apiVersion: 'v1' },
      requestObject: { kind: 'Secret', apiVersion: 'v1', data: { password: 'aHVudGVyMg==' } },
      responseObject: { kind: 'Secret', data: { password: 'aHVudGVyMg==' } },
    }
    const watched = event('1', { verb: 'watch' })
    const answer = await rig.post('/audit/k8s/prod', listOf(watched, event('2', secret)))
    expect(await answer.json()).toMatchObject({ accepted: 1, filtered: 1 })
    const [line] = rig.lines('prod.log')
    expect(line).not.toContain('aHVudGVyMg==')
    expect(JSON.parse(line!)).toMatchObject({
      level: 'Request',
      requestObject: { data: { password: expect.any(String) } },
    })
    expect(JSON.parse(line!)).not.toHaveProperty('responseObject')
    const seal = JSON.parse(rig.lines('prod.log.seal')[1]!) as Record<string, unknown>
    expect(seal).toMatchObject({ reducedFrom: 'RequestResponse', redacted: ['secret'] })
  })

  test('a policy that cannot be read keeps everything at Metadata; a later edit is in force by itself', async () => {
    const rig = await auditRig((folder) => {
      writeFileSync(
        join(folder, 'policy.yaml'),
        'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [ { level: Everything } ]\n',
      )
      return kubernetes(folder, { 'audit-policy-file': join(folder, 'policy.yaml') })
    })
    await rig.post('/audit/k8s/prod', listOf(event('1', { requestObject: {} })))
    expect(JSON.parse(rig.lines('prod.log')[0]!)).toMatchObject({ level: 'Metadata' })
    expect(rig.said.some(({ level, message }) => level === 'error' && message.includes('rules[0].level'))).toBe(true)
    writeFileSync(
      join(rig.folder, 'policy.yaml'),
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [ { level: None } ]\n',
    )
    await expect
      .poll(async () => (await rig.post('/audit/k8s/prod', listOf(event(`${Math.random()}`)))).json(), {
        timeout: 10_000,
      })
      .toMatchObject({ accepted: 0, filtered: 1 })
  })

  test.each<[string, number, () => [method: string, path: string, body?: string, headers?: Record<string, string>]]>([
    ['an unknown source', 404, () => ['POST', '/audit/k8s/other', '[]']],
    ['a source with escapes that are none', 404, () => ['POST', '/audit/k8s/%zz', '[]']],
    ['AccessAudits of such a source', 404, () => ['GET', '/mesh/%zz/accessaudits']],
    ['another method', 405, () => ['GET', '/audit/k8s/prod']],
    ['another type', 415, () => ['POST', '/audit/k8s/prod', 'x', { 'content-type': 'text/plain' }]],
    ['no JSON', 400, () => ['POST', '/audit/k8s/prod', '{', { 'content-type': 'application/json' }]],
    ['a token that nobody has', 401, () => ['POST', '/audit/k8s/prod', '[]', { authorization: 'Bearer x' }]],
  ])('%s is answered with %i', async (_, status, request) => {
    const rig = await auditRig((folder) => kubernetes(folder))
    const response = await rig.call(...request())
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ status, detail: expect.any(String) })
  })

  test('below the floor of the disk nothing is taken, and the sender is told when to come again', async () => {
    const rig = await auditRig((folder) => ({ ...kubernetes(folder), minFree: '1000GiB' }))
    const response = await rig.post('/audit/k8s/prod', listOf(event('1')))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(rig.lines('prod.log')).toEqual([])
  })
})

describe('POST /audit/mesh/{source}', () => {
  const record = (type: string, name: string) =>
    `{"date":"2024-03-05T17:20:01+01:00","action":"DELETE","resource":{"name":"${name}","mesh":"prod","type":"${type}"},"user":{"name":"ana","groups":[]}}`
  const mesh = (folder: string) => {
    mkdirSync(join(folder, 'audits'))
    const rules = [{ types: ['MeshRetry'], mesh: 'prod', accessAll: true }]
    writeFileSync(join(folder, 'audits/a.yaml'), JSON.stringify({ type: 'AccessAudit', name: 'a', rules }))
    const backends = [{ type: 'file', file: { path: join(folder, 'audit.logs') } }]
    return {
      mesh: [
        { source: 'cp', accessAudits: [join(folder, 'audits/*.yaml')], kmesh: { access: { audit: { backends } } } },
      ],
    }
  }

  test('keeps what the AccessAudits select, as it came', async () => {
    const rig = await auditRig(mesh)
    const body = `${record('MeshRetry', '1')}\n${record('MeshTimeout', '2')}\n${record('MeshRetry', '1')}\n`
    const answer = await rig.post('/audit/mesh/cp', body, { 'content-type': 'application/x-ndjson' })
    expect(await answer.json()).toEqual({ accepted: 2, filtered: 1, quarantined: 0, duplicate: 0 })
    expect(rig.lines('audit.logs')).toEqual([record('MeshRetry', '1'), record('MeshRetry', '1')])
  })

  test.each([
    ['the token', 'Bearer kube:pass:word', 200],
    ['name and password', `Basic ${Buffer.from('kube:pass:word').toString('base64')}`, 200],
    ['another password', `Basic ${Buffer.from('kube:password').toString('base64')}`, 401],
    ['the token in base64', `Bearer ${Buffer.from('kube:pass:word').toString('base64')}`, 401],
    ['no scheme that is known', 'Digest kube:pass:word', 401],
  ])('a credential is shown as a kubeconfig has it: %s', async (_, authorization, status) => {
    const tokenSha256 = createHash('sha256').update('kube:pass:word').digest('hex')
    const rig = await auditRig((folder) => ({
      ...mesh(folder),
      access: [{ roles: ['write'], sources: ['cp'], tokenSha256 }],
    }))
    const as = { authorization, 'content-type': 'application/json' }
    expect((await rig.post('/audit/mesh/cp', record('MeshRetry', '1'), as)).status).toBe(status)
  })

  test('resources can be put, read, listed and deleted by who may; what stands in a file is only shown', async () => {
    const token = 'secret-token'
    const tokenSha256 = createHash('sha256').update(token).digest('hex')
    const access = [{ roles: ['read', 'administer'], sources: ['cp'], tokenSha256 }]
    const rig = await auditRig((folder) => ({ ...mesh(folder), access }))
    const as = { authorization: `Bearer ${token}` }
    const put = (name: string, document: object) =>
      rig.call('PUT', `/mesh/cp/accessaudits/${name}`, JSON.stringify(document), as)
    expect((await rig.call('GET', '/mesh/cp/accessaudits')).status).toBe(401)
    const wide = { type: 'AccessAudit', name: 'wide', rules: [{ accessAll: true }] }
    expect((await put('wide', wide)).status).toBe(201)
    expect((await put('wide', wide)).status).toBe(200)
    expect((await put('other', wide)).status).toBe(400)
    expect((await put('%zz', wide)).status).toBe(404)
    expect((await put('a', { ...wide, name: 'a' })).status).toBe(409)
    const list = (await (await rig.call('GET', '/mesh/cp/accessaudits?size=1', undefined, as)).json()) as object
    expect(list).toMatchObject({ total: 2, items: [{ name: 'a' }], next: '/mesh/cp/accessaudits?size=1&offset=1' })
    await rig.post('/audit/mesh/cp', record('MeshTimeout', 'x'))
    expect(rig.lines('audit.logs')).toHaveLength(1)
    await rig.stop()

    const again = await auditRig(() => ({ ...meshAgain(rig.folder), access }), rig.folder)
    expect((await again.call('GET', '/mesh/cp/accessaudits/wide', undefined, as)).status).toBe(200)
    expect((await again.call('DELETE', '/mesh/cp/accessaudits/wide', undefined, as)).status).toBe(200)
    expect((await again.call('DELETE', '/mesh/cp/accessaudits/wide', undefined, as)).status).toBe(404)
    await again.stop()
    const calls = again
      .lines('state/administration.log')
      .map((line) => JSON.parse(line) as { action: string; status: number })
    expect(calls.map(({ action, status }) => `${action} ${status}`)).toEqual([
      'PUT accessaudits 201',
      'PUT accessaudits 200',
      'PUT accessaudits 400',
      'PUT accessaudits 409',
      'DELETE accessaudits 200',
      'DELETE accessaudits 404',
    ])
  })

  const meshAgain = (folder: string) => {
    const backends = [{ type: 'file', file: { path: join(folder, 'audit.logs') } }]
    return {
      mesh: [
        { source: 'cp', accessAudits: [join(folder, 'audits/*.yaml')], kmesh: { access: { audit: { backends } } } },
      ],
    }
  }
})
