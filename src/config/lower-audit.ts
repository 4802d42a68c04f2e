/**
 * The section `audit` as the program takes it. What its keys ask of each other and of the pipelines is found here and in the files it calls;
 * `path` is `audit` throughout.
 */

import { checkKeeping, checkSources, lowerAccess } from './audit-checks.ts'
import type { AuditBackend, AuditConfig } from './audit-config.ts'
import { checkAuditFiles } from './audit-conflicts.ts'
import type { AuditDocument } from './audit-schema.ts'
import type { Backend } from './backend-config.ts'
import { freeName } from './backend-names.ts'
import type { BackendDocument } from './backend-schema.ts'
import type { Config, PipelineConfig } from './config.ts'
import type { Outside } from './data-source.ts'
import type { Findings } from './findings.ts'
import { members } from './formats.ts'
import { lowerKubernetesSource, lowerMeshSource } from './lower-audit-sources.ts'
import { lowerBackend } from './lower-backend.ts'

export interface AuditContext {
  readonly pipelines: readonly PipelineConfig[]
  readonly listen: Config['listen']
  readonly outside: Outside
  readonly findings: Findings
}

export function lowerAudit(document: AuditDocument, context: AuditContext): AuditConfig {
  const { pipelines, listen, outside, findings } = context
  const taken = new Set(pipelines.flatMap(({ backends }) => backends.map(({ name }) => name)))
  const backends = lowerBackends(document.backends, taken, context)
  const { stateDir } = document
  const sources = [
    ...document.mesh.map((each, i) => lowerMeshSource(each, { path: `audit.mesh[${i}]`, stateDir, taken, findings })),
    ...document.kubernetes.map((each, i) =>
      lowerKubernetesSource(each, { path: `audit.kubernetes[${i}]`, stateDir, taken, findings }),
    ),
  ]
  const { seal } = document
  const config: AuditConfig = {
    stateDir,
    whenUnavailable: document.whenUnavailable,
    minFreeBytes: document.minFree,
    seal: seal.enabled ? { keyFile: seal.key ?? null, checkpointEveryMs: seal.checkpointEvery } : null,
    redact: document.redact,
    access: lowerAccess(document.access, { names: sources.map(({ source }) => source), listen }, findings),
    sources,
    backends,
  }
  checkSources(config, listen, findings)
  checkKeeping(config, findings)
  checkAuditFiles(config, pipelines, outside, findings)
  return config
}

/** A name that was given is kept, so one that a pipeline has already is a fault. */
function lowerBackends(
  documents: readonly BackendDocument[],
  taken: Set<string>,
  { outside, findings }: AuditContext,
): AuditBackend[] {
  const given = new Set<string>()
  documents.forEach(({ name }, i) => {
    if (name === undefined) return
    if (taken.has(name) || given.has(name)) {
      findings.fault(
        'duplicate',
        `audit.backends[${i}].name`,
        `${JSON.stringify(name)} is already the name of a backend.`,
      )
    }
    given.add(name)
  })
  for (const name of given) taken.add(name)
  return documents.map((document, i) => {
    const path = `audit.backends[${i}]`
    const name = document.name ?? freeName(`audit/${document.type.toLowerCase()}`, taken)
    const kuma = { legacyDoubleNewline: false, values: {} }
    refuseFormat(document, path, findings)
    return withoutFormat(lowerBackend(document, { name, path, kuma, outside, findings }))
  })
}

/** What a backend may say about the lines that it writes has no meaning where records are written as they are. */
const formatKeys: Readonly<Record<string, readonly string[]>> = {
  file: ['format', 'logFormat'],
  tcp: ['format', 'logFormat', 'legacyDoubleNewline'],
  openTelemetry: ['body', 'typedValues', 'severity', 'traceContext'],
  textSafety: ['escapeControl', 'wholeCharacters', 'finiteNumbers'],
}

/** Defaults are silent: only what is written, and asks for something, is refused. */
function refuseFormat(document: BackendDocument, path: string, findings: Findings): void {
  for (const [section, keys] of Object.entries(formatKeys)) {
    const written = members((document as unknown as Record<string, unknown>)[section])
    for (const key of keys.filter((each) => written[each] !== undefined && written[each] !== false)) {
      findings.fault(
        'conflict',
        `${path}.${section}.${key}`,
        'has no place here: audit records are written as they are.',
      )
    }
  }
  if (document.type === 'File' && document.file.fsync === 'interval') {
    const message = 'is always, for an answer is given once a record is on the disk; leave it out.'
    findings.fault('conflict', `${path}.file.fsync`, message)
  }
}

function withoutFormat(backend: Backend): AuditBackend {
  const { name, path, queue, spool, deadLetter } = backend
  const common = { name, path, queue, spool, deadLetter }
  switch (backend.type) {
    case 'File': {
      const { path, mode, makeDirectory, rotation } = backend.file
      // An answer is given when the record is on the disk, whatever the file is otherwise.
      return { type: 'File', ...common, file: { path, mode, makeDirectory, fsync: 'always', rotation } }
    }
    case 'Tcp': {
      const { address, tls } = backend.tcp
      return { type: 'Tcp', ...common, tcp: { address, tls } }
    }
    case 'OpenTelemetry': {
      const { endpoint, tls, compression, headers, timeoutMs, serviceName, attributes } = backend.openTelemetry
      const openTelemetry = { endpoint, tls, compression, headers, timeoutMs, serviceName, attributes }
      return { type: 'OpenTelemetry', ...common, openTelemetry }
    }
  }
}
