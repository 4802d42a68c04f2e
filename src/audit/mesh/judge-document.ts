/** Documents of a file as AccessAudits, with their faults placed: alone, or in a list. */
import { byPosition, type LoadedDocument } from '../../config/load.ts'
import type { Fault } from '../../errors.ts'
import { listItems, pathWithin } from '../list-items.ts'
import type { AccessAudit, AccessAuditOptions } from './access-audit.ts'
import { isAccessAudit, readAccessAudit } from './read-access-audit.ts'

export interface JudgedAccessAudits {
  /** Those without faults. */
  readonly resources: readonly AccessAudit[]
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** Of a list only the AccessAudits are looked at. Null: there is none; the document is about something else. */
export function judgeAccessAudits(document: LoadedDocument, options: AccessAuditOptions): JudgedAccessAudits | null {
  const { foreign, place } = document
  if (!foreign) return null
  const isOwnList = document.kind === 'AccessAuditList'
  const items = listItems(foreign.value).filter(({ value }) => isOwnList || isAccessAudit(value))
  if (items.length === 0 && !isOwnList) return null
  const readings = items.map((item) => {
    const reading = readAccessAudit(item.value, options)
    const within = (fault: Fault) => place({ ...fault, path: pathWithin(item, fault.path) })
    return { ...reading, faults: reading.faults.map(within), warnings: reading.warnings.map(within) }
  })
  return {
    resources: readings.flatMap(({ resource }) => (resource ? [resource] : [])),
    faults: readings.flatMap(({ faults }) => faults).sort(byPosition),
    warnings: [...foreign.repeatedKeys, ...readings.flatMap(({ warnings }) => warnings)].sort(byPosition),
  }
}
