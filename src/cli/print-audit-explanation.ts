/**
 * What `audit explain` found, for people.
 *
 *     global-cp  mesh, POST /audit/mesh/global-cp or gRPC als_sink.audit.v1.AuditService/Write
 *       keeps what is selected
 *         3 rules of 1 AccessAudit select what is kept.
 *       File  global-cp/file  /var/log/als/audit.logs  rotated at 100MiB, 10 kept, 30 days
 */
import { formatSize } from '../config/scalars.ts'
import type { AuditExplanation, DestinationExplanation, SourceExplanation } from './audit-answer.ts'

export function printAuditExplanation(explanation: AuditExplanation, { colour }: { colour: boolean }): string {
  const bold = (text: string) => (colour ? `\x1b[1m${text}\x1b[0m` : text)
  const sections = [...explanation.sources.map((source) => sourceLines(source, bold)), commonLines(explanation, bold)]
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function sourceLines(source: SourceExplanation, bold: (text: string) => string): string[] {
  const { kind, door, method, follow, records, destinations, why, problems } = source
  const doors = method === null ? `POST ${door}` : `POST ${door} or gRPC ${method}`
  return [
    `${bold(source.source)}  ${kind}, ${doors}${follow === null ? '' : `, follows ${follow}`}`,
    `  keeps ${records === 'selected' ? 'what is selected' : records === 'by policy' ? 'what the policy keeps' : records}`,
    ...why.map((sentence) => `    ${sentence}`),
    ...columns(destinations.map(destinationCells)),
    ...problems.map((problem) => `  ! ${problem}`),
  ]
}

function destinationCells({ type, name, place, durable, rotation }: DestinationExplanation): string[] {
  const kept = rotation && rotation.maxRetainedFiles > 0 ? `, ${rotation.maxRetainedFiles} kept` : ''
  const age = rotation && rotation.maxAgeDays > 0 ? `, ${rotation.maxAgeDays} days` : ''
  const rotated = rotation ? `rotated at ${formatSize(rotation.maxBytes)}${kept}${age}` : ''
  return [type, name, place, durable ? rotated : 'keeps nothing itself']
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), [])
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd())
}

function commonLines(explanation: AuditExplanation, bold: (text: string) => string): string[] {
  const { stateDir, whenUnavailable, minFreeBytes, seal, redact } = explanation
  const redacted = Object.entries(redact).flatMap(([what, isOn]) => (isOn ? [what] : []))
  const sealed = seal
    ? `with ${seal.keyFile ?? `a key of their own in ${stateDir}`}, a checkpoint each ${seal.checkpointEveryMs / 1000} s`
    : 'no'
  const rows = [
    ['state', stateDir],
    ['sealed', sealed],
    ['redacted', redacted.join(', ') || 'nothing'],
    [
      'when nothing can be kept',
      whenUnavailable === 'refuse' ? 'senders are told to come again' : 'senders are answered all the same',
    ],
    ['left free on disk', formatSize(minFreeBytes)],
  ]
  return [bold('For all'), ...columns(rows)]
}
