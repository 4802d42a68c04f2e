/**
 * Records of a mesh control plane on their way in: selected by its AccessAudits, redacted, or kept for the quarantine. An unreadable selection
 * keeps everything.
 */
import { JsonError } from '../json/json-error.ts'
import { readRecord } from '../mesh/record.ts'
import type { Selector } from '../mesh/selector.ts'
import { type Intake, oversized, type Redactor } from './intake.ts'

export interface RecordIntakeOptions {
  /** What decides now. */
  readonly selector: () => Selector
  /** Null: records are kept as they are. */
  readonly redact: Redactor | null
}

export function createRecordIntake({ selector, redact }: RecordIntakeOptions): Intake {
  return {
    lists: false,
    take(item) {
      if (item.kind !== 'item') return oversized(item)
      const record = readRecord(item.bytes)
      if (record.kind === 'quarantine') {
        return { kind: 'quarantine', bytes: Buffer.from(item.bytes), reason: reasons[record.reason] }
      }
      const verdict = selector().select(record.facts)
      if (!verdict.audited) return { kind: 'filtered', reason: verdict.why }
      try {
        const { bytes, rules } = redact === null ? { bytes: record.line, rules: [] } : redact(record.line)
        return { kind: 'kept', bytes, ...(rules.length === 0 ? {} : { redacted: rules }) }
      } catch (error) {
        if (!(error instanceof JsonError)) throw error
        return { kind: 'quarantine', bytes: Buffer.from(item.bytes), reason: error.message }
      }
    },
  }
}

const reasons = {
  not_json: 'It is no JSON.',
  not_object: 'It is no object.',
  no_date: 'It has no date.',
  no_action: 'It has no action.',
  no_user: 'It has no user with a name.',
} as const
