/** Of one mesh control plane: which AccessAudits select its records. */
import { judgeAccessAudits } from '../audit/mesh/judge-document.ts'
import type { MeshSource } from '../config/audit-config.ts'
import type { SourceFindings } from './audit-answer.ts'
import { readAuditDocuments, sentenceOf } from './audit-documents.ts'

export function explainSelection({ accessAudits: patterns, skipDefaultTypes }: MeshSource): SourceFindings {
  const read = readAuditDocuments(patterns)
  const problems = [...read.problems]
  const accessAudits = read.documents.flatMap((document) => {
    const judged = judgeAccessAudits(document, {})
    // Files may hold much that is not about audit; what is no YAML may have been meant.
    const faults = judged ? judged.faults : document.kind === 'unknown' ? document.faults : []
    problems.push(...faults.map((fault) => sentenceOf(document.file, fault)))
    return (judged?.resources ?? []).map(({ name, rules }) => ({ name, file: document.file, rules: rules.length }))
  })
  const rules = accessAudits.reduce((sum, each) => sum + each.rules, 0)
  const isBroken = problems.length > 0 && accessAudits.length === 0
  const records = isBroken ? 'everything' : rules === 0 ? 'nothing' : 'selected'
  return { records, accessAudits, skipDefaultTypes, why: whyOf(records, accessAudits.length, rules), problems }
}

function whyOf(records: SourceFindings['records'], audits: number, rules: number): string[] {
  if (records === 'everything') return ['No AccessAudit can be read, so that nothing is lost every record is kept.']
  if (audits === 0) return ['There is no AccessAudit, so no record is kept; one may be put over HTTP.']
  if (rules === 0) return ['No AccessAudit has a rule, so no record is kept.']
  return [
    `${rules} ${rules === 1 ? 'rule' : 'rules'} of ${audits} ${audits === 1 ? 'AccessAudit' : 'AccessAudits'} ${rules === 1 ? 'selects' : 'select'} what is kept.`,
  ]
}
