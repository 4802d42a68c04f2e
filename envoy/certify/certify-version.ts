/** The certificate of one version of Envoy, from asking it what it accepts to the verdicts, and all that is wrong with them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loggerBlock } from '../../src/engine/logger-block.ts'
import { envoyVersion } from '../install.ts'
import { askAccepted } from './accepted.ts'
import { coverageFaults } from './coverage.ts'
import { type Judgement, judge } from './judge.ts'
import { loggersOf } from './loggers.ts'
import { type Use, uses } from './operators.ts'
import { type ReasonName, reasons } from './reasons.ts'
import { recordOf, type VersionRecord } from './record.ts'
import { certificateMemory, type Form, forms, renderUse } from './render.ts'
import { runCertificate } from './run.ts'

export interface VersionCertificate {
  readonly record: VersionRecord
  readonly judgements: readonly Judgement[]
  /** Differences without a reason, values that the corpus lacks, reasons that should have shown: as sentences. */
  readonly faults: readonly string[]
  /** Reasons that explained something. */
  readonly reasons: ReadonlySet<ReasonName>
}

export async function certifyVersion(version: string, binary: string): Promise<VersionCertificate> {
  const dir = mkdtempSync(join(tmpdir(), 'als-cert-'))
  const asked = uses.map((use) => [use, { json_format: { text: `%${use}%!`, typed: `%${use}%` } }] as const)
  const accepted = await askAccepted(binary, dir, new Map(asked))
  const known = uses.filter((use) => accepted.get(use) === null)
  const blocks = known.map((use) =>
    loggerBlock([{ text: `%${use}%` }, { json: { v: `%${use}%` } }], { exact: true, envoyVersion: version }),
  )
  const logged = await runCertificate({
    ...{ binary, dir, streams: known.map((use) => `%${use}%`) },
    loggersIn: (logDir) => loggersOf({ logDir, uses: known, blocks }),
  })
  const memory = certificateMemory()
  const judgements = judge(known, logged, (i) => renderUse(known[i]!, i, logged, memory), version)
  const shown = new Set(
    judgements.flatMap(({ forms: judged }) => forms.flatMap((form) => [...judged[form].explained.keys()])),
  )
  const faults = [
    ...judgements.flatMap((judgement) => forms.flatMap((form) => unexplained(judgement, form))),
    ...(version === envoyVersion ? [...coverageFaults(judgements), ...unneededReasons(shown)] : []),
  ]
  rmSync(dir, { recursive: true })
  return { record: recordOf(accepted, judgements), judgements, faults, reasons: shown }
}

export const reasonNames = Object.keys(reasons) as ReasonName[]

/** Those that should show in the newest Envoy. */
function unneededReasons(shown: ReadonlySet<ReasonName>): string[] {
  return reasonNames.filter((name) => reasons[name].until === 'always' && !shown.has(name)).map(unneeded)
}

export function unneeded(name: ReasonName): string {
  return `The reason "${name}" explains no difference; take it away.`
}

function unexplained(
  { use, forms: judged }: { readonly use: Use; readonly forms: Judgement['forms'] },
  form: Form,
): string[] {
  const [first, ...others] = judged[form].unexplained
  if (!first) return []
  const values = `Envoy ${JSON.stringify(first.envoy)}, the sink ${JSON.stringify(first.sink)}`
  return [`${use} differs in ${form} for ${1 + others.length} entries; in that of ${first.who}: ${values}.`]
}
