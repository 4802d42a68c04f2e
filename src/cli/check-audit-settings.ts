/** AccessAudits of Kong Mesh, and the Seeds and Clusters of KKP, for `als-sink check`. */
import { readKkp } from '../audit/kkp/read-kkp.ts'
import { judgeAccessAudits } from '../audit/mesh/judge-document.ts'
import { byPosition, type LoadedDocument } from '../config/load.ts'
import type { Fault } from '../errors.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'

interface Findings {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** All of them placed. `kumaVersion`: by whose resource types; null: by all that are known. Null: not such a document. */
export function checkAuditSettings(
  document: LoadedDocument,
  { kumaVersion }: { readonly kumaVersion: KumaVersion | null },
): Findings | null {
  const audits = judgeAccessAudits(document, { version: kumaVersion })
  if (audits) return { faults: audits.faults, warnings: audits.warnings }
  const { foreign, place } = document
  const kkp = foreign && readKkp(foreign.value)
  if (!kkp || kkp.kind === 'ConfigMap') return null
  return {
    faults: kkp.faults.map(place).sort(byPosition),
    warnings: [...foreign.repeatedKeys, ...kkp.warnings.map(place)].sort(byPosition),
  }
}
