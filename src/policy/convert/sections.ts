/**
 * `from` becomes `rules` since 2.10; and as `rules` stand alone, a policy that also has `to` becomes two.
 */
import { isMap, isScalar, type Node, type YAMLMap } from 'yaml'
import { since } from '../kuma-version.ts'
import { has, nameOf, type PolicyEdit } from './policy-edit.ts'
import { drop, elements, member, pairOf, put, textOf } from './tree.ts'

/** The roots that come of it: the one that was given, and perhaps another. */
export function convertSections(edit: PolicyEdit): readonly YAMLMap[] {
  if (!since(edit.version, '2.10')) return [edit.root]
  convertFrom(edit)
  return has(edit, 'to') && has(edit, 'rules') && !has(edit, 'from') ? split(edit) : [edit.root]
}

function convertFrom(edit: PolicyEdit): void {
  const pair = pairOf(member(edit.root, 'spec'), 'from')
  if (!pair) return
  const items = elements(pair.value)
  const because = whyNoRules(edit, items)
  if (because !== null) {
    edit.log.left(pair.key, 'spec.from', because)
    return
  }
  edit.log.changed(pair.key, {
    from: 'spec.from',
    to: 'spec.rules',
    because: since(edit.version, '3.0-dev') ? 'from is gone after 2.14' : 'from is deprecated since 2.10',
    mind:
      items.length > 1 && since(edit.version, '2.14')
        ? 'each of these items now logs by itself; until 2.13 the last list replaced those before it.'
        : null,
  })
  for (const item of items) drop(item, 'targetRef')
  pair.key.value = 'rules'
}

/** Null: rules can say the same. */
function whyNoRules(edit: PolicyEdit, items: readonly Node[]): string | null {
  if (has(edit, 'rules')) return 'there are rules already, which Kuma did not read before 2.10'
  const isMesh = (item: Node) => textOf(member(item, 'targetRef', 'kind')) === 'Mesh'
  return items.every(isMesh) ? null : 'rules tell who the traffic comes from by nothing but certificates'
}

/** What the cluster keeps beside a document, and what is not the new one's. */
const ofTheOldOne = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'ownerReferences']

function split(edit: PolicyEdit): readonly YAMLMap[] {
  const { root, log } = edit
  const name = nameOf(root)
  const newName = edit.surroundings.freeName(`${name}-inbound`)
  log.changed(pairOf(member(root, 'spec'), 'rules')!.key, {
    from: `${name} with to and rules`,
    to: `${name} with to, and ${newName} with rules`,
    because: 'rules stand in a policy of their own',
    mind: 'policies of equal rank go by their names.',
  })
  const inbound = root.clone() as YAMLMap
  drop(member(root, 'spec'), 'rules')
  drop(member(inbound, 'spec'), 'to')
  rename(inbound, newName)
  return [root, inbound]
}

function rename(root: YAMLMap, name: string): void {
  const metadata = member(root, 'metadata')
  const named = isMap(metadata) ? metadata : root
  put(named, 'name', name)
  for (const key of ofTheOldOne) drop(metadata, key)
  for (const key of ['status', 'creationTime', 'modificationTime']) drop(root, key)
  const annotations = member(metadata, 'annotations')
  drop(annotations, 'kubectl.kubernetes.io/last-applied-configuration')
  if (isMap(annotations) && annotations.items.length === 0) drop(metadata, 'annotations')
  const displayName = member(named, 'labels', 'kuma.io/display-name')
  if (isScalar(displayName)) displayName.value = name
}
