/** The rules of an AccessAudit: what each says, what is wrong with it, and what in it can never have an effect. */
import type { Findings } from '../../config/findings.ts'
import { isObject, members } from '../../config/formats.ts'
import { show } from '../../config/scalars.ts'
import { didYouMean } from '../../did-you-mean.ts'
import type { AccessAuditOptions, AccessRule } from './access-audit.ts'
import { auditActions, classOf } from './actions.ts'
import { hasType, kubernetesOnlyTypes, resourceTypes } from './resource-types.ts'

const ruleKeys = ['types', 'mesh', 'access', 'accessAll']

/** What the rules of an AccessRole have beside these. */
const roleKeys = ['names', 'when']

/** `path`: `rules` or `spec.rules`. */
export function readRules(value: unknown, path: string, options: AccessAuditOptions, findings: Findings): AccessRule[] {
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    findings.fault('wrong_type', path, `must be a list, not ${show(value)}.`)
    return []
  }
  const rules: readonly unknown[] = value ?? []
  if (rules.length === 0) findings.warning('no_rules', path, 'is empty, so nothing is audited by it.')
  return rules.map((rule, i) => readRule(rule, `${path}[${i}]`, options, findings))
}

function readRule(value: unknown, path: string, options: AccessAuditOptions, findings: Findings): AccessRule {
  if (!isObject(value)) findings.fault('wrong_type', path, `must be a mapping of keys, not ${show(value)}.`)
  const rule = members(value)
  warnOfKeys(rule, path, findings)
  const types = readTypes(rule['types'], `${path}.types`, options, findings)
  const mesh = readMesh(rule['mesh'], `${path}.mesh`, findings)
  if (mesh !== null) refuseGlobalTypes(types, `${path}.mesh`, findings)
  const access = readActions(rule['access'], `${path}.access`, findings)
  const accessAll = readFlag(rule['accessAll'], `${path}.accessAll`, findings)
  if (isObject(value)) checkAccess(rule, { path, accessAll }, findings)
  if (!accessAll) warnOfIdle({ types, mesh, access }, path, findings)
  return { types, mesh, access, accessAll }
}

function warnOfKeys(rule: Record<string, unknown>, path: string, findings: Findings): void {
  for (const key of Object.keys(rule)) {
    if (ruleKeys.includes(key)) continue
    const why = roleKeys.includes(key)
      ? 'is a key of an AccessRole; an AccessAudit has none, and it has no effect.'
      : `is not a key of a rule and has no effect.${didYouMean(key, ruleKeys)}`
    findings.warning('unknown_key', `${path}.${key}`, why)
  }
}

/** Names, each once, and where each stood. `help`: for who writes numbers. */
function words(value: unknown, path: string, findings: Findings, help = ''): { text: string; path: string }[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    findings.fault('wrong_type', path, `must be a list, not ${show(value)}.`)
    return []
  }
  const seen = new Set<unknown>()
  return value.flatMap((item, i) => {
    if (seen.has(item)) return []
    seen.add(item)
    if (typeof item === 'string') return [{ text: item, path: `${path}[${i}]` }]
    const hint = typeof item === 'number' ? help : ''
    findings.fault('wrong_type', `${path}[${i}]`, `must be a name, not ${show(item)}.${hint}`)
    return []
  })
}

function readTypes(value: unknown, path: string, options: AccessAuditOptions, findings: Findings): string[] {
  return words(value, path, findings).map(({ text, path: at }) => {
    checkType(text, at, options, findings)
    return text
  })
}

function checkType(
  name: string,
  path: string,
  { version = null, allowUnknownTypes = false }: AccessAuditOptions,
  findings: Findings,
): void {
  const known = resourceTypes.get(name)
  if (known && (version === null || hasType(version, known))) {
    if (known.written !== 'never') return
    findings.warning('idle', path, `${name} is only put together for viewing, so no record names it.`)
    return
  }
  const why = known
    ? `Kuma ${version} has no ${name}.`
    : kubernetesOnlyTypes.includes(name)
      ? `${name} is an object of Kubernetes alone, so no record names it.`
      : `No known release has a type ${show(name)}.${meantType(name)}`
  const told = allowUnknownTypes ? findings.warning : findings.fault
  told('unknown_type', path, `invalid resource type.\n${why}`)
}

/** Also finds what was written as in an address of the Universal API: `traffic-routes`. */
function meantType(name: string): string {
  const byRest = [...resourceTypes.values()].find(({ restNames }) => restNames.includes(name))
  return byRest ? ` Did you mean ${byRest.name}?` : didYouMean(name, resourceTypes.keys())
}

function readMesh(value: unknown, path: string, findings: Findings): string | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  findings.fault('wrong_type', path, `must be the name of a mesh, not ${show(value)}.`)
  return null
}

function refuseGlobalTypes(types: readonly string[], path: string, findings: Findings): void {
  const global = types.filter((name) => name !== 'Mesh' && resourceTypes.get(name)?.scope === 'global')
  if (global.length === 0) return
  const message = `goes with types that belong to a mesh, and with Mesh; ${global.join(', ')} ${global.length > 1 ? 'belong' : 'belongs'} to none.\nWrite a rule without mesh for ${global.length > 1 ? 'them' : 'it'}.`
  findings.fault('conflict', path, message)
}

function readActions(value: unknown, path: string, findings: Findings): string[] {
  const help = ' The numbers of actions are not published; write their names.'
  return words(value, path, findings, help).map(({ text, path: at }) => {
    if (classOf(text) === null) {
      const known = `${auditActions.slice(0, -1).join(', ')} and ${auditActions.at(-1)}`
      findings.fault(
        'unknown_action',
        at,
        `${show(text)} is not an action.${didYouMean(text, auditActions)}\nActions are ${known}.`,
      )
    }
    return text
  })
}

function readFlag(value: unknown, path: string, findings: Findings): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return value === true
  findings.fault('wrong_type', path, `must be true or false, not ${show(value)}.`)
  return false
}

/** The control plane's documentation says one of the two, and its own example has both. */
function checkAccess(
  { access }: Record<string, unknown>,
  { path, accessAll }: { readonly path: string; readonly accessAll: boolean },
  findings: Findings,
): void {
  const isGiven = Array.isArray(access) ? access.length > 0 : access !== undefined && access !== null
  if (accessAll && isGiven) {
    findings.warning('unused', `${path}.access`, 'stands beside accessAll: true, which means every action.')
  } else if (!accessAll && !isGiven) {
    findings.fault(
      'missing',
      `${path}.access`,
      'needs at least one action.\nWithout access or accessAll: true the rule never selects anything.',
    )
  }
}

/** Actions that narrowing by type or by mesh does not reach, or never lets through. */
function warnOfIdle({ types, mesh, access }: Omit<AccessRule, 'accessAll'>, path: string, findings: Findings): void {
  if (access.length === 0) return
  const none = (wanted: (action: string) => boolean) => !access.some(wanted)
  if (types.length > 0 && none((action) => classOf(action) === 'resource')) {
    findings.warning('unused', `${path}.types`, 'has no effect: none of the actions is about a type.')
  }
  const meshless = access.filter((action) => classOf(action) === 'token' && action !== 'GENERATE_DATAPLANE_TOKEN')
  if (mesh !== null && meshless.length > 0) {
    const message = `is never that of ${meshless.join(', ')}, which belong to no mesh. Write a rule without mesh for them.`
    findings.warning('idle', `${path}.mesh`, message)
  }
}
