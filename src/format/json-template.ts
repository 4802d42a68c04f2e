/**
 * JSON formats to templates. Two kinds come in: Envoy's `json_format` (a tree; keys of every object sorted by their bytes) and
 * Kuma's list of pairs (flat; the user's order kept). Strings are parsed as format text, keys are never expanded.
 */
import { FormatError } from '../errors.ts'
import { type ByteString, toByteString } from './byte-string.ts'
import { type ParseOptions, parseText } from './parse.ts'
import type { JsonMember, JsonTemplate } from './template.ts'

/** Depth of nesting that is still read; Envoy's own parser of the configuration stops near 100. */
const depthMax = 100

/** Reads a `json_format` tree as `JSON.parse` or a YAML reader gives it. Faults are appended to `faults`. */
export function parseJsonFormat(value: unknown, options: ParseOptions, faults: FormatError[]): JsonTemplate {
  const refuse = (path: string, message: string): JsonTemplate => {
    faults.push(new FormatError({ code: 'json_format', message, text: '', index: 0, path }))
    return { kind: 'constant', value: null }
  }
  const read = (node: unknown, path: string, depth: number): JsonTemplate => {
    if (depth > depthMax) return refuse(path, `More than ${depthMax} levels of nesting.`)
    if (node === null || typeof node === 'boolean' || typeof node === 'number') return { kind: 'constant', value: node }
    if (typeof node === 'string') return readString(toByteString(node), { ...options, path }, faults)
    if (Array.isArray(node)) {
      return { kind: 'list', items: node.map((item, i) => read(item, `${path}[${i}]`, depth + 1)) }
    }
    if (typeof node === 'object') {
      const members = Object.entries(node).map(([key, member]) => ({
        key: toByteString(key),
        value: read(member, path ? `${path}.${key}` : key, depth + 1),
      }))
      return { kind: 'object', members: sortByKey(members) }
    }
    return refuse(path, `A ${typeof node} cannot stand in a JSON format.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('', 'A JSON format is an object: { "key": "%OPERATOR%" }.')
  }
  return read(value, options.path ?? '', 0)
}

/** Reads Kuma's `json` list. A repeated key keeps its first place and its last value. */
export function parsePairs(
  pairs: readonly { readonly key: string; readonly value: string }[],
  options: ParseOptions & { readonly sortKeys?: boolean },
  faults: FormatError[],
): JsonTemplate {
  const members = new Map<ByteString, JsonTemplate>()
  pairs.forEach(({ key, value }, i) => {
    members.set(toByteString(key), readString(toByteString(value), { ...options, path: `[${i}].value` }, faults))
  })
  const list = [...members].map(([key, value]) => ({ key, value }))
  return { kind: 'object', members: options.sortKeys ? sortByKey(list) : list }
}

function readString(text: ByteString, options: ParseOptions, faults: FormatError[]): JsonTemplate {
  if (!text.includes('%')) return { kind: 'constant', value: text }
  const parts = parseText(text, options, faults)
  const [only] = parts
  if (parts.length === 0) return { kind: 'constant', value: '' }
  if (parts.length === 1 && only!.kind === 'literal') return { kind: 'constant', value: only!.text }
  return { kind: 'text', parts }
}

/** By byte value, as Envoy sorts; byte strings compare so. */
function sortByKey(members: readonly JsonMember[]): JsonMember[] {
  return [...members].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}
