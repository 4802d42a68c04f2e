/**
 * Who a document is: the kind, name, mesh and namespace that it gives itself, in Kuma's Universal form (`type`, `name`, `mesh` at the top)
 * or as a Kubernetes object (`kind`, `metadata`); and the labels that Kuma's control plane would add to it.
 */
import { isObject, members } from '../../config/formats.ts'
import type { Labels, Meta } from '../resources.ts'
import type { Fields } from './fields.ts'

/** What tells two documents apart, as far as it can be read. */
export interface Identity {
  readonly kind: string
  readonly mesh: string
  readonly namespace: string | null
  readonly name: string
  readonly form: Meta['form']
}

const meshDefault = 'default'

const displayNameLabel = 'kuma.io/display-name'
const meshLabel = 'kuma.io/mesh'
const namespaceLabel = 'k8s.kuma.io/namespace'

/** Null: it names no kind. Kubernetes' `kind` comes first, for some of its objects have a `type` of their own. */
export function kindOf(document: unknown): { kind: string; form: Meta['form'] } | null {
  const { apiVersion, kind, type } = members(document)
  const isKubernetes = typeof kind === 'string' && (typeof apiVersion === 'string' || typeof type !== 'string')
  if (isKubernetes) return { kind, form: 'kubernetes' }
  return typeof type === 'string' ? { kind: type, form: 'universal' } : null
}

/** Null: it does not say who it is. Never throws, whatever the document is. */
export function identify(document: unknown): Identity | null {
  const found = kindOf(document)
  if (!found) return null
  const top = members(document)
  const own = found.form === 'kubernetes' ? members(top['metadata']) : top
  const name = text(own['name'])
  if (name === null) return null
  const labels = members(own['labels'])
  const namespace = (found.form === 'kubernetes' ? text(own['namespace']) : null) ?? text(labels[namespaceLabel])
  const mesh = text(top['mesh']) ?? text(labels[meshLabel]) ?? meshDefault
  return { ...found, name, namespace, mesh: found.kind === 'Mesh' ? name : mesh }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** Equal for two documents that are the same resource. */
export function identityKey({ kind, mesh, namespace, name }: Identity): string {
  return JSON.stringify([kind, mesh, namespace, name])
}

/** What a document is called in messages: `MeshAccessLog shop.kuma-system of mesh default`. */
export function displayIdentity({ kind, name, namespace, mesh }: Identity): string {
  return `${kind} ${namespace === null ? name : `${name}.${namespace}`} of mesh ${mesh}`
}

/** The whole of what surrounds a resource. A missing name is a fault. */
export function readMeta(document: Fields, source: Meta['source']): Meta {
  const top = Object.fromEntries(
    ['apiVersion', 'kind', 'type', 'name', 'mesh', 'labels', 'metadata'].map((key) => [key, document.value(key)]),
  )
  const form = kindOf(top)?.form ?? 'universal'
  const own = form === 'kubernetes' ? document.object('metadata') : document
  const name = own.needText('name')
  // Told if it is no text; what it says is part of the identity.
  document.text('mesh')
  const written = own.texts('labels')
  const identity = identify(top)
  const mesh = identity?.mesh ?? meshDefault
  const namespace = identity?.namespace ?? null
  return {
    name,
    displayName: written[displayNameLabel] || name,
    namespace,
    mesh,
    labels: addLabels(written, { name, mesh, namespace }),
    createdAtMs: readTime(own.value(form === 'kubernetes' ? 'creationTimestamp' : 'creationTime')),
    form,
    source,
  }
}

/** The control plane adds these to every resource, so policies select by them, whether they were written or not. */
function addLabels(written: Labels, { name, mesh, namespace }: Pick<Meta, 'name' | 'mesh' | 'namespace'>): Labels {
  return {
    [displayNameLabel]: name,
    [meshLabel]: mesh,
    ...(namespace === null ? {} : { [namespaceLabel]: namespace }),
    ...written,
  }
}

function readTime(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

/**
 * The documents within a list, as kubectl and kumactl print them, with their places in it; anything else is one document, at ''. In a list
 * of one kind (`MeshAccessLogList`) the items need not name it.
 */
export function expandLists(document: unknown): { readonly value: unknown; readonly path: string }[] {
  const { apiVersion, kind, type, items } = members(document)
  const isList = typeof kind === 'string' ? kind.endsWith('List') : type === undefined
  if (!isList || !Array.isArray(items)) return [{ value: document, path: '' }]
  const itemKind = typeof kind === 'string' && kind !== 'List' ? { apiVersion, kind: kind.slice(0, -4) } : {}
  return items.map((item, i) => ({
    value: isObject(item) && kindOf(item) === null ? { ...itemKind, ...item } : item,
    path: `items[${i}]`,
  }))
}
