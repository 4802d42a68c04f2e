/**
 * `spec.to[].targetRef`: a MeshService by the tag that Kuma makes of a Kubernetes service becomes its name, namespace and port; after 2.14
 * all destinations are named by labels.
 */
import { isMap, type YAMLMap } from 'yaml'
import { since } from '../kuma-version.ts'
import type { PolicyEdit } from './policy-edit.ts'
import { labelsOfName, nameByLabels, showLabels } from './top-target.ts'
import { elements, member, pairOf, put, textOf } from './tree.ts'

export function convertToTargets(edit: PolicyEdit): void {
  elements(member(edit.root, 'spec', 'to')).forEach((item, i) => {
    const target = member(item, 'targetRef')
    if (!isMap(target)) return
    if (textOf(member(target, 'kind')) === 'MeshService') convertServiceTag(edit, target, `spec.to[${i}].targetRef`)
    if (since(edit.version, '3.0-dev')) convertName(edit, target, `spec.to[${i}].targetRef`)
  })
}

/** `<name>_<namespace>_svc_<port>`, the port being left out for headless services. Names in Kubernetes hold no underscore. */
const serviceTag = /^([a-z0-9.-]+)_([a-z0-9-]+)_svc(?:_(\d+))?$/

function convertServiceTag(edit: PolicyEdit, target: YAMLMap, path: string): void {
  const written = textOf(member(target, 'name')) ?? ''
  const [, name, namespace, port] = serviceTag.exec(written) ?? []
  if (name === undefined || namespace === undefined || !since(edit.version, '2.9')) return
  const portName = port === undefined ? null : edit.surroundings.portName(name, namespace, Number(port))
  const section = portName ?? port
  edit.log.changed(member(target, 'name'), {
    from: `${path}.name: ${written}`,
    to: `name: ${name}, namespace: ${namespace}${section === undefined ? '' : `, sectionName: ${section}`}`,
    because: 'since 2.9 a MeshService is a resource with ports',
    mind:
      [
        ...(port !== undefined && portName === null
          ? [`if port ${port} has a name, Kuma wants that as sectionName.`]
          : []),
        ...(since(edit.version, '3.0-dev')
          ? []
          : ['Outbounds that are still known by their kuma.io/service are not meant any more.']),
      ].join(' ') || null,
  })
  put(target, 'name', name)
  put(target, 'namespace', namespace)
  if (section !== undefined && !pairOf(target, 'sectionName')) put(target, 'sectionName', section)
}

const namedKinds = ['MeshService', 'MeshExternalService', 'MeshMultiZoneService', 'MeshHTTPRoute']

function convertName(edit: PolicyEdit, target: YAMLMap, path: string): void {
  const kind = textOf(member(target, 'kind')) ?? ''
  const name = textOf(member(target, 'name'))
  if (!namedKinds.includes(kind) || name === null || pairOf(target, 'labels')) return
  const labels = labelsOfName(edit, name, textOf(member(target, 'namespace')))
  edit.log.changed(member(target, 'name'), {
    from: `${path} (${kind} ${name})`,
    to: `labels ${showLabels(labels)}`,
    because: 'after 2.14 resources are named by labels only',
    mind:
      kind === 'MeshService' && edit.form === 'universal'
        ? 'a name was the tag kuma.io/service too; now there must be a MeshService of it.'
        : null,
  })
  nameByLabels(target, labels)
}
