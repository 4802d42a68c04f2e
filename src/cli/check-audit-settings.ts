/**
 * The documents that say what is audited, for `als-sink check`: AccessAudits of Kong Mesh and the configuration of its control plane, the
 * Seeds and Clusters of KKP; alone, or in a list.
 */
import { readKkp } from '../audit/kkp/read-kkp.ts'
import { isPolicyDocument, readPolicy } from '../audit/kubernetes/policy-read.ts'
import { type ListItem, listItems, pathWithin } from '../audit/list-items.ts'
import type { AccessAuditOptions } from '../audit/mesh/access-audit.ts'
import { isAccessAudit, readAccessAudit } from '../audit/mesh/read-access-audit.ts'
import { checkControlPlane } from '../config/control-plane.ts'
import type { Outside } from '../config/data-source.ts'
import { controlPlaneKind } from '../config/foreign.ts'
import { byPosition, type LoadedDocument } from '../config/load.ts'
import type { Fault } from '../errors.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'

interface Findings {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export interface AuditSettingsOptions {
  /** By whose resource types; null: by all that are known. */
  readonly kumaVersion: KumaVersion | null
  readonly outside: Outside
}

/** All of them placed. Null: not such a document, and no list with one in it. */
export function checkAuditSettings(
  { foreign, kind, place }: LoadedDocument,
  { kumaVersion, outside }: AuditSettingsOptions,
): Findings | null {
  if (!foreign) return null
  if (kind === controlPlaneKind) return placed(checkControlPlane(foreign.value, outside), place, foreign.repeatedKeys)
  const isOwnList = kind === 'AccessAuditList'
  const items = listItems(foreign.value)
  const found = items.map((item) => judge(item, { version: kumaVersion }, isOwnList))
  if (!isOwnList && found.every((each) => each === null)) return null
  const all = {
    faults: found.flatMap((each) => each?.faults ?? []),
    warnings: found.flatMap((each, i) => each?.warnings ?? [passedOver(items[i]!)]),
  }
  return placed(all, place, foreign.repeatedKeys)
}

/** Null: the item is about something else. */
function judge(item: ListItem, options: AccessAuditOptions, isOwnList: boolean): Findings | null {
  const reading = isOwnList || isAccessAudit(item.value) ? readAccessAudit(item.value, options) : readOther(item)
  if (!reading) return null
  const within = (fault: Fault) => ({ ...fault, path: pathWithin(item, fault.path) })
  return { faults: reading.faults.map(within), warnings: reading.warnings.map(within) }
}

/** Policies that stand alone are read from their text, elsewhere. */
function readOther({ value, path }: ListItem): Findings | null {
  if (path !== '' && isPolicyDocument(value)) return readPolicy(value)
  const kkp = readKkp(value)
  const isOther = kkp?.document?.kind === 'Secret' && kkp.document.webhook === null
  return kkp && !isOther && (kkp.kind !== 'ConfigMap' || path !== '') ? kkp : null
}

function passedOver({ path }: ListItem): Fault {
  return { code: 'unused_kind', path, message: 'is not about audit, and is not looked at in this list.' }
}

function placed(
  { faults, warnings }: Findings,
  place: (fault: Fault) => Fault,
  repeatedKeys: readonly Fault[],
): Findings {
  return {
    faults: faults.map(place).sort(byPosition),
    warnings: [...repeatedKeys, ...warnings.map(place)].sort(byPosition),
  }
}
