/** What decides about the events and records of a source, out of the documents that its configuration names; always by their last good version. */
import { join } from 'node:path'
import type { KubernetesSource, MeshSource } from '../../config/audit-config.ts'
import type { Fault } from '../../errors.ts'
import { parsePiece } from '../../policy/store/pieces.ts'
import { clusterSettings } from '../kkp/cluster-settings.ts'
import type { KkpDocument } from '../kkp/kkp.ts'
import { readKkp } from '../kkp/read-kkp.ts'
import type { Policy } from '../kubernetes/policy.ts'
import { readPolicy, readPolicyText } from '../kubernetes/policy-read.ts'
import { compilePolicy } from '../kubernetes/resolve.ts'
import type { AccessAudit } from '../mesh/access-audit.ts'
import { readAccessAudit } from '../mesh/read-access-audit.ts'
import { createKeeper, createSelector, type Selector } from '../mesh/selector.ts'
import type { PolicyInForce } from './event-intake.ts'
import { HeldFiles, type ReadFile } from './held-files.ts'

export interface PolicyOptions {
  readonly folder: string
  readonly onTrouble: (file: string, fault: Fault, kept: boolean) => void
  readonly onWarning: (file: string, warning: Fault) => void
}

/** A decision that follows its documents. */
export interface Followed<T> {
  readonly now: () => T
  /** Looks at the documents again. */
  refresh(): void
}

/** `remade`: made anew when the files have changed. */
function follow<F, T>(files: HeldFiles<F>, make: () => T): Followed<T> {
  let version = -1
  let made: T
  return {
    now() {
      if (version !== files.version) {
        version = files.version
        made = make()
      }
      return made
    },
    refresh: () => files.refresh(),
  }
}

export function policyOf(
  { source, policyFile, kkp }: KubernetesSource,
  options: PolicyOptions,
): Followed<PolicyInForce> {
  if (policyFile !== null) {
    const files = new HeldFiles<Policy>({ ...options, patterns: [policyFile], read: readPolicyFile })
    return follow(files, () => {
      const [held] = files.values
      return held ? { kind: 'policy', resolve: compilePolicy(held.value) } : { kind: 'unreadable' }
    })
  }
  if (kkp === null) return { now: () => ({ kind: 'asSent' }), refresh: () => undefined }
  const files = new HeldFiles<KkpDocument>({ ...options, patterns: kkp.documents, read: readKkpFile })
  return follow(files, (): PolicyInForce => {
    const documents = files.values.map(({ value }) => value)
    const { isRecorded, policy } = clusterSettings(source, documents, kkp.generation)
    if (!isRecorded) return { kind: 'off' }
    if (policy === null) return { kind: files.unreadable ? 'unreadable' : 'asSent' }
    const read = policy.from === 'configMap' ? readPolicyText(policy.text) : readPolicy(policy.document)
    return read.policy === null ? { kind: 'unreadable' } : { kind: 'policy', resolve: compilePolicy(read.policy) }
  })
}

/** `put`: the resources that were put over HTTP, in a folder of ours. */
export interface MeshResources extends Followed<Selector> {
  /** All in force, with the files that own them; null: it was put. */
  list(): readonly { readonly resource: AccessAudit; readonly file: string | null }[]
}

/** The folder of resources that were put for a source. */
export const putFolderOf = (stateDir: string, source: string) => join(stateDir, 'accessaudits', source)

export function selectionOf(
  { source, accessAudits, skipDefaultTypes }: MeshSource,
  stateDir: string,
  options: PolicyOptions,
): MeshResources {
  const putFolder = putFolderOf(stateDir, source)
  const files = new HeldFiles<AccessAudit>({
    ...options,
    patterns: [...accessAudits, join(putFolder, '*.json')],
    read: readAccessAuditFile,
  })
  const selector = follow(files, () =>
    files.unreadable
      ? createKeeper('an AccessAudit cannot be read')
      : createSelector(
          files.values.map(({ value }) => value),
          skipDefaultTypes,
        ),
  )
  return {
    ...selector,
    list: () =>
      files.values.map(({ file, value }) => ({
        resource: value,
        file: file.startsWith(`${putFolder}/`) ? null : file,
      })),
  }
}

function readPolicyFile(text: string): ReadFile<Policy> {
  const { policy, faults, warnings } = readPolicyText(text)
  return { values: policy === null ? null : [policy], faults, warnings }
}

function readKkpFile(text: string): ReadFile<KkpDocument> {
  return readEach(text, (value) => {
    const reading = readKkp(value)
    return reading === null ? null : { value: reading.document, faults: reading.faults, warnings: reading.warnings }
  })
}

function readAccessAuditFile(text: string): ReadFile<AccessAudit> {
  return readEach(text, (value) => {
    const { resource, faults, warnings } = readAccessAudit(value)
    return { value: resource, faults, warnings }
  })
}

interface Reading<T> {
  readonly value: T | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** All documents of a file, or none of them. `read` answers null for a document that is about something else. */
function readEach<T>(text: string, read: (value: unknown) => Reading<T> | null): ReadFile<T> {
  const values: T[] = []
  const faults: Fault[] = []
  const warnings: Fault[] = []
  for (const document of parsePiece(text)) {
    faults.push(...document.faults)
    if (document.faults.length > 0) continue
    const reading = read(document.value)
    if (reading === null) continue
    faults.push(...reading.faults)
    warnings.push(...reading.warnings)
    if (reading.value !== null) values.push(reading.value)
  }
  return { values: faults.length === 0 ? values : null, faults, warnings }
}
