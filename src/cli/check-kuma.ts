/**
 * Kuma's documents for `als-sink check`: policies are judged by the rules of a version of Kuma, and their formats compiled; everything else
 * that policies need is read as the sink reads it.
 */
import { formatFaults } from '../config/format-faults.ts'
import { byPosition, type LoadedDocument } from '../config/load.ts'
import { type FormatSpec, noteFormat, parseFormat } from '../engine/compile-format.ts'
import { type Fault, FormatError } from '../errors.ts'
import { expandLists } from '../policy/documents/meta.ts'
import { readResource, resourceKinds } from '../policy/documents/read-resource.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'
import { readBody } from '../policy/lowering/body.ts'
import { formatsIn, type WrittenFormat } from '../policy/validation/formats-in.ts'
import { systemNamespacesDefault, validateMeshAccessLog } from '../policy/validation/validate.ts'

export interface KumaCheckOptions {
  /** By whose rules. Null: by any that takes the document, and by this sink's own. */
  readonly kumaVersion: KumaVersion | null
  /** Of the proxies; null: no opinion. */
  readonly envoyVersion: string | null
}

interface Findings {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** All of them placed. Null: not a document of Kuma's. */
export function checkKuma(document: LoadedDocument, options: KumaCheckOptions): Findings | null {
  const { foreign, kind, place } = document
  if (!foreign) return null
  const pieces = expandLists(foreign.value)
  const isList = pieces[0]?.path !== ''
  const known = (name: string) => name === 'TrafficLog' || (resourceKinds as readonly string[]).includes(name)
  if (isList ? !/List$/.test(kind) : !known(kind) && !isSlip(foreign.value)) return null
  const found = pieces.map(({ value, path }) => {
    const { faults, warnings } = checkPiece(value, options)
    const within = (fault: Fault) => place({ ...fault, path: [path, fault.path].filter(Boolean).join('.') })
    return { faults: faults.map(within), warnings: warnings.map(within) }
  })
  return {
    faults: found.flatMap(({ faults }) => faults).sort(byPosition),
    warnings: [...foreign.repeatedKeys, ...found.flatMap(({ warnings }) => warnings)].sort(byPosition),
  }
}

const source = { file: '', index: 0 }

/** A kind that is nearly one of Kuma's. */
function isSlip(value: unknown): boolean {
  return readResource(value, { source, systemNamespaces: [] }).faults.some(({ code }) => code === 'unknown_kind')
}

function checkPiece(value: unknown, { kumaVersion, envoyVersion }: KumaCheckOptions): Findings {
  const systemNamespaces = systemNamespacesDefault
  const reading = readResource(value, { source, systemNamespaces, ...(kumaVersion ? { version: kumaVersion } : {}) })
  if (reading.kind !== 'MeshAccessLog') return reading
  const verdict = validateMeshAccessLog(value, { version: kumaVersion, systemNamespaces })
  if (verdict.faults.length > 0) return verdict
  const formats = formatsIn(value).map((format) => checkFormat(format, envoyVersion))
  const refused = formats.flatMap(({ faults }) => faults)
  const warnings = [...verdict.warnings, ...formats.flatMap((format) => format.warnings)]
  // Kuma does not look into formats, so it takes the policy; the proxies find out.
  if (kumaVersion) return { faults: [], warnings: [...warnings, ...refused.map(takenByKuma)] }
  return { faults: refused, warnings }
}

function checkFormat(format: WrittenFormat, envoyVersion: string | null): Findings {
  const spec = specOf(format)
  try {
    parseFormat(spec)
    const notes = noteFormat(spec, envoyVersion)
    return { faults: [], warnings: notes.map(({ code, message }) => ({ code, message, path: format.path })) }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { faults: formatFaults(error, format.path), warnings: [] }
  }
}

function specOf(format: WrittenFormat): FormatSpec {
  switch (format.kind) {
    case 'plain':
      // Kuma appends the newline, whatever the text ends with.
      return { text: `${format.plain}\n` }
    case 'json':
      return { pairs: format.pairs }
    case 'openTelemetry':
      return { otlp: { body: readBody(format.body), attributes: format.attributes } }
  }
}

/** What is no text of operators is Kuma's to understand, and it does somehow. */
function takenByKuma(fault: Fault): Fault {
  const isOperator = fault.excerpt !== undefined && fault.excerpt.text !== ''
  const who = isOperator
    ? 'Kuma takes it as it is; Envoy refuses the listener that it comes into.'
    : 'Kuma takes it; this sink does not.'
  return { ...fault, message: `${fault.message}\n${who}` }
}
