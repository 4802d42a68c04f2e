/**
 * Documents of other systems that lie among ours: Kuma's and Kubernetes'. They are told apart by what they call themselves, and their
 * repeated keys are found, which their own systems take without a word.
 */
import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { isObject } from './formats.ts'

/** Kuma's documents say `type`, Kubernetes' say `apiVersion` and `kind`; ours says neither. */
export function isForeign(root: unknown): boolean {
  return isMap(root) && foreignKind((key) => root.get(key)) !== null
}

/** The configuration of a control plane of Kong Mesh, which does not say what it is. */
export const controlPlaneKind = 'ControlPlane'

/**
 * What a document calls itself; null: it is ours. `get`: its members. An audit policy is one without its `kind`, and means to be one without
 * its `apiVersion`; a list as kumactl prints it (`total`, `items`) has no name at all.
 */
export function foreignKind(get: (key: string) => unknown): string | null {
  const [apiVersion, kind, type] = ['apiVersion', 'kind', 'type'].map((key) => text(get(key)))
  if (apiVersion !== null && kind !== null) return kind!
  if (type !== null) return type!
  if (kind === 'Policy' || apiVersion?.startsWith('audit.k8s.io/')) return 'Policy'
  if (isList(get('items'))) return 'List'
  const kmesh = get('kmesh')
  return isMap(kmesh) || isObject(kmesh) ? controlPlaneKind : null
}

const text = (value: unknown) => (typeof value === 'string' ? value : null)
const isList = (value: unknown) => isSeq(value) || Array.isArray(value)

export interface RepeatedKey {
  /** `spec.targetRef.kind`. */
  readonly path: string
  /** Offset of the key that has no effect, and of the one that counts. */
  readonly offset: number
  readonly winner: number
}

/** In the order of the document. */
export function findRepeatedKeys(node: unknown, path = ''): RepeatedKey[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => findRepeatedKeys(item, `${path}[${i}]`))
  if (!isMap(node)) return []
  const last = new Map(node.items.map(({ key }) => [nameOf(key), key as Node]))
  return node.items.flatMap(({ key, value }) => {
    const name = nameOf(key)
    const at = path ? `${path}.${name}` : name
    const winner = last.get(name)!
    if (winner === key) return findRepeatedKeys(value, at)
    return [{ path: at, offset: startOf(key as Node), winner: startOf(winner) }]
  })
}

const nameOf = (key: unknown) => (isScalar(key) ? String(key.value) : String(key))
const startOf = (node: Node) => node.range?.[0] ?? 0
