/**
 * Random formats through a real Envoy: what it accepts, the sink accepts, and nothing else; and what its file logger writes, the sink writes
 * from the entries that came by the logger block it generated. The certificate judges operators one by one, this what is made of them.
 *
 *     RANDOM_FORMATS=1000 npx vitest run test/envoy/random-formats.test.ts      so many instead of some dozens
 *     RANDOM_SEED=…                                                             those of a run before
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askAccepted } from '../../envoy/certify/accepted.ts'
import { formatFile, formatLoggers } from '../../envoy/certify/format-loggers.ts'
import { type Group, groups } from '../../envoy/certify/loggers.ts'
import { certificateMemory } from '../../envoy/certify/render.ts'
import { type Logged, runCertificate, timeZone } from '../../envoy/certify/run.ts'
import type { Json } from '../../envoy/clusters.ts'
import { envoyVersion } from '../../envoy/install.ts'
import { loggerBlock } from '../../src/engine/logger-block.ts'
import { compileFormat, renderEntry } from '../../src/index.ts'
import { anyFormat, type Spec } from '../property/formats.ts'
import { describeWithEnvoy } from './real-envoy.ts'

const seed = Number(process.env['RANDOM_SEED'] ?? Date.now() % 1_000_000)
const wanted = Number(process.env['RANDOM_FORMATS'] ?? 100)
/** More at a time are more than one Envoy's configuration needs. */
const atOnce = 100

/** Ends a line of text, whatever is in it. */
const lineEnd = '\x1e\n'

interface Case {
  readonly spec: Exclude<Spec, { pairs: unknown }>
  readonly omitEmptyValues: boolean
}

/**
 * Not the sink's own operators, nor what is another in each line. Of an environment variable that is not set Envoy writes `-` even where nothing
 * is to be left of a value, which a custom tag does not tell from one that is set to it.
 */
const others = /%(?:UNIQUE_ID|EMIT_TIME|KUMA_)|"(?:UNIQUE_ID|EMIT_TIME)|ENVIRONMENT\([^)]*\):0%/

/** Names that the random formats share with random entries, to what the corpus has instead. */
const namesOfCorpus: readonly (readonly [RegExp, string])[] = [
  [/\b(?:x-a|X-A)\b/g, 'x-value'],
  [/\bx-b\b/g, 'user-agent'],
  [/(METADATA\((?:[A-Z_]+:)?)(?:ns|com\.f):(?:k|obj)\b/g, '$1cert.ns:o'],
  [/(METADATA\((?:[A-Z_]+:)?)(?:ns|com\.f):n\b/g, '$1cert.ns:n'],
  [/(FILTER_STATE\()k\b/g, '$1fs.text'],
]

const memory = certificateMemory()

describeWithEnvoy('random formats', (binary) => {
  test(`${wanted} of them, seed ${seed}`, async () => {
    const cases = casesOf(seed, wanted)
    let compared = 0
    for (let i = 0; i < cases.length; i += atOnce) {
      const { lines, differences } = await judge(binary, cases.slice(i, i + atOnce))
      expect(differences).toEqual([])
      compared += lines
    }
    console.log(`random formats, seed ${seed}: ${compared} lines of ${cases.length} formats are Envoy's own`)
    expect(compared).toBeGreaterThan(100 * cases.length)
  }, 3_600_000)
})

function casesOf(from: number, count: number): Case[] {
  const specs = fc.sample(anyFormat, { seed: from, numRuns: 2 * count }).map(({ spec }) => spec)
  const cases = specs.flatMap((spec, i): Case[] => {
    if ('pairs' in spec || others.test(JSON.stringify(spec))) return []
    const met = namesOfCorpus.reduce((text, [name, other]) => text.replaceAll(name, other), JSON.stringify(spec))
    const own = JSON.parse(met) as Case['spec']
    return [{ spec: 'text' in own ? { text: `${own.text}${lineEnd}` } : own, omitEmptyValues: i % 2 === 1 }]
  })
  return cases.slice(0, count)
}

async function judge(binary: string, cases: readonly Case[]): Promise<{ lines: number; differences: object[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'als-rnd-'))
  const accepted = await askAccepted(binary, dir, new Map(cases.map((one) => [JSON.stringify(one), logFormat(one)])))
  const differences: object[] = []
  const known = cases.filter((one) => {
    const theirs = accepted.get(JSON.stringify(one)) ?? null
    const own = refusalOf(one)
    if ((own === null) !== (theirs === null)) differences.push({ ...one, accepted: { theirs, own } })
    return theirs === null && own === null
  })
  const blocks = known.map(({ spec }) => loggerBlock([spec], { exact: true, envoyVersion }))
  const logged = await runCertificate({
    ...{ binary, dir, streams: known.map((one) => JSON.stringify(one)) },
    loggersIn: (logDir) => formatLoggers({ logDir, formats: known.map(logFormat), blocks }),
  })
  let lines = 0
  for (const [i, one] of known.entries()) {
    for (const group of groups) {
      const found = compare(one, i, group, logged[group])
      lines += found.lines
      // One tells as much as a thousand.
      differences.push(...found.differences.slice(0, 1))
    }
  }
  rmSync(dir, { recursive: true })
  return { lines, differences }
}

function logFormat({ spec, omitEmptyValues: omit_empty_values }: Case): Json {
  return 'text' in spec
    ? { omit_empty_values, text_format_source: { inline_string: spec.text } }
    : { omit_empty_values, json_format: spec.json }
}

/** What the sink says against a format where it knows no more than Envoy; null: nothing. */
function refusalOf({ spec, omitEmptyValues }: Case): string | null {
  try {
    compileFormat(spec, { memory, timeZone, omitEmptyValues, dialect: 'envoy' })
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function compare(
  one: Case,
  index: number,
  group: Group,
  { file, entries }: Logged,
): { lines: number; differences: object[] } {
  const { spec, omitEmptyValues } = one
  const program = compileFormat(spec, { memory, timeZone, omitEmptyValues })[group]
  const end = 'text' in spec ? lineEnd : '\n'
  const [before, after] = (['before', 'after'] as const).map((moment) =>
    file(formatFile(index, moment)).toString('latin1').split(end).slice(0, -1),
  )
  const who = file('who').toString().split('\n')
  const own = entries(index).map((entry) => Buffer.from(renderEntry(program, memory, entry)).toString('latin1'))
  if (before!.length !== own.length)
    return { lines: 0, differences: [{ ...one, lines: before!.length, own: own.length }] }
  const differences = own.flatMap((line, i) => {
    const [envoy, later] = [before![i]! + end, after![i]! + end]
    // A duration goes on while Envoy logs.
    return line === envoy || line === later || envoy !== later ? [] : [{ ...one, who: who[i], envoy, own: line }]
  })
  return { lines: own.length, differences }
}
