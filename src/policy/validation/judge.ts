/**
 * What one version of Kuma says of one policy, in its two looks: at the schema, and, if that found nothing, at the rules. Everything that
 * either look finds is told at once. Choosing the version is `validate.ts`.
 */

import { collectFindings, type Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'
import type { Fault } from '../../errors.ts'
import { type KumaVersion, since, until } from '../kuma-version.ts'
import type { TargetKind } from '../resources.ts'
import { checkDefault } from './backends.ts'
import type { BackendContext } from './context.ts'
import { checkEnvelopeSchema, checkNames, openEnvelope } from './envelope.ts'
import { checkMatch } from './matches.ts'
import { schemaFor } from './policy-schema.ts'
import { checkRole } from './roles.ts'
import { checkSchema } from './schema.ts'
import { checkTargetRef } from './target-ref.ts'
import { hasGatewayRows, kindsFor, type TargetRefPosition } from './target-ref-matrix.ts'

export interface JudgeOptions {
  /** `documented`: kinds that Kuma takes without saying so in its documentation are faults too. */
  readonly targetRefs: 'documented' | 'accepted'
  readonly systemNamespaces: readonly string[]
  /** Whether what this sink takes beyond Kuma is fine too. */
  readonly extensions: boolean
}

export interface Judgement {
  readonly faults: readonly Fault[]
  /** About what Kuma refuses and this sink takes. */
  readonly warnings: readonly Fault[]
}

export function judge(document: unknown, version: KumaVersion, options: JudgeOptions): Judgement {
  const findings = collectFindings()
  const { faults, warnings } = findings
  const { spec, namespace } = openEnvelope(document)
  checkEnvelopeSchema(document, version, findings)
  if (spec === undefined && since(version, '2.9')) findings.fault('missing', 'spec', 'in body is required.')
  else checkSchema(spec === undefined ? {} : spec, schemaFor(version).spec, 'spec', findings)
  if (faults.length > 0) return { faults, warnings }
  const policy = members(spec)
  checkNames(document, version, findings)
  checkRules(policy, version, options, findings)
  if (since(version, '2.9') && namespace !== null && !options.systemNamespaces.includes(namespace)) {
    checkRole(policy, namespace, { version, findings })
  }
  return { faults, warnings }
}

/** The members of the spec that a version knows, as lists. */
function partsOf(spec: Record<string, unknown>, version: KumaVersion) {
  const list = (name: string): readonly unknown[] => (Array.isArray(spec[name]) ? (spec[name] as unknown[]) : [])
  return {
    to: list('to'),
    from: until(version, '2.14') ? list('from') : [],
    rules: since(version, '2.10') ? list('rules') : [],
  }
}

function checkRules(
  spec: Record<string, unknown>,
  version: KumaVersion,
  { targetRefs, extensions }: JudgeOptions,
  findings: Findings,
): void {
  const { to, from, rules } = partsOf(spec, version)
  const inbound = from.length > 0 || rules.length > 0
  const checkKind = (targetRef: unknown, path: string, position: TargetRefPosition) => {
    checkTargetRef(targetRef, path, { version, kinds: kindsFor(version, position, 'accepted'), inbound, findings })
    if (targetRefs === 'documented') checkDocumented(targetRef, path, { version, position, findings })
  }
  const backends: BackendContext = { version, extensions, findings }
  const { kind: topKind } = members(spec['targetRef'])
  if (spec['targetRef'] !== undefined) checkKind(spec['targetRef'], 'spec.targetRef', 'top')
  checkTogether({ to, from, rules }, version, findings)
  const toPosition = topKind === 'MeshGateway' && hasGatewayRows(version) ? 'to[top=MeshGateway]' : 'to'
  to.forEach((item, i) => {
    checkKind(members(item)['targetRef'], `spec.to[${i}].targetRef`, toPosition)
    checkDefault(members(item)['default'], `spec.to[${i}].default`, backends)
  })
  from.forEach((item, i) => {
    checkKind(members(item)['targetRef'], `spec.from[${i}].targetRef`, 'from')
    checkDefault(members(item)['default'], `spec.from[${i}].default`, backends)
  })
  rules.forEach((rule, i) => {
    const matches = since(version, '2.14') ? members(rule)['matches'] : undefined
    if (Array.isArray(matches)) {
      matches.forEach((match, j) => {
        checkMatch(match, `spec.rules[${i}].matches[${j}]`, findings)
      })
    }
    // Kuma 2.10 to 2.13 forget to look into rules, by a slip; what they let through works nowhere.
    checkDefault(members(rule)['default'], `spec.rules[${i}].default`, backends)
  })
  if (topKind === 'MeshGatewayRoute' && to.length > 0 && until(version, '2.2')) {
    const text = 'cannot use "to" when "targetRef" is "MeshGatewayRoute" - there is no outbound'
    findings.fault('conflict', 'spec.to', `${text}.`)
  }
}

/** Which of `to`, `from` and `rules` there must be, and which go together. */
function checkTogether(
  { to, from, rules }: ReturnType<typeof partsOf>,
  version: KumaVersion,
  findings: Findings,
): void {
  const newest = since(version, '3.0-dev')
  if (rules.length > 0 && to.length + from.length > 0) {
    const text = newest
      ? "'to' must be empty when 'rules' is defined"
      : "fields 'to' and 'from' must be empty when 'rules' is defined"
    findings.fault('conflict', 'spec', `${text}.\nWrite two policies: rules for inbound traffic, to for outbound.`)
  }
  if (to.length + from.length + rules.length > 0) return
  const known = until(version, '2.9') ? "'from', 'to'" : newest ? "'to' or 'rules'" : "'from', 'to' or 'rules'"
  findings.fault(
    'missing',
    'spec',
    `at least one of ${known} has to be defined.\nWithout one of them nothing is logged.`,
  )
}

interface Documented {
  readonly version: KumaVersion
  readonly position: TargetRefPosition
  readonly findings: Findings
}

/** What is not accepted at all has been told. */
function checkDocumented(targetRef: unknown, path: string, { version, position, findings }: Documented): void {
  const kind = members(targetRef)['kind'] as TargetKind
  const documented = kindsFor(version, position, 'documented')
  if (!kindsFor(version, position, 'accepted').has(kind) || documented.has(kind)) return
  const help = `Documented are ${[...documented].join(', ') || 'none'}; with \`targetRefs: accepted\` this one is fine too.`
  findings.fault(
    'undocumented',
    `${path}.kind`,
    `${kind} is taken by Kuma ${version}, but not documented here.\n${help}`,
  )
}
