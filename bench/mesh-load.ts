/**
 * How long a large mesh (`mesh.ts`) takes from files to the first entry's decision, and to the decisions for all proxies. `npx tsx
 * bench/mesh-load.ts`. CPU of this process; each round begins with nothing in memory but what Node keeps of the code.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDocuments } from '../src/config/load.ts'
import { createDocumentJudge } from '../src/mesh/judge-document.ts'
import { decideProxy } from '../src/policy/matching/decide-proxy.ts'
import { createInventory } from '../src/policy/matching/inventory.ts'
import { openPolicyStore } from '../src/policy/store/policy-store.ts'
import { median } from './median.ts'
import { policyCount, proxyCount, writeMesh } from './mesh.ts'

const rounds = Number(process.argv[2] ?? 5)
const folder = mkdtempSync(join(tmpdir(), 'als-bench-mesh-'))
writeMesh(folder, { type: 'File', file: { path: '/var/log/mesh/bench.log' } })
const { config } = loadDocuments('sink.yaml', '{}')[0]!
const outside = { realPath: (path: string) => path, variables: {} }

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const rows: Record<string, number[]> = { read: [], firstDecision: [], allDecisions: [], wallToFirst: [] }
for (let round = 0; round < rounds; round++) {
  const startedMs = performance.now()
  const before = cpuMs()
  const store = await openPolicyStore({
    patterns: [join(folder, '*.yaml')],
    folder,
    judge: createDocumentJudge({ kuma: config!.kuma, outside }),
    onChange: () => undefined,
    onTrouble: (trouble) => console.error(trouble.file, trouble.faults[0]?.message),
  })
  const read = cpuMs()
  const inventory = createInventory(store.current.resources)
  const proxies = inventory.meshes.get('default')!.dataplanes
  const decide = (i: number) => decideProxy(proxies[i]!, inventory, { version: '2.14' }).listeners.length
  decide(0)
  const first = cpuMs()
  rows['wallToFirst']!.push(performance.now() - startedMs)
  for (let i = 1; i < proxies.length; i++) decide(i)
  rows['read']!.push(read - before)
  rows['firstDecision']!.push(first - read)
  rows['allDecisions']!.push(cpuMs() - first)
  await store.close()
}
rmSync(folder, { recursive: true })
console.log(`${policyCount} policies, ${proxyCount} proxies, median of ${rounds} rounds, in milliseconds of CPU:`)
for (const [name, values] of Object.entries(rows)) console.log(`  ${name.padEnd(14)} ${median(values).toFixed(0)}`)
