/**
 * Kong Mesh's documentation of AccessAudit, current and of 2.2: its resources in both forms select what it says, its records lie in the file as it
 * shows them, and the file is rotated as it says.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type AuditRig, auditRig } from '../door/rig.ts'

const rules = `- types: ["TrafficPermission", "TrafficRoute", "Mesh"]
  mesh: default
  access: ["CREATE", "UPDATE", "DELETE"]
  accessAll: true`
const indented = rules.replaceAll(/^/gm, '  ')

/** 2.2 says as comments what the current one says in a table. */
const documents: Readonly<Record<string, string>> = {
  'current, Universal': `type: AccessAudit\nname: audit-1\nrules:\n${rules}\n`,
  'current, Kubernetes': `apiVersion: kuma.io/v1alpha1\nkind: AccessAudit\nmetadata:\n  name: role-1\nspec:\n  rules:\n${indented}\n`,
  '2.2, Universal': `type: AccessAudit\nname: audit-1\nrules:\n${rules.replaceAll(/$/gm, ' # what it is')}\n`,
  '2.2, Kubernetes': `apiVersion: kuma.io/v1alpha1\nkind: AccessAudit\nmetadata:\n  name: role-1\nspec:\n  rules:\n${indented.replaceAll(/$/gm, ' # what it is')}\n`,
}

const user = { name: 'john.doe@kuma.io', groups: ['team-a'] }
const date = '2022-09-21T09:31:42+02:00'
const write = (action: string, type: string, name: string, mesh?: string) => ({
  date,
  action,
  resource: { name, ...(mesh === undefined ? {} : { mesh }), type },
  user,
})
const tokenOf = (mesh: string) => ({
  date,
  action: 'GENERATE_DATAPLANE_TOKEN',
  token: {
    id: '0e120ec9-6b42-495d-9758-07b59fe86fb9',
    expiresAt: '2022-09-22T09:31:42+02:00',
    claims: { mesh, tags: { 'kuma.io/service': 'backend' } },
  },
  user,
})

/** The two that the documentation shows come first. */
const audited = [
  write('UPDATE', 'TrafficPermission', 'web-to-backend', 'default'),
  tokenOf('default'),
  write('CREATE', 'TrafficRoute', 'all', 'default'),
  write('DELETE', 'Mesh', 'default'),
]
const others = [
  write('UPDATE', 'TrafficPermission', 'web-to-backend', 'prod'),
  write('UPDATE', 'MeshRetry', 'web', 'default'),
  write('UPDATE', 'Mesh', 'prod'),
  write('CREATE', 'Zone', 'east'),
  tokenOf('prod'),
  { date, action: 'GENERATE_USER_TOKEN', token: { id: '1', expiresAt: date, claims: { name: 'a' } }, user },
]

function meshRig(document: string, file: object): Promise<AuditRig> {
  return auditRig((folder) => {
    mkdirSync(join(folder, 'audits'))
    writeFileSync(join(folder, 'audits', 'a.yaml'), document)
    const backends = [{ type: 'file', file: { path: join(folder, 'audit.log'), ...file } }]
    const kmesh = { access: { audit: { backends } } }
    return { mesh: [{ source: 'cp', accessAudits: [join(folder, 'audits')], kmesh }] }
  })
}

test.each(Object.keys(documents))(
  '%s: exactly the documented records, as the documentation shows them',
  async (which) => {
    const { post, lines } = await meshRig(documents[which]!, {})
    // As printed there, over several lines.
    for (const record of [...audited, ...others]) {
      expect((await post('/audit/mesh/cp', JSON.stringify(record, null, 2))).status).toBe(200)
    }
    expect(lines('audit.log')).toEqual(audited.map((record) => JSON.stringify(record)))
  },
)

test('what is sent in another order is written in the documented one', async () => {
  const { post, lines } = await meshRig(documents['current, Universal']!, {})
  const { user: who, token, action, date: when } = tokenOf('default')
  await post('/audit/mesh/cp', { user: who, token, zone: 'east', action, date: when })
  expect(lines('audit.log')).toEqual([JSON.stringify({ date: when, action, token, user: who, zone: 'east' })])
})

/** Four requests, of which two fit into a file. */
async function fill({ post }: AuditRig): Promise<void> {
  const body = Array.from({ length: 300 }, (_, i) => ({ ...audited[0], note: `${i}`.padEnd(1_300) }))
  for (let i = 0; i < 4; i++) expect((await post('/audit/mesh/cp', body)).status).toBe(200)
}

const backupForm = /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$/
const logs = ({ folder }: AuditRig) => readdirSync(folder).filter((name) => name.endsWith('.log'))

test('rotation: at maxSizeMb, by the documented name, and no more than maxRetainedFiles', async () => {
  const rotation = { enabled: true, maxRetainedFiles: 1, maxSizeMb: 1, maxAgeDays: 30 }
  const rig = await meshRig(documents['current, Universal']!, { rotation })
  await fill(rig)
  await fill(rig)
  await expect.poll(() => logs(rig).length).toBe(2)
  const [backup, live] = logs(rig)
  expect(backup).toMatch(backupForm)
  expect(live).toBe('audit.log')
  expect(statSync(join(rig.folder, backup!)).size).toBeGreaterThan(900_000)
  expect(statSync(join(rig.folder, backup!)).size).toBeLessThanOrEqual(1 << 20)
})

test.each([{ rotation: { enabled: false, maxSizeMb: 1 } }, {}])('no rotation with %j', async (file) => {
  const rig = await meshRig(documents['current, Universal']!, file)
  await fill(rig)
  expect(logs(rig)).toEqual(['audit.log'])
  expect(rig.lines('audit.log')).toHaveLength(1_200)
})
