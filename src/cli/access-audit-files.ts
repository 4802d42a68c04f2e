/** Files of AccessAudits for the commands that select with them: read once, their warnings told, their faults thrown. */
import type { AccessAudit } from '../audit/mesh/access-audit.ts'
import { judgeAccessAudits } from '../audit/mesh/judge-document.ts'
import { findNamesakes, namesakeMessage } from '../audit/mesh/namesakes.ts'
import { loadDocuments } from '../config/load.ts'
import { DocumentError } from './document-error.ts'
import { renderFault } from './print-error.ts'
import { readText } from './read-file.ts'
import { colourOf, type Terminal } from './terminal.ts'

/** Documents about something else are told of and left out. Throws DocumentError with the faults of the first file that has any. */
export function readAccessAuditFiles(files: readonly string[], terminal: Terminal): AccessAudit[] {
  const audits = files.flatMap((file) => readAccessAuditFile(file, terminal).map((resource) => ({ resource, file })))
  for (const { name, first, file } of findNamesakes(audits)) {
    terminal.err(`${file}: warning: ${namesakeMessage(name, first)}\n`)
  }
  return audits.map(({ resource }) => resource)
}

function readAccessAuditFile(file: string, terminal: Terminal): readonly AccessAudit[] {
  const text = readText(file)
  const judged = loadDocuments(file, text).map((document) => {
    const found = judgeAccessAudits(document, {})
    if (found) return found
    // Our own configuration, or no YAML at all.
    const isForeign = document.foreign !== null
    const message = isForeign ? `is of kind ${document.kind}, which is not read here.` : 'is no AccessAudit.'
    const told = document.place({ code: 'unused_kind', path: '', message })
    if (isForeign) return { resources: [], faults: [], warnings: [told] }
    return { resources: [], faults: document.kind === 'sink' ? [told] : document.faults, warnings: [] }
  })
  const context = { file, text, colour: colourOf(terminal), severity: 'warning' } as const
  for (const warning of judged.flatMap(({ warnings }) => warnings)) terminal.err(renderFault(warning, context))
  const faults = judged.flatMap((each) => each.faults)
  if (faults.length > 0) throw new DocumentError(file, text, faults)
  return judged.flatMap(({ resources }) => resources)
}
