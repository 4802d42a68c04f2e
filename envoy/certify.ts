/**
 * The parity certificate: every operator, in text and in JSON, through Envoy's file logger and through the sink, with real Envoys.
 *
 *     npx tsx envoy/certify.ts                                    all versions; prints counts and faults
 *     npx tsx envoy/certify.ts --version 1.40.0 --write           one version; rewrites docs/parity.md and docs/parity.json
 *
 * Versions that were not run keep what is recorded. Ends with 1 when there are faults, and then writes nothing.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { certifyVersion, reasonNames, unneeded } from './certify/certify-version.ts'
import type { ReasonName } from './certify/reasons.ts'
import { type ParityRecord, printRecord, readRecord, type VersionRecord } from './certify/record.ts'
import { exactCount, report } from './certify/report.ts'
import { certifiedVersions, installEnvoy } from './install.ts'

const { values } = parseArgs({ options: { version: { type: 'string' }, write: { type: 'boolean', default: false } } })
const versions = values.version?.split(',') ?? [...certifiedVersions]

const docsDir = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs')
const recordPath = join(docsDir, 'parity.json')

const run = new Map<string, VersionRecord>()
const needed = new Set<ReasonName>()
let faultCount = 0
const complain = (where: string, faults: readonly string[]) => {
  for (const fault of faults) console.log(`${where}: ${fault}`)
  faultCount += faults.length
}
for (const version of versions) {
  const { record, faults, reasons } = await certifyVersion(version, installEnvoy(version))
  run.set(version, record)
  for (const reason of reasons) needed.add(reason)
  const { exact, accepted } = exactCount(record)
  console.log(`${version}: ${accepted} operators in ${record.entries} entries, ${exact} exact in text and JSON`)
  complain(version, faults)
}
if (certifiedVersions.every((version) => run.has(version))) {
  complain('all', reasonNames.filter((name) => !needed.has(name)).map(unneeded))
}
if (faultCount > 0) process.exitCode = 1
else if (values.write) {
  const recorded: ParityRecord = existsSync(recordPath) ? readRecord(recordPath) : {}
  const known = certifiedVersions.flatMap((version) => {
    const one = run.get(version) ?? recorded[version]
    return one ? [[version, one] as const] : []
  })
  const all: ParityRecord = Object.fromEntries(known)
  mkdirSync(docsDir, { recursive: true })
  writeFileSync(recordPath, printRecord(all))
  writeFileSync(join(docsDir, 'parity.md'), report(all))
}
