/**
 * From a document to a policy that can be compiled, or to everything that is wrong with it: `audit.k8s.io/v1` and its forerunners, in YAML or
 * JSON, alone or in a ConfigMap (`policy-config-map.ts`). We refuse unknown and repeated keys, which kube-apiserver drops with a warning, and
 * take the older versions, which it no longer does.
 */
import type { Fault } from '../../errors.ts'
import { auditGroup, type Policy, type PolicyVersion, policyVersions } from './policy.ts'
import { looksLikePolicyHolder, policyInConfigMap } from './policy-config-map.ts'
import { decodePolicy, type PolicyDraft } from './policy-decode.ts'
import { type Finding, finding, isWithin, type PolicyReading, toFault } from './policy-finding.ts'
import { judgePolicy } from './policy-judge.ts'
import { findUnreached } from './policy-reach.ts'
import { parsePolicyText } from './policy-text.ts'
import { findTraps } from './policy-traps.ts'

/** Whether a document means to be a policy, or to hold one, be it right or wrong. */
export function isPolicyDocument(document: unknown): boolean {
  if (!isMembers(document)) return false
  const { apiVersion, kind, rules } = document
  const isOfGroup = typeof apiVersion === 'string' && apiVersion.split('/')[0] === auditGroup
  // Others have policies too; theirs have a spec.
  return isOfGroup || (kind === 'Policy' && Array.isArray(rules)) || looksLikePolicyHolder(document)
}

/** A document that has been parsed. Its faults have paths, but neither line nor column. Never throws. */
export function readPolicy(document: unknown): PolicyReading {
  const held = policyInConfigMap(document)
  if (held) return held.read(readPolicyText)
  const { faults, warnings, ...reading } = readValue(document)
  return { ...reading, faults: faults.map(toFault), warnings: warnings.map(toFault) }
}

/** The text of a file. `nth`: which of its documents that have content; kube-apiserver reads the first. Never throws. */
export function readPolicyText(text: string, nth = 0): PolicyReading {
  const { value, faults, index, isAlone, place } = parsePolicyText(text, nth)
  if (value === undefined) return { policy: null, name: null, faults, warnings: [] }
  const reading = readPlaced(value, place)
  const all = [...faults, ...reading.faults]
  return {
    policy: all.length === 0 ? reading.policy : null,
    name: reading.name,
    faults: all.sort(byPosition),
    warnings: [...reading.warnings, ...aboutPosition(index, isAlone).map((fault) => place(fault, ''))].sort(byPosition),
  }
}

type Place = (fault: Fault, at: string) => Fault

function readPlaced(value: unknown, place: Place): PolicyReading {
  const held = policyInConfigMap(value)
  if (held) {
    const { faults, warnings, ...reading } = held.read(readPolicyText)
    const placed = (fault: Fault) => place(fault, fault.path)
    return { ...reading, faults: faults.map(placed), warnings: warnings.map(placed) }
  }
  const { faults, warnings, ...reading } = readValue(value)
  const placed = (each: Finding) => place(toFault(each), each.at)
  return { ...reading, faults: faults.map(placed), warnings: warnings.map(placed) }
}

function aboutPosition(index: number, isAlone: boolean): Fault[] {
  const warning = (message: string) => [{ code: 'ignored_document', path: '', message }]
  if (index > 0) return warning('is not the first document of its file, and kube-apiserver reads no other.')
  return isAlone ? [] : warning('is followed by other documents, which kube-apiserver does not read.')
}

interface Judged extends Pick<PolicyReading, 'policy' | 'name'> {
  readonly faults: readonly Finding[]
  readonly warnings: readonly Finding[]
}

function readValue(document: unknown): Judged {
  if (!isMembers(document)) {
    const message = 'failed decoding: a Policy is a mapping of keys\nIt begins with apiVersion: audit.k8s.io/v1.'
    return { policy: null, name: null, faults: [finding('wrong_type', '', message)], warnings: [] }
  }
  const name = nameOf(document)
  const faults: Finding[] = []
  const version = readVersion(document, faults)
  // Of another kind: what it has is not for us to judge.
  if (faults.some(({ code }) => code === 'unknown_kind')) return { policy: null, name, faults, warnings: [] }
  const draft = decodePolicy(document, faults)
  const unread = faults.map(({ at }) => at)
  // What could not be read is empty in the draft, which is nobody's fault.
  faults.push(...judgePolicy(draft).filter(({ at }) => !unread.some((each) => isWithin(at, each))))
  if (faults.length > 0 || version === null) return { policy: null, name, faults, warnings: [] }
  const policy = adopt(draft, version)
  return {
    policy,
    name,
    faults,
    warnings: [...aboutVersion(version), ...findUnreached(policy.rules), ...findTraps(policy.rules)],
  }
}

function readVersion(document: Readonly<Record<string, unknown>>, faults: Finding[]): PolicyVersion | null {
  const { apiVersion, kind = 'Policy' } = document
  const wanted = `${auditGroup}/${policyVersions[0]}`
  if (kind !== null && kind !== '' && kind !== 'Policy') {
    const isRecord = kind === 'Event' || kind === 'EventList'
    const message = isRecord
      ? `is ${kind}: that is what the API server records, not what it is told to record`
      : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? wanted)}`
    faults.push(finding('unknown_kind', 'kind', `${message}\nIt must be Policy.`))
  }
  if (apiVersion === undefined || apiVersion === null || apiVersion === '') {
    const message = `unknown group version field audit.k8s.io/__internal, Kind=Policy in policy\nAdd apiVersion: ${wanted}.`
    faults.push(finding('missing', 'apiVersion', message))
    return null
  }
  const version = policyVersions.find((each) => apiVersion === `${auditGroup}/${each}`)
  if (version !== undefined) return version
  const message = `no kind "Policy" is registered for version ${JSON.stringify(apiVersion)}\nWrite apiVersion: ${wanted}.`
  faults.push(finding('unknown_version', 'apiVersion', message))
  return null
}

function aboutVersion(version: PolicyVersion): Finding[] {
  if (version === policyVersions[0]) return []
  const message = `audit.k8s.io/${version} is read here, but kube-apiserver refuses it since 1.24: no kind "Policy" is registered for it.\nWrite audit.k8s.io/v1; nothing else changes.`
  return [finding('deprecated_version', 'apiVersion', message)]
}

/** The draft has been judged: its levels and stages are what they claim to be. */
function adopt(draft: PolicyDraft, version: PolicyVersion): Policy {
  return { version, ...draft } as Policy
}

function nameOf({ metadata }: Readonly<Record<string, unknown>>): string | null {
  const name = isMembers(metadata) ? metadata['name'] : null
  return typeof name === 'string' ? name : null
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function byPosition(a: Fault, b: Fault): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
