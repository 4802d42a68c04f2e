/**
 * One AccessAudit document, in Universal form or as a Kubernetes object, becomes the resource that selects, or all its faults with the
 * places that the control plane would name (`rules[0].access[1]`; on Kubernetes `spec.rules[0]…`). The rules are read in `read-rules.ts`.
 */
import { collectFindings, type Findings } from '../../config/findings.ts'
import { isObject, members } from '../../config/formats.ts'
import { show } from '../../config/scalars.ts'
import { didYouMean, nearestWord } from '../../did-you-mean.ts'
import type { Fault } from '../../errors.ts'
import type { AccessAudit, AccessAuditOptions } from './access-audit.ts'
import { readRules } from './read-rules.ts'

export interface AccessAuditReading {
  readonly name: string | null
  /** Null exactly when there are faults. */
  readonly resource: AccessAudit | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

const universalKeys = ['type', 'name', 'labels', 'creationTime', 'modificationTime', 'rules']
const kubernetesKeys = ['apiVersion', 'kind', 'metadata', 'spec', 'status']
const apiVersion = 'kuma.io/v1alpha1'

/** As in Kuma: the longest name of a resource. */
const nameLengthMax = 253

/** `document`: the plain value of one YAML or JSON document. Never throws for what it holds. */
export function readAccessAudit(document: unknown, options: AccessAuditOptions = {}): AccessAuditReading {
  const findings = collectFindings()
  if (!isObject(document)) {
    findings.fault('wrong_type', '', `must be a mapping of keys, not ${show(document)}.`)
    return { name: null, resource: null, faults: findings.faults, warnings: [] }
  }
  const isKubernetes = typeof document['kind'] === 'string' && typeof document['type'] !== 'string'
  checkKind(document, isKubernetes, findings)
  checkKeys(document, isKubernetes, findings)
  const owner = isKubernetes ? members(document['metadata']) : document
  const at = isKubernetes ? 'metadata.' : ''
  const name = readName(owner['name'], `${at}name`, options.name ?? null, findings)
  const labels = readLabels(owner['labels'], `${at}labels`, findings)
  if (isKubernetes) checkMapping(document['spec'], 'spec', findings)
  const rules = isKubernetes ? members(document['spec'])['rules'] : document['rules']
  const resource = { name, labels, rules: readRules(rules, isKubernetes ? 'spec.rules' : 'rules', options, findings) }
  const { faults, warnings } = findings
  return { name: name || null, resource: faults.length === 0 ? resource : null, faults, warnings }
}

/** Whether a document calls itself an AccessAudit, or something so near to it that nothing else can be meant. */
export function isAccessAudit(document: unknown): boolean {
  const { apiVersion, kind, type } = members(document)
  const own = typeof apiVersion === 'string' && typeof kind === 'string' ? kind : type
  return typeof own === 'string' && !own.endsWith('List') && nearestWord(own, ['AccessAudit']) !== null
}

function checkKind(document: Record<string, unknown>, isKubernetes: boolean, findings: Findings): void {
  const key = isKubernetes ? 'kind' : 'type'
  const kind = document[key]
  if (kind === undefined) findings.fault('missing', key, 'is required: write type: AccessAudit.')
  else if (kind !== 'AccessAudit') {
    const hint = typeof kind === 'string' ? didYouMean(kind, ['AccessAudit']) : ''
    findings.fault('unknown_kind', key, `must be AccessAudit, not ${show(kind)}.${hint}`)
  }
  if (isKubernetes && document['apiVersion'] !== apiVersion) {
    findings.fault('wrong_value', 'apiVersion', `must be ${apiVersion}, not ${show(document['apiVersion'])}.`)
  }
}

/** Rules in the wrong place would select nothing, in silence; whatever else is strange here is harmless. */
function checkKeys(document: Record<string, unknown>, isKubernetes: boolean, findings: Findings): void {
  const known = isKubernetes ? kubernetesKeys : universalKeys
  for (const key of Object.keys(document)) {
    if (known.includes(key)) continue
    if (isKubernetes && key === 'rules') {
      findings.fault('wrong_key', key, 'stands at the top; on Kubernetes rules stand under spec.')
    } else if (!isKubernetes && key === 'spec') {
      findings.fault('wrong_key', key, 'is the Kubernetes form; beside type the rules stand at the top.')
    } else if (key === 'mesh') {
      findings.warning('unused', key, 'has no effect here: an AccessAudit is about all meshes. A rule may name one.')
    } else findings.warning('unknown_key', key, `is not a key here and has no effect.${didYouMean(key, known)}`)
  }
  for (const key of isKubernetes ? Object.keys(members(document['spec'])) : []) {
    if (key === 'rules') continue
    findings.warning('unknown_key', `spec.${key}`, `is not a key here and has no effect.${didYouMean(key, ['rules'])}`)
  }
}

function readName(value: unknown, path: string, expected: string | null, findings: Findings): string {
  if (value === undefined || value === null || value === '') {
    findings.fault('missing', path, 'is required.')
    return ''
  }
  if (typeof value !== 'string') {
    findings.fault('wrong_type', path, `must be a text, not ${show(value)}.`)
    return ''
  }
  if (value.length > nameLengthMax) {
    findings.fault('wrong_value', path, `has ${value.length} characters; ${nameLengthMax} are allowed.`)
  }
  if (expected !== null && value !== expected) {
    findings.fault('wrong_value', path, `must be ${show(expected)}, as in the address, not ${show(value)}.`)
  }
  return value
}

function readLabels(value: unknown, path: string, findings: Findings): Record<string, string> {
  checkMapping(value, path, findings)
  return Object.fromEntries(
    Object.entries(members(value)).map(([key, text]) => {
      if (typeof text !== 'string')
        findings.fault('wrong_type', `${path}["${key}"]`, `must be a text, not ${show(text)}.`)
      return [key, String(text)]
    }),
  )
}

function checkMapping(value: unknown, path: string, findings: Findings): void {
  if (value === undefined || value === null || isObject(value)) return
  findings.fault('wrong_type', path, `must be a mapping of keys, not ${show(value)}.`)
}
