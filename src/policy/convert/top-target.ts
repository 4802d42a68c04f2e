/**
 * `spec.targetRef`: tags, which belonged to the inbounds of a proxy, become labels of its Dataplane since 2.10; after 2.14 only Mesh and
 * Dataplane are left, and they know neither names nor types of proxies. Where nothing says the same, the policy stays as it was.
 */
import { isMap, type YAMLMap } from 'yaml'
import { since } from '../kuma-version.ts'
import { has, type PolicyEdit } from './policy-edit.ts'
import { drop, elements, keysOf, member, pairOf, put, textOf, textsOf } from './tree.ts'

const at = 'spec.targetRef'

export function convertTopTarget(edit: PolicyEdit): void {
  const target = member(edit.root, 'spec', 'targetRef')
  if (!isMap(target) || !since(edit.version, '2.10')) return
  const kind = textOf(member(target, 'kind'))
  switch (kind) {
    case 'MeshSubset':
      convertSubset(edit, target)
      return
    case 'MeshService':
    case 'MeshServiceSubset': {
      const name = textOf(member(target, 'name'))
      edit.log.left(target, `${at} (${kind} ${name})`, noLabelForService)
      return
    }
    case 'MeshGateway':
      if (isNewest(edit)) edit.log.left(target, `${at} (MeshGateway)`, 'builtin gateways are gone after 2.14')
      return
    case 'MeshGatewayRoute':
      edit.log.left(target, `${at} (MeshGatewayRoute)`, 'it never selected a proxy, so nobody knows which were meant')
      return
    case 'Mesh':
      convertMesh(edit, target)
      return
    case 'Dataplane':
      convertDataplane(edit, target)
      return
  }
}

const isNewest = ({ version }: PolicyEdit) => since(version, '3.0-dev')

const noLabelForService =
  'no label says kuma.io/service: it stands in the inbounds of a proxy. A label such as `app` may select the same proxies, but which one cannot be known here'

/** Tags that Kuma computes for an inbound, and that no label repeats. */
const tagsOnly = [
  'kuma.io/service',
  'kuma.io/protocol',
  'kuma.io/instance',
  'k8s.kuma.io/service-name',
  'k8s.kuma.io/service-port',
]

function convertSubset(edit: PolicyEdit, target: YAMLMap): void {
  const tags = textsOf(member(target, 'tags'))
  const shown = showLabels(tags)
  const what = `${at} (MeshSubset${shown && ` ${shown}`})`
  const types = elements(member(target, 'proxyTypes')).map(textOf)
  if (shown === '') {
    edit.log.changed(target, {
      from: what,
      to: 'Mesh',
      because: 'a subset by no tags is all proxies',
      mind: 'a policy for Mesh is the weakest: one for a Dataplane now wins over it.',
    })
    put(target, 'kind', 'Mesh')
    drop(target, 'tags')
    convertMesh(edit, target)
    return
  }
  const because = whyNoLabels(tags, types)
  if (because !== null) {
    edit.log.left(target, what, because)
    return
  }
  edit.log.changed(target, {
    from: what,
    to: `Dataplane, labels ${shown}`,
    because: isNewest(edit) ? 'MeshSubset is gone after 2.14' : 'MeshSubset is deprecated since 2.10',
    mind: labelsNote(edit, types.includes('Sidecar')),
  })
  put(target, 'kind', 'Dataplane')
  drop(target, 'proxyTypes')
  pairOf(target, 'tags')!.key.value = 'labels'
}

/** Null: labels can say the same. */
function whyNoLabels(tags: Readonly<Record<string, string>>, types: readonly (string | null)[]): string | null {
  const unsayable = Object.keys(tags).find((key) => tagsOnly.includes(key))
  if (unsayable === 'kuma.io/service') return noLabelForService
  if (unsayable !== undefined) return `no label says ${unsayable}, which belongs to an inbound`
  if (Object.values(tags).includes('*')) return 'labels know no `*`'
  const onlyGateways = types.includes('Gateway') && !types.includes('Sidecar')
  return onlyGateways ? 'the kind Dataplane knows no proxyTypes, and does not select builtin gateways' : null
}

function labelsNote(edit: PolicyEdit, onlySidecars: boolean): string {
  const where =
    edit.form === 'kubernetes'
      ? 'labels are not tags; pod labels become labels of the Dataplane.'
      : 'labels are not tags; the Dataplanes need these labels of their own.'
  const whole = 'Labels select all inbounds of a proxy, tags only those that have them.'
  const gateways = since(edit.version, '2.14')
    ? onlySidecars
      ? 'Delegated gateways with these labels are selected now.'
      : 'Builtin gateways are not selected any more.'
    : onlySidecars
      ? ''
      : 'Gateways are not selected any more.'
  const rank = since(edit.version, '3.0-dev') ? '' : 'Policies that still say MeshSubset now win over this one.'
  return [where, whole, gateways, rank].filter(Boolean).join(' ')
}

/** After 2.14 `proxyTypes` is not read: where it held somebody back, the policy would spread. */
function convertMesh(edit: PolicyEdit, target: YAMLMap): void {
  const types = elements(member(target, 'proxyTypes')).map(textOf)
  if (!isNewest(edit) || !pairOf(target, 'proxyTypes')) return
  const what = `${at}.proxyTypes: [${types.join(', ')}]`
  const isAll = types.includes('Sidecar') && types.includes('Gateway')
  // A delegated gateway, the only kind left, has no inbounds.
  const isHarmless = types.includes('Sidecar') && !has(edit, 'to')
  if (!isAll && !isHarmless) {
    edit.log.left(target, what, 'proxyTypes are gone after 2.14, and without them the policy is for all proxies')
    return
  }
  edit.log.changed(target, {
    from: what,
    to: 'nothing',
    because: isAll ? 'that is all proxies' : 'only sidecars have inbounds; proxyTypes are gone after 2.14',
  })
  drop(target, 'proxyTypes')
}

/** After 2.14 a Dataplane is named by the labels that the control plane gives it. */
function convertDataplane(edit: PolicyEdit, target: YAMLMap): void {
  const name = textOf(member(target, 'name'))
  if (!isNewest(edit) || name === null || keysOf(target).includes('labels')) return
  const labels = labelsOfName(edit, name, textOf(member(target, 'namespace')))
  edit.log.changed(target, {
    from: `${at} (Dataplane ${name})`,
    to: `labels ${showLabels(labels)}`,
    because: 'after 2.14 resources are named by labels only',
    mind: 'by name it was one of the zone of the policy; add kuma.io/zone where several zones have one of this name.',
  })
  nameByLabels(target, labels)
}

/** The labels that every resource of this name has. `namespace` null: the policy's own. */
export function labelsOfName(
  edit: PolicyEdit,
  name: string,
  namespace: string | null,
): Readonly<Record<string, string>> {
  const own = edit.namespace !== null && !edit.systemNamespaces.includes(edit.namespace) ? edit.namespace : null
  const place = namespace ?? own
  return { 'kuma.io/display-name': name, ...(place === null ? {} : { 'k8s.kuma.io/namespace': place }) }
}

export function showLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
}

export function nameByLabels(target: YAMLMap, labels: Readonly<Record<string, string>>): void {
  const section = pairOf(target, 'sectionName')
  for (const key of ['name', 'namespace', 'sectionName']) drop(target, key)
  put(target, 'labels', labels)
  if (section) target.items.push(section)
}
