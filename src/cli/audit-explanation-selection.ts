/** Of one mesh control plane: which AccessAudits select its records. */
import { judgeAccessAudits } from '../audit/mesh/judge-document.ts'
import { findNamesakes, namesakeMessage } from '../audit/mesh/namesakes.ts'
import type { MeshSource } from '../config/audit-config.ts'
import type { SourceFindings } from './audit-answer.ts'
import { readAuditDocuments, sentenceOf } from './audit-documents.ts'

export function explainSelection({ accessAudits: patterns, skipDefaultTypes }: MeshSource): SourceFindings {
  const read = readAuditDocuments(patterns)
  const problems: string[] = []
  const accessAudits = read.documents.flatMap((document) => {
    const judged = judgeAccessAudits(document, {})
    // Files may hold much that is not about audit; what is no YAML may have been meant.
    const faults = judged ? judged.faults : document.kind === 'unknown' ? document.faults : []
    problems.push(...faults.map((fault) => sentenceOf(document.file, fault)))
    return (judged?.resources ?? []).map(({ name, rules }) => ({ name, file: document.file, rules: rules.length }))
  })
  // As in the sink that starts now: one file that cannot be read is enough.
  const isBroken = problems.length > 0 || read.isBroken
  problems.unshift(...read.problems)
  const owned = accessAudits.map(({ name, file }) => ({ resource: { name }, file }))
  for (const { name, first, file } of findNamesakes(owned)) problems.push(`${file} ${namesakeMessage(name, first)}`)
  const rules = accessAudits.reduce((sum, each) => sum + each.rules, 0)
  const records = isBroken ? 'everything' : rules === 0 ? 'nothing' : 'selected'
  return { records, accessAudits, skipDefaultTypes, why: whyOf(records, accessAudits.length, rules), problems }
}

function whyOf(records: SourceFindings['records'], audits: number, rules: number): string[] {
  if (records === 'everything')
    return ['Not every AccessAudit can be read, so that nothing is lost every record is kept.']
  if (audits === 0) return ['There is no AccessAudit, so no record is kept; one may be put over HTTP.']
  if (rules === 0) return ['No AccessAudit has a rule, so no record is kept.']
  return [
    `${rules} ${rules === 1 ? 'rule' : 'rules'} of ${audits} ${audits === 1 ? 'AccessAudit' : 'AccessAudits'} ${rules === 1 ? 'selects' : 'select'} what is kept.`,
  ]
}
