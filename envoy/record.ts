/**
 * Records the goldens: drives a real Envoy through the corpus, one case at a time, and keeps the stream as it was sent beside what
 * Envoy's own file logger wrote for the same requests.
 *
 *     npm run record                      all cases, into test/golden/envoy-<version>/
 *     npx tsx envoy/record.ts --to DIR [case…]
 *
 * Read the diff of a new recording like code: times, ports and request ids always change, anything else wants a reason.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openCaptureDoor } from './capture-door.ts'
import { type CaseName, caseNames } from './config.ts'
import { linesOf } from './drive.ts'
import { type Format, goldenFormats } from './formats.ts'
import { envoyVersion, installEnvoy } from './install.ts'
import type { Item } from './item.ts'
import { runLab } from './lab.ts'
import { predictLine } from './predict.ts'
import { until } from './until.ts'

const timeZone = 'Asia/Kolkata'

/** Records one case into `<toDir>/<case>/`, replacing what was there. Answers the number of entries. */
async function record(caseName: CaseName, toDir: string, binary: string): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'als-record-'))
  const door = await openCaptureDoor()
  try {
    const options = { binary, dir, cases: [caseName], formats: goldenFormats, als: { port: door.port }, timeZone }
    return await runLab(options, async ({ items, logPath }) => {
      const lineItems = items.get(caseName)!
      const arrived = () => door.entryCount >= lineItems.length
      await until(`the stream of ${caseName} arrives whole`, 5_000, arrived, () => `${door.entryCount} entries`)
      if (door.entryCount > lineItems.length) throw new Error(`${caseName}: more entries than lines.`)

      // All that may fail comes first, so that a recording is replaced as a whole or not at all.
      const capture = door.bytes()
      const formats = goldenFormats.map((format) => {
        return JSON.stringify(describeFormat(format, linesOf(logPath(caseName, format)), lineItems))
      })
      const caseDir = join(toDir, caseName)
      rmSync(caseDir, { recursive: true, force: true })
      mkdirSync(join(caseDir, 'expected'), { recursive: true })
      writeFileSync(join(caseDir, 'capture.als'), capture)
      writeFileSync(join(caseDir, 'formats.json'), `[\n${formats.join(',\n')}\n]\n`)
      for (const format of goldenFormats) copyFileSync(logPath(caseName, format), join(caseDir, expectedPath(format)))
      writeFileSync(join(caseDir, 'README.md'), readme(caseName, lineItems.length))
      return lineItems.length
    })
  } finally {
    await door.close()
    rmSync(dir, { recursive: true })
  }
}

function expectedPath({ name }: Format): string {
  return `expected/${name}.txt`
}

/**
 * One member of `formats.json`. `carried`: true, every line follows from the capture; `partly`, all but the entries in `differs`
 * (0-based), for which `why` holds the reason and `instead` the line that does follow, without its newline and as a byte string.
 */
function describeFormat(format: Format, lines: readonly Buffer[], items: readonly Item[]): object {
  const differs: number[] = []
  const why: string[] = []
  const instead: string[] = []
  for (const [i, line] of lines.entries()) {
    const { line: predicted, shown } = predictLine(format, line, items[i]!.differs)
    if (predicted.equals(line)) continue
    differs.push(i)
    why.push(shown.map((difference) => `${difference.why} ${difference.field}`).join(', '))
    instead.push(predicted.toString('latin1'))
  }
  const { name, omitEmptyValues } = format
  const carried = differs.length === 0 ? { carried: true } : { carried: 'partly', differs, why, instead }
  return { name, format: format.format, omitEmptyValues, expect: expectedPath(format), ...carried }
}

function readme(caseName: CaseName, entries: number): string {
  return [
    `# ${caseName}`,
    '',
    `Recorded by \`npm run record\` (see \`envoy/README.md\`) from Envoy ${envoyVersion}: one worker thread, \`TZ=${timeZone}\`, ` +
      `${entries} entries.`,
    '',
    '- `capture.als`: the DATA bytes of one access log stream, as sent.',
    "- `formats.json`: the formats, and for each the file in `expected/` that Envoy's own file logger wrote. Line i belongs to",
    '  entry i of the capture. `carried` is true when every line follows from the capture; else `differs` lists the entries whose',
    '  line does not, `why` the reasons (`envoy/predict.ts` explains them), and `instead` the line that does follow, each character',
    '  standing for one byte.',
    '',
  ].join('\n')
}

const goldenDir = fileURLToPath(new URL(`../test/golden/envoy-${envoyVersion}`, import.meta.url))

async function main(): Promise<number> {
  const { to, cases } = readArguments()
  const unknown = cases.find((name) => !caseNames.some((each) => each === name))
  if (unknown !== undefined) {
    console.error(`There is no case "${unknown}"; there are ${caseNames.join(', ')}.`)
    return 2
  }
  const binary = installEnvoy()
  for (const caseName of caseNames.filter((name) => cases.length === 0 || cases.includes(name))) {
    console.error(`${caseName}: ${await record(caseName, to, binary)} entries`)
  }
  return 0
}

function readArguments(): { to: string; cases: string[] } {
  const options = { to: { type: 'string', default: goldenDir } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  return { to: values.to, cases: positionals }
}

process.exitCode = await main()
