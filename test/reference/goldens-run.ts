/** Holds the reference against recorded cases: `npx tsx test/reference/goldens-run.ts FOLDER [--others]` */
import { checkGoldens } from './goldens.ts'

const [folder, flag] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('Which folder? It holds cases, each a folder with capture.als, formats.json and expected/.\n')
  process.exit(2)
}

let passed = 0
let failed = 0
for (const { name, faults, others } of checkGoldens(folder)) {
  if (faults.length === 0) passed++
  else failed++
  if (faults.length > 0) process.stdout.write(`  ${name}: ${faults.length} lines; ${faults[0]!.slice(0, 600)}\n`)
  if (flag === '--others') {
    for (const { line, ours, envoys } of others) process.stdout.write(`  ${name} ${line}\n    ${ours}\n    ${envoys}\n`)
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
