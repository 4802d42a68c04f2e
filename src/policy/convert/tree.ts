/**
 * Small steps on a parsed document. Documents are changed as trees of nodes and not as plain values, because nodes keep their comments,
 * their quotes and their places.
 */
import { Document, isMap, isScalar, isSeq, type Node, Pair, Scalar, type YAMLMap } from 'yaml'

type KeyedPair = Pair<Scalar, Node | null>

export function pairOf(map: unknown, key: string): KeyedPair | null {
  if (!isMap(map)) return null
  return (map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as KeyedPair | undefined) ?? null
}

/** The value of a key; null when the key, or the map, is not there. */
export function member(map: unknown, ...[key, ...rest]: readonly string[]): Node | null {
  if (key === undefined) return (map as Node | null) ?? null
  return member(pairOf(map, key)?.value ?? null, ...rest)
}

/** Of a map that is not there: none. */
export function keysOf(map: unknown): string[] {
  return isMap(map) ? map.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : []
}

/** Elements of a list; none when it is no list. */
export function elements(list: unknown): Node[] {
  return isSeq(list) ? (list.items as Node[]) : []
}

/** A string; null for everything else. */
export function textOf(node: unknown): string | null {
  return isScalar(node) && typeof node.value === 'string' ? node.value : null
}

/** `key: null`, `key:`, or no value at all. */
export function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}

/** A map of texts, numbers written out; empty when it is no map. */
export function textsOf(map: unknown): Readonly<Record<string, string>> {
  if (!isMap(map)) return {}
  return Object.fromEntries(
    map.items.map(({ key, value }) => [String((key as Scalar).value), isScalar(value) ? String(value.value) : '']),
  )
}

const maker = new Document()

function nodeOf(value: unknown): Node {
  return maker.createNode(value) as Node
}

/** Sets a key in its place, or adds it at the end; `first` adds it at the beginning. A text keeps its quotes. */
export function put(map: YAMLMap, key: string, value: unknown, where: 'first' | 'last' = 'last'): void {
  const pair = pairOf(map, key)
  if (pair && isScalar(pair.value) && typeof value === 'string') pair.value.value = value
  else if (pair) pair.value = nodeOf(value)
  else if (where === 'last') map.items.push(new Pair(new Scalar(key), nodeOf(value)))
  else {
    const [old] = map.items as KeyedPair[]
    const added = new Pair(new Scalar(key), nodeOf(value))
    moveComment(old, added as KeyedPair)
    map.items.unshift(added)
  }
}

/** Removes a key. A comment above it stays, above what comes next. */
export function drop(map: unknown, key: string): void {
  if (!isMap(map)) return
  const index = map.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key)
  if (index < 0) return
  const [pair] = map.items.splice(index, 1) as KeyedPair[]
  moveComment(pair, map.items[index] as KeyedPair | undefined)
}

function moveComment(from: KeyedPair | undefined, to: KeyedPair | undefined): void {
  const comment = from?.key.commentBefore
  if (!comment || !to) return
  to.key.commentBefore = [comment, to.key.commentBefore].filter(Boolean).join('\n')
  delete from.key.commentBefore
}

/** The node that a path such as `spec.to[0].default` names, or the nearest one around it that was read from the text. */
export function nearestNode(root: Node | null, path: string): Node | null {
  let node = root
  let nearest = root
  for (const [, index, quoted, name] of path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([^.[\]]+)/g)) {
    const pair = pairOf(node, quoted ?? name ?? '')
    node = index === undefined ? (pair?.value ?? null) : (elements(node)[Number(index)] ?? null)
    const shown = pair?.key ?? node
    if (shown?.range) nearest = shown
    if (node === null) break
  }
  return nearest
}
