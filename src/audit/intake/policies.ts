/** What decides about the events and records of a source, out of the documents that its configuration names; always by their last good version. */
import { join } from 'node:path'
import type { KubernetesSource, MeshSource } from '../../config/audit-config.ts'
import { members } from '../../config/formats.ts'
import type { Fault } from '../../errors.ts'
import { parsePiece } from '../../policy/store/pieces.ts'
import { type ClusterSettings, clusterSettings } from '../kkp/cluster-settings.ts'
import type { KkpDocument } from '../kkp/kkp.ts'
import { readKkp } from '../kkp/read-kkp.ts'
import type { Policy } from '../kubernetes/policy.ts'
import { readPolicy, readPolicyText } from '../kubernetes/policy-read.ts'
import { compilePolicy } from '../kubernetes/resolve.ts'
import { listItems, pathWithin } from '../list-items.ts'
import type { AccessAudit } from '../mesh/access-audit.ts'
import { findNamesakes, namesakeMessage } from '../mesh/namesakes.ts'
import { isAccessAudit, readAccessAudit } from '../mesh/read-access-audit.ts'
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

/** `make`: called now, and again when the files have changed. */
function follow<F, T>(files: HeldFiles<F>, make: () => T): Followed<T> {
  let { version } = files
  let made = make()
  return {
    now: () => made,
    refresh() {
      files.refresh()
      if (version === files.version) return
      version = files.version
      made = make()
    },
  }
}

/** Made anew when what it is made of is another. */
function derive<F, T>(source: Followed<F>, make: (of: F) => T): Followed<T> {
  let of = source.now()
  let made = make(of)
  return {
    now: () => made,
    refresh() {
      if (source.now() === of) return
      of = source.now()
      made = make(of)
    },
  }
}

const constant = <T>(value: T): Followed<T> => ({ now: () => value, refresh: () => undefined })

/** `webhook`: what the documents of a cluster of KKP say of its webhook; null: nothing that could be used. */
export interface FollowedPolicy extends Followed<PolicyInForce> {
  readonly webhook: () => KkpWebhook | null
}

export interface KkpWebhook {
  /** The text of its kubeconfig, which is secret. */
  readonly kubeconfig: string
  /** As written; null: KKP's own. */
  readonly initialBackoff: string | null
}

/** A policy file stands instead of what KKP says of the policy, and of nothing else. */
export function policyOf(source: KubernetesSource, options: PolicyOptions): FollowedPolicy {
  const { policyFile, kkp } = source
  const ofFile = policyFile === null ? null : policyOfFile(policyFile, options)
  if (kkp === null) return { ...(ofFile ?? constant({ kind: 'asSent' })), webhook: () => null }
  const files = new HeldFiles<KkpDocument>({ ...options, patterns: kkp.documents, read: readKkpFile })
  const settings = follow(files, () => {
    const documents = files.values.map(({ value }) => value)
    return clusterSettings(source.source, documents, kkp.generation)
  })
  const policy = ofFile ?? derive(settings, policyMaker(source.source, files, options))
  return {
    now: () => (settings.now().isRecorded ? policy.now() : { kind: 'off' }),
    refresh() {
      settings.refresh()
      policy.refresh()
    },
    webhook() {
      const { kubeconfig, webhook } = settings.now()
      return kubeconfig === null ? null : { kubeconfig, initialBackoff: webhook?.initialBackoff ?? null }
    },
  }
}

function policyOfFile(policyFile: string, options: PolicyOptions): Followed<PolicyInForce> {
  const files = new HeldFiles<Policy>({ ...options, patterns: [policyFile], read: readPolicyFile })
  // A file that is gone leaves its last good version in force, like one that is broken.
  let last: PolicyInForce = { kind: 'unreadable' }
  return follow(files, () => {
    const [held] = files.values
    if (held) last = { kind: 'policy', resolve: compilePolicy(held.value) }
    else if (files.isEmpty) {
      const fault = { code: 'missing', path: '', message: 'There is no such file.' }
      options.onTrouble(policyFile, fault, last.kind === 'policy')
    }
    return last
  })
}

function policyMaker(source: string, files: HeldFiles<KkpDocument>, options: PolicyOptions) {
  // The text of a ConfigMap is judged only when it counts, and its last good version stays too.
  let last: PolicyInForce = { kind: 'unreadable' }
  return ({ policy }: ClusterSettings): PolicyInForce => {
    if (policy === null) return { kind: files.unreadable ? 'unreadable' : 'asSent' }
    const read = policy.from === 'configMap' ? readPolicyText(policy.text) : readPolicy(policy.document)
    if (read.policy !== null) last = { kind: 'policy', resolve: compilePolicy(read.policy) }
    for (const fault of read.faults) {
      options.onTrouble(`ConfigMap audit-config of ${source}`, fault, last.kind === 'policy')
    }
    return last
  }
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
  const list = () =>
    files.values.map(({ file, value }) => ({ resource: value, file: file.startsWith(`${putFolder}/`) ? null : file }))
  const selector = follow(files, () => {
    for (const { name, first, file } of findNamesakes(list())) {
      options.onWarning(file, { code: 'duplicate', path: '', message: namesakeMessage(name, first) })
    }
    if (files.unreadable) return createKeeper('an AccessAudit cannot be read')
    if (files.values.every(({ value }) => value.rules.length === 0)) {
      const message = 'There is no rule of an AccessAudit, so no record is kept.'
      options.onWarning(`audit source ${source}`, { code: 'no_rules', path: '', message })
    }
    return createSelector(
      files.values.map(({ value }) => value),
      skipDefaultTypes,
    )
  })
  return { ...selector, list }
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
    if (isOfOthers(value)) return null
    const { resource, faults, warnings } = readAccessAudit(value)
    return { value: resource, faults, warnings }
  })
}

/** Says that it is something else. What does not say what it is may have been meant. */
function isOfOthers(document: unknown): boolean {
  const { kind, type } = members(document)
  return (typeof kind === 'string' || typeof type === 'string') && !isAccessAudit(document)
}

interface Reading<T> {
  readonly value: T | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** All documents of a file, or none of them. `read` answers null for a document that is about something else. */
function readEach<T>(text: string, read: (value: unknown) => Reading<T> | null): ReadFile<T> {
  const documents = parsePiece(text)
  const faults = documents.flatMap((document) => document.faults)
  const sound = documents.filter((document) => document.faults.length === 0)
  const readings = sound.flatMap(({ value }) => listItems(value).map((item) => ({ item, reading: read(item.value) })))
  const placed = (key: 'faults' | 'warnings') =>
    readings.flatMap(({ item, reading }) =>
      (reading?.[key] ?? []).map((fault) => ({ ...fault, path: pathWithin(item, fault.path) })),
    )
  faults.push(...placed('faults'))
  const values = readings.flatMap(({ reading }) => (reading?.value ? [reading.value] : []))
  return { values: faults.length === 0 ? values : null, faults, warnings: placed('warnings') }
}
