/** Files of Kuma's documents, read once: what is sound becomes resources, what is not is told with its line, as `check` does it. */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { KumaConfig } from '../config/config.ts'
import { type Reading, readResource } from '../policy/documents/read-resource.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'
import type { Resource } from '../policy/resources.ts'
import { openPolicyStore } from '../policy/store/policy-store.ts'
import type { DocumentTrouble } from '../policy/store/settle.ts'
import { validateMeshAccessLog } from '../policy/validation/validate.ts'
import { DocumentError } from './document-error.ts'
import { renderFault } from './print-error.ts'
import { colourOf, type Terminal, UsageError } from './terminal.ts'

export interface DocumentOptions extends Pick<KumaConfig, 'targetRefs' | 'systemNamespaces'> {
  /** Null: by any that takes the document. */
  readonly judgedBy: KumaVersion | null
  /** By whose rules they are read. */
  readonly version: KumaVersion
}

export interface ReadDocuments {
  readonly resources: readonly Resource[]
  /** Whether all of them could be used. */
  readonly sound: boolean
}

/**
 * `patterns`: files, folders and globs. Faults go to standard error, and so does the word that a TrafficLog is not read; other warnings are
 * what `check` is for. Throws UsageError without any pattern, ConfigError for one that names nothing.
 */
export async function readDocuments(
  patterns: readonly string[],
  options: DocumentOptions,
  terminal: Terminal,
): Promise<ReadDocuments> {
  if (patterns.length === 0) throw new UsageError('Which documents? Name files, or a sink.yaml that has policies.')
  const nameOf = createNamer(patterns)
  const store = await openPolicyStore({
    patterns,
    folder: resolve(),
    judge: (value, { file, index }) => judge(value, { file: nameOf(file), index }, options),
    // It is closed again at once, so there is nothing to follow.
    onChange: () => {},
    onTrouble: () => {},
    watchFolder: () => ({ close: () => {} }),
  })
  const { resources, troubles } = store.current
  await store.close()
  for (const trouble of troubles) tell(trouble, { name: nameOf(trouble.file), terminal })
  return { resources, sound: troubles.every(({ faults }) => faults.length === 0) }
}

/** Files as those who wrote the patterns know them. */
function createNamer(patterns: readonly string[]): (path: string) => string {
  const written = new Map(patterns.map((pattern) => [resolve(pattern), pattern]))
  const isRelative = patterns.every((pattern) => !pattern.startsWith('/'))
  return (path) => written.get(path) ?? (isRelative ? relative('', path) : path)
}

function tell(
  { index, file, kind, faults, warnings }: DocumentTrouble,
  { name, terminal }: { name: string; terminal: Terminal },
): void {
  // No document: a file, or a pattern that names none.
  if (index === null) throw new DocumentError(name, undefined, [...faults, ...warnings])
  const context = { file: name, text: readFileSync(file, 'utf8'), colour: colourOf(terminal) }
  for (const fault of faults) terminal.err(renderFault(fault, context))
  if (kind !== 'TrafficLog') return
  for (const warning of warnings) terminal.err(renderFault(warning, { ...context, severity: 'warning' }))
}

function judge(value: unknown, source: { file: string; index: number }, options: DocumentOptions): Reading {
  const { judgedBy, version, targetRefs, systemNamespaces } = options
  const reading = readResource(value, { source, systemNamespaces, version })
  if (reading.kind !== 'MeshAccessLog') return reading
  const { faults } = validateMeshAccessLog(value, { version: judgedBy, targetRefs, systemNamespaces })
  return faults.length === 0 ? reading : { ...reading, resource: null, faults }
}
