/**
 * A mesh as large as they come: 1,000 policies, 500 proxies, and one proxy among them that is the benches' own (`corpus.ts`). What its
 * entries become is what a single pipeline makes of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifier } from './corpus.ts'

export const policyCount = 1_000
export const proxyCount = 500

/** Documents as users write them, a hundred to a file. `backend`: of the policy that the benches' proxy obeys. */
export function writeMesh(folder: string, backend: object): void {
  mkdirSync(folder, { recursive: true })
  const policies = [
    ...Array.from({ length: policyCount - 1 }, (_, i) => policyOf(i)),
    policy('bench', { app: 'bench' }, { to: [{ targetRef: { kind: 'Mesh' }, default: { backends: [backend] } }] }),
  ]
  const proxies = [...Array.from({ length: proxyCount - 1 }, (_, i) => proxyOf(i)), benchProxy]
  write(folder, 'policies', policies)
  write(folder, 'proxies', proxies)
}

function write(folder: string, name: string, documents: readonly object[]): void {
  for (let i = 0; i < documents.length; i += 100) {
    const text = documents.slice(i, i + 100).map((document) => yaml(document, ''))
    writeFileSync(join(folder, `${name}-${String(i).padStart(4, '0')}.yaml`), text.join('---\n'))
  }
}

const policy = (name: string, labels: object, spec: object) => ({
  type: 'MeshAccessLog',
  name,
  mesh: 'default',
  spec: { targetRef: { kind: 'Dataplane', labels }, ...spec },
})

/** For one app each: what comes in, or what goes out to one service and to all others. */
function policyOf(i: number): object {
  const backends = [
    {
      type: 'File',
      file: {
        path: `/var/log/mesh/${i % 50}.log`,
        format: { type: 'Plain', plain: `${i} [%START_TIME%] %KUMA_SOURCE_SERVICE% %RESPONSE_CODE% %DURATION%` },
      },
    },
  ]
  const item = (targetRef: object) => ({ targetRef, default: { backends } })
  const labels = { app: `app-${i % proxyCount}` }
  if (i % 2 === 0) return policy(`in-${i}`, labels, { rules: [{ default: { backends } }] })
  const to = [item({ kind: 'Mesh' }), item({ kind: 'MeshService', name: `app-${i % 7}` })]
  return policy(`out-${i}`, labels, { to })
}

function proxyOf(i: number): object {
  const address = `10.1.${i >> 8}.${i & 255}`
  return {
    type: 'Dataplane',
    mesh: 'default',
    name: `app-${i}-1`,
    labels: { app: `app-${i}`, 'kuma.io/zone': 'east' },
    networking: {
      address,
      inbound: [{ port: 8080, tags: { 'kuma.io/service': `app-${i}`, 'kuma.io/protocol': 'http', version: 'v1' } }],
      outbound: Array.from({ length: 5 }, (_, k) => ({
        port: 10_000 + k,
        tags: { 'kuma.io/service': `app-${(i + k) % proxyCount}` },
      })),
    },
  }
}

/** What it sends goes out at the address that the corpus has for its own end. */
const benchProxy = {
  type: 'Dataplane',
  mesh: 'default',
  name: identifier.node.id,
  labels: { app: 'bench', 'kuma.io/zone': 'east' },
  networking: {
    address: '10.0.0.3',
    inbound: [{ port: 9999, tags: { 'kuma.io/service': 'web', 'kuma.io/protocol': 'http' } }],
    outbound: [
      { address: '10.4.0.17', port: 8080, tags: { 'kuma.io/service': 'backend' } },
      { address: '10.4.0.17', port: 8081, tags: { 'kuma.io/service': 'other' } },
    ],
  },
}

/** Plain block style. */
function yaml(value: object, indent: string): string {
  const lines = Object.entries(value).map(([key, member]) => {
    if (typeof member !== 'object') return `${indent}${key}: ${JSON.stringify(member)}\n`
    if (!Array.isArray(member)) return `${indent}${key}:\n${yaml(member as object, `${indent}  `)}`
    const items = member.map((item: object) => `${indent}  -${yaml(item, `${indent}    `).slice(indent.length + 3)}`)
    return `${indent}${key}:\n${items.join('')}`
  })
  return lines.join('')
}
