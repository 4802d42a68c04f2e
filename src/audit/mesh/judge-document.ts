/** Documents of a file as AccessAudits, with their faults placed: alone, or in a list as kubectl prints it. */
import { isObject, members } from '../../config/formats.ts'
import { byPosition, type LoadedDocument } from '../../config/load.ts'
import type { Fault } from '../../errors.ts'
import type { AccessAudit, AccessAuditOptions } from './access-audit.ts'
import { isAccessAudit, readAccessAudit } from './read-access-audit.ts'

export interface JudgedAccessAudits {
  /** Those without faults. */
  readonly resources: readonly AccessAudit[]
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** Null: the document is about something else. */
export function judgeAccessAudits(document: LoadedDocument, options: AccessAuditOptions): JudgedAccessAudits | null {
  const { foreign, place } = document
  const pieces = foreign && piecesOf(foreign.value)
  if (!pieces) return null
  const readings = pieces.map(({ value, path }) => {
    const reading = readAccessAudit(value, options)
    const within = (fault: Fault) => place({ ...fault, path: [path, fault.path].filter(Boolean).join('.') })
    return { ...reading, faults: reading.faults.map(within), warnings: reading.warnings.map(within) }
  })
  return {
    resources: readings.flatMap(({ resource }) => (resource ? [resource] : [])),
    faults: readings.flatMap(({ faults }) => faults).sort(byPosition),
    warnings: [...foreign.repeatedKeys, ...readings.flatMap(({ warnings }) => warnings)].sort(byPosition),
  }
}

/** In an AccessAuditList the items need not say what they are; in a List all have to be AccessAudits. */
function piecesOf(value: unknown): { readonly value: unknown; readonly path: string }[] | null {
  if (isAccessAudit(value)) return [{ value, path: '' }]
  const { apiVersion, kind, items } = members(value)
  if (!Array.isArray(items) || (kind !== 'AccessAuditList' && kind !== 'List')) return null
  if (kind === 'List' && (items.length === 0 || !items.every(isAccessAudit))) return null
  return items.map((item, i) => ({
    value: kind === 'AccessAuditList' && isObject(item) ? { apiVersion, kind: 'AccessAudit', ...item } : item,
    path: `items[${i}]`,
  }))
}
