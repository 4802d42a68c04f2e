/**
 * The rules of one targetRef: which of its members go with its kind. Kuma's texts, by version; which kinds a place takes is
 * `target-ref-matrix.ts`, and the types of the members are `policy-schema.ts`.
 */

import type { Findings } from '../../config/findings.ts'
import { isObject, members } from '../../config/formats.ts'
import { didYouMean } from '../../did-you-mean.ts'
import { type KumaVersion, since, until } from '../kuma-version.ts'
import type { TargetKind } from '../resources.ts'
import { hasField } from './policy-schema.ts'
import { oneOf } from './schema.ts'
import { checkTags } from './tags.ts'

interface KindRule {
  readonly kinds: readonly TargetKind[]
  /** Default: from the first version on. */
  readonly since?: KumaVersion
  /** Default: to the last version. */
  readonly until?: KumaVersion
  /** Members that must be absent, as far as the version knows them. */
  readonly forbids?: readonly string[]
  readonly needs?: 'name' | 'nameOrLabels' | 'labels'
  readonly checksName?: true
  /** `exact`: a set of tags; `selector`: `*` and slashes too. */
  readonly tags?: 'exact' | 'selector'
}

/** Every row that fits kind and version holds. A kind without a row has no rules: MeshMultiZoneService, up to 2.14. */
const rules: readonly KindRule[] = [
  { kinds: ['Mesh'], forbids: ['mesh', 'tags', 'labels', 'namespace', 'sectionName'] },
  { kinds: ['MeshSubset'], forbids: ['name', 'mesh', 'labels', 'namespace', 'sectionName'] },
  { kinds: ['MeshSubset'], since: '2.6', tags: 'exact' },
  { kinds: ['Dataplane'], forbids: ['tags', 'mesh', 'proxyTypes'] },
  { kinds: ['MeshService', 'MeshHTTPRoute'], forbids: ['mesh', 'tags', 'proxyTypes'] },
  { kinds: ['MeshExternalService'], forbids: ['mesh', 'tags', 'proxyTypes', 'sectionName'] },
  { kinds: ['MeshHTTPRoute'], since: '3.0-dev', forbids: ['sectionName'] },
  {
    kinds: ['MeshServiceSubset'],
    forbids: ['mesh', 'proxyTypes', 'labels', 'namespace', 'sectionName'],
    needs: 'name',
  },
  {
    kinds: ['MeshGateway'],
    since: '2.5',
    forbids: ['mesh', 'proxyTypes', 'labels', 'namespace', 'sectionName'],
    needs: 'name',
  },
  { kinds: ['MeshGatewayRoute'], forbids: ['mesh'], needs: 'name' },
  { kinds: ['MeshService', 'MeshExternalService', 'MeshHTTPRoute'], until: '2.14', needs: 'nameOrLabels' },
  {
    kinds: ['MeshService', 'MeshExternalService', 'MeshMultiZoneService', 'MeshHTTPRoute'],
    since: '3.0-dev',
    needs: 'labels',
  },
  {
    kinds: ['MeshService', 'MeshHTTPRoute', 'MeshExternalService', 'MeshServiceSubset', 'MeshGateway'],
    since: '2.6',
    until: '2.14',
    checksName: true,
  },
  { kinds: ['MeshServiceSubset', 'MeshGateway'], since: '2.6', tags: 'selector' },
]

export interface TargetRefContext {
  readonly version: KumaVersion
  readonly kinds: ReadonlySet<TargetKind>
  /** Whether the policy has anything for inbound traffic; only asked of the policy's own targetRef. */
  readonly inbound: boolean
  readonly findings: Findings
}

/** The schema has been satisfied, so members have the types that it gives them. */
export function checkTargetRef(targetRef: unknown, path: string, context: TargetRefContext): void {
  const { version, kinds, findings } = context
  const ref = members(targetRef)
  const kind = ref['kind'] as TargetKind | undefined
  if (kind === undefined) {
    const text = until(version, '2.5') ? 'must be set' : 'must be defined'
    findings.fault('missing', `${path}.kind`, `${text}.\nWrite ${oneOf([...kinds])}.`)
    return
  }
  if (!kinds.has(kind)) {
    const text = since(version, '2.13') ? `value '${kind}' is not supported` : 'value is not supported'
    const help =
      kinds.size === 0
        ? 'No kind is, here.'
        : `Here Kuma ${version} takes ${oneOf([...kinds])}.${didYouMean(kind, kinds)}`
    findings.fault('unsupported', `${path}.kind`, `${text}.\n${help}`)
    return
  }
  const fitting = rules.filter(
    (rule) =>
      rule.kinds.includes(kind) &&
      (rule.since === undefined || since(version, rule.since)) &&
      (rule.until === undefined || until(version, rule.until)),
  )
  if (kind === 'Mesh' && isSet(ref['name']) && hasField(version, 'name')) {
    findings.fault(
      'conflict',
      `${path}.name`,
      'using name with kind Mesh is not yet supported.\nThe mesh is that of the policy; leave name out.',
    )
  }
  for (const rule of fitting) applyRule(rule, ref, kind, path, context)
  checkSelection(ref, kind, path, context)
}

function applyRule(
  { forbids = [], needs, checksName, tags }: KindRule,
  ref: Record<string, unknown>,
  kind: TargetKind,
  path: string,
  { version, findings }: TargetRefContext,
): void {
  for (const field of forbids) {
    if (!hasField(version, field) || !isSet(ref[field])) continue
    const text = until(version, '2.5') ? 'cannot be set with kind' : 'must not be set with kind'
    findings.fault('conflict', `${path}.${field}`, `${text} ${kind}.\nLeave it out, or choose a kind that has it.`)
  }
  if (needs) checkNeeds(needs, ref, kind, path, { version, findings })
  if (checksName && !/^[0-9a-z.\-_]*$/.test(text(ref['name']))) {
    const message = "invalid characters: must consist of lower case alphanumeric characters, '-', '.' and '_'."
    findings.fault('wrong_value', `${path}.name`, message)
  }
  if (tags && hasField(version, 'tags')) checkTags(members(ref['tags']), tags, `${path}.tags`, findings)
}

function checkNeeds(
  needs: 'name' | 'nameOrLabels' | 'labels',
  ref: Record<string, unknown>,
  kind: TargetKind,
  path: string,
  { version, findings }: Pick<TargetRefContext, 'version' | 'findings'>,
): void {
  const labelled = hasField(version, 'labels') && isSet(ref['labels'])
  const mustBeSet = since(version, '2.14') ? 'must be set when kind is' : 'must be set with kind'
  if (needs === 'labels' && !labelled) {
    findings.fault(
      'missing',
      `${path}.labels`,
      `must be set when kind is ${kind}.\nSelect it by label, such as kuma.io/display-name.`,
    )
  }
  if (needs === 'name' && !isSet(ref['name'])) findings.fault('missing', `${path}.name`, `${mustBeSet} ${kind}.`)
  if (needs === 'nameOrLabels' && !isSet(ref['name']) && !labelled) {
    if (since(version, '2.14')) findings.fault('missing', path, `name or labels must be set when kind is ${kind}.`)
    else findings.fault('missing', `${path}.name`, `must be set with kind ${kind}.`)
  }
}

/** How a resource is chosen: by labels or by name, and which part of it. */
function checkSelection(
  ref: Record<string, unknown>,
  kind: TargetKind,
  path: string,
  { version, inbound, findings }: TargetRefContext,
): void {
  const chosen = ['Dataplane', 'MeshService', 'MeshHTTPRoute', 'MeshExternalService'].includes(kind)
  const labelled = hasField(version, 'labels') && isSet(ref['labels'])
  if (chosen && labelled && until(version, '2.14') && (isSet(ref['name']) || isSet(ref['namespace']))) {
    const both = 'either labels or name and namespace must be specified'
    const text = kind === 'MeshExternalService' ? `either labels or name must be specified (${both})` : both
    findings.fault(
      'conflict',
      `${path}.labels`,
      `${text}.\nLabels choose every resource that has them, a name the one; keep one of the two.`,
    )
  }
  if (version === '2.9' && labelled && isSet(ref['sectionName']) && kind === 'MeshService') {
    findings.fault('conflict', `${path}.sectionName`, 'sectionName should not be combined with labels.')
  }
  if (kind === 'Dataplane' && isSet(ref['sectionName']) && !inbound) {
    const help = 'It names an inbound, and this policy says nothing of inbound traffic: leave it out, or write rules.'
    findings.fault('conflict', `${path}.sectionName`, `can only be used with inbound policies.\n${help}`)
  }
  if (
    since(version, '2.10') &&
    until(version, '2.14') &&
    Array.isArray(ref['proxyTypes']) &&
    !isSet(ref['proxyTypes'])
  ) {
    const help = 'Leave it out for both, or name Sidecar or Gateway.'
    findings.fault('wrong_value', `${path}.proxyTypes`, `must be undefined or have at least one element.\n${help}`)
  }
}

/** As Kuma sees it: empty is as good as absent. */
function isSet(value: unknown): boolean {
  if (value === undefined || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return !isObject(value) || Object.keys(value).length > 0
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
