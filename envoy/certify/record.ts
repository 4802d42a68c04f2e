/**
 * The certificate as data: what `docs/parity.json` holds and CI compares with. It has no dates, and counts are rounded down, so that
 * a new run changes only what has changed.
 */
import { readFileSync } from 'node:fs'
import type { Acceptance } from './accepted.ts'
import type { Judgement } from './judge.ts'
import { isMoving, isRandom } from './moments.ts'
import type { Use } from './operators.ts'
import type { ReasonName } from './reasons.ts'
import { type Form, forms } from './render.ts'

/** `shape`: a random value, judged by its shape. Reasons: it differs, because. */
export type Verdict = 'exact' | 'shape' | readonly ReasonName[]

export interface Row {
  readonly text: Verdict
  readonly json: Verdict
  /** Different values, entries with one, entries with none; see `about`. */
  readonly distinct: string
  readonly present: string
  readonly absent: string
  /** No value at all came out right. */
  readonly lost?: true
}

export interface Example {
  readonly use: Use
  readonly form: Form
  readonly envoy: string
  readonly sink: string
}

export interface VersionRecord {
  readonly entries: string
  /** A string: what this Envoy says against the use. */
  readonly rows: Readonly<Record<Use, Row | string>>
  /** One entry for each reason, as it came out of the capture. */
  readonly examples: Readonly<Partial<Record<ReasonName, Example>>>
}

export type ParityRecord = Readonly<Record<string, VersionRecord>>

export function recordOf(accepted: Acceptance, judgements: readonly Judgement[]): VersionRecord {
  const byUse = new Map(judgements.map((judgement) => [judgement.use, judgement]))
  const rows = [...accepted].map(([use, refusal]) => [use, refusal ?? rowOf(byUse.get(use)!)] as const)
  const [first] = judgements
  return {
    entries: `${Math.floor((first ? first.present + first.absent : 0) / 50) * 50}+`,
    rows: Object.fromEntries(rows),
    examples: examplesOf(judgements),
  }
}

export function readRecord(path: string): ParityRecord {
  return JSON.parse(readFileSync(path, 'utf8')) as ParityRecord
}

/** One row a line, so that a changed row is one line of a diff. */
export function printRecord(record: ParityRecord): string {
  const versions = Object.entries(record).map(([version, { entries, rows, examples }]) => {
    const lines = (all: object) =>
      Object.entries(all).map(([key, value]) => `   ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    const block = (name: string, all: object) => `  "${name}": {\n${lines(all).join(',\n')}\n  }`
    const blocks = [`  "entries": ${JSON.stringify(entries)}`, block('rows', rows), block('examples', examples)]
    return ` ${JSON.stringify(version)}: {\n${blocks.join(',\n')}\n }`
  })
  return `{\n${versions.join(',\n')}\n}\n`
}

/** `7`, `200+`. */
export function about(count: number): string {
  if (count <= 20) return String(count)
  const step = [20, 50, 100, 200, 500].findLast((each) => each <= count)!
  return `${step}+`
}

export function isExact(row: Row | string | undefined): boolean {
  return typeof row === 'object' && forms.every((form) => typeof row[form] === 'string')
}

/** Where `now` is worse than what was recorded: as sentences. A row that got better is no fault. */
export function worseThan(recorded: VersionRecord, now: VersionRecord): string[] {
  return Object.entries(recorded.rows).flatMap(([use, before]) => {
    const after = now.rows[use]
    if (typeof before === 'string') return []
    if (after === undefined) return [`${use} is no longer judged.`]
    if (typeof after === 'string') return [`${use} is no longer accepted: ${after}`]
    return forms.flatMap((form) => {
      const added = reasonsOf(after[form]).filter((reason) => !reasonsOf(before[form]).includes(reason))
      return added.map((reason) => `${use} differs in ${form}, which it did not: ${reason}.`)
    })
  })
}

export function reasonsOf(verdict: Verdict): readonly ReasonName[] {
  return typeof verdict === 'string' ? [] : verdict
}

function rowOf({ use, present, distinct, absent, carried, forms: judged }: Judgement): Row {
  const verdict = (form: Form): Verdict => {
    const found = [...judged[form].explained.keys()].sort()
    return found.length > 0 ? found : isRandom(use) ? 'shape' : 'exact'
  }
  return {
    text: verdict('text'),
    json: verdict('json'),
    ...{ distinct: about(distinct), present: about(present), absent: about(absent) },
    ...(carried || present === 0 || isMoving(use) ? {} : { lost: true }),
  }
}

/** The shortest of each reason: easy to read, and much the same each time. */
function examplesOf(judgements: readonly Judgement[]): Partial<Record<ReasonName, Example>> {
  const examples: Partial<Record<ReasonName, Example>> = {}
  const length = ({ use, envoy, sink }: Example) => use.length + envoy.length + sink.length
  for (const { use, forms: judged } of judgements) {
    for (const form of forms) {
      for (const [reason, { example }] of judged[form].explained) {
        const one = { use, form, envoy: readable(example.envoy), sink: readable(example.sink) }
        const known = examples[reason]
        if (known === undefined || length(one) < length(known)) examples[reason] = one
      }
    }
  }
  return examples
}

/** A byte string as text. */
function readable(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
