/**
 * From a path such as `pipelines[1].backends[0].file.path` back to the line and column of the document that says it; within a
 * string, to the place of one of its characters, through quotes, escapes and block scalars.
 */
import { isMap, isScalar, isSeq, type Node, type Pair, Scalar } from 'yaml'

/**
 * The offset of what `path` names, or of its nearest ancestor that exists. `index` is a 0-based UTF-16 index into the string there.
 * `key: true` asks for the key instead of the value.
 */
export function locate(
  root: Node | null,
  text: string,
  path: string,
  at: { index?: number; key?: boolean } = {},
): number {
  if (!root) return 0
  const { pair, node, complete } = walk(root, path)
  if (at.key && complete && pair) return startOf(pair.key as Node)
  // What is missing is missed in its parent, and the parent's key is where people look for it.
  if (!complete) return pair ? startOf(pair.key as Node) : startOf(node)
  if (node === null) return pair ? startOf(pair.key as Node) : startOf(root)
  if (at.index !== undefined && isScalar(node) && typeof node.value === 'string')
    return offsetInScalar(node, text, at.index)
  return startOf(node)
}

interface Walk {
  readonly node: Node | null
  /** The key and value whose value is `node`; null at the root and for list items. */
  readonly pair: Pair | null
  readonly complete: boolean
}

/**
 * Keys may themselves hold dots and brackets (`json_format`), so at every mapping each key that the rest of the path may begin with
 * is tried, longest first.
 */
function walk(node: Node | null, path: string, pair: Pair | null = null): Walk {
  if (path === '') return { node, pair, complete: true }
  if (isSeq(node)) {
    const step = /^\[(\d+)\]\.?/.exec(path)
    const item = step && node.items[Number(step[1])]
    if (step && item) return walk(item as Node, path.slice(step[0].length))
  }
  if (isMap(node)) {
    const fitting = node.items
      .map((item) => ({ item, rest: restAfterKey(path, keyOf(item)) }))
      .filter(({ rest }) => rest !== null)
      // Where keys may repeat, the last one counts.
      .reverse()
      .sort((a, b) => a.rest!.length - b.rest!.length)
    let best: Walk | null = null
    for (const { item, rest } of fitting) {
      const found = walk(item.value as Node | null, rest!, item)
      if (found.complete) return found
      best ??= found
    }
    if (best) return best
  }
  return { node, pair, complete: false }
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : ''
}

/** What of the path follows the key, or null when the path does not begin with it. */
function restAfterKey(path: string, key: string): string | null {
  // Kuma writes the keys of tags so.
  const written = path.startsWith('["') ? `["${key}"]` : key
  if (!path.startsWith(written)) return null
  const rest = path.slice(written.length)
  if (rest === '' || rest.startsWith('[')) return rest
  return rest.startsWith('.') ? rest.slice(1) : null
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

/** Where character `index` of the scalar's value stands in the source. */
function offsetInScalar(node: Scalar, text: string, index: number): number {
  const [start, end] = node.range!
  const source = text.slice(start, end)
  switch (node.type) {
    case Scalar.BLOCK_LITERAL:
    case Scalar.BLOCK_FOLDED:
      return start + indexInBlock(source, node.value as string, index)
    case Scalar.QUOTE_DOUBLE:
    case Scalar.QUOTE_SINGLE:
      return start + indexInFlow(source, 1, index, node.type)
    default:
      return start + indexInFlow(source, 0, index, Scalar.PLAIN)
  }
}

/** Plain and quoted scalars: an escape is one or two characters of the value, a line break folds into one space. */
function indexInFlow(source: string, from: number, index: number, type: Scalar.Type): number {
  let at = from
  for (let done = 0; done < index && at < source.length; ) {
    const fold = /^[ \t]*\r?\n\s*/.exec(source.slice(at, at + 1_000))
    if (fold) {
      const breaks = fold[0].split('\n').length - 1
      done += Math.max(1, breaks - 1)
      at += fold[0].length
    } else if (type === Scalar.QUOTE_SINGLE && source.startsWith("''", at)) {
      done += 1
      at += 2
    } else if (type === Scalar.QUOTE_DOUBLE && source[at] === '\\') {
      const written = /^\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|\r?\n[ \t]*|.)/.exec(
        source.slice(at, at + 1_000),
      )![0]
      done += /^\\\r?\n/.test(written)
        ? 0
        : written[1] === 'U' && Number.parseInt(written.slice(2), 16) > 0xffff
          ? 2
          : 1
      at += written.length
    } else {
      done += 1
      at += 1
    }
  }
  return at
}

/** Block scalars: after the header line, source and value run side by side, but for indentation and (`>`) folded line breaks. */
function indexInBlock(source: string, value: string, index: number): number {
  let at = source.indexOf('\n') + 1
  const skipIndent = () => {
    // An explicit indentation is rare; the first line's own is what YAML takes otherwise.
    const indent = /^ */.exec(source.slice(source.indexOf('\n') + 1).replace(/^( *\n)+/, ''))![0].length
    for (let i = 0; i < indent && source[at] === ' '; i++) at++
  }
  skipIndent()
  for (let done = 0; done < index && at < source.length; done++) {
    const wanted = value[done]
    if (source[at] === '\r') at++
    if (source[at] === '\n') {
      at++
      skipIndent()
    } else if (source[at] === wanted) {
      at++
    }
  }
  return at
}
