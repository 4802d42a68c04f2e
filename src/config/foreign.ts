/**
 * Documents of other systems that lie among ours: Kuma's and Kubernetes'. They are told apart by what they call themselves, and their
 * repeated keys are found, which their own systems take without a word.
 */
import { isMap, isScalar, isSeq, type Node } from 'yaml'

/** Kuma's documents say `type`, Kubernetes' say `apiVersion` and `kind`; ours says neither. */
export function isForeign(root: unknown): boolean {
  return isMap(root) && foreignKind(root.get('apiVersion'), root.get('kind'), root.get('type')) !== null
}

/** What a document calls itself; null: it is ours. An audit policy is one without its `kind`, and means to be one without its `apiVersion`. */
export function foreignKind(apiVersion: unknown, kind: unknown, type: unknown): string | null {
  const isText = (value: unknown) => typeof value === 'string'
  if (isText(apiVersion) && isText(kind)) return kind as string
  if (isText(type)) return type as string
  const isPolicy = kind === 'Policy' || (isText(apiVersion) && /^audit\.k8s\.io\//.test(apiVersion as string))
  return isPolicy ? 'Policy' : null
}

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
