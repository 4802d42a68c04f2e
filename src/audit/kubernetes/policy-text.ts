/**
 * The text of a policy as kube-apiserver reads it: YAML 1.1 (`y`, `yes` and `on` are booleans), or JSON, which it takes for whatever begins
 * with a brace. Of a repeated key it takes the last one with a warning; we refuse it, also where one comes through a `<<`.
 */
import {
  type Document,
  type DocumentOptions,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
  type Tags,
  type YAMLMap,
} from 'yaml'
import { placeFault, positionOf } from '../../config/place-fault.ts'
import type { Fault } from '../../errors.ts'

export interface ParsedText {
  /** Undefined when it is no YAML. */
  readonly value: unknown
  /** What is no YAML, and repeated keys; placed. */
  readonly faults: readonly Fault[]
  /** Which of the text's documents it is, those without content counted too; and whether others have content. */
  readonly index: number
  readonly isAlone: boolean
  /** Adds line and column to what is said about `at`. */
  place(fault: Fault, at: string): Fault
}

/** What YAML 1.1 has and Go's reader has not: numbers such as 12:30, and tags for dates and bytes. */
const unknownToGo = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`))

const goYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'yaml-1.1',
  merge: true,
  prettyErrors: false,
  uniqueKeys: false,
  customTags: (tags: Tags) =>
    tags.filter((tag) => typeof tag !== 'object' || (tag.format !== 'TIME' && !unknownToGo.has(tag.tag))),
}

/** `nth`: among the documents that have content. Never throws. */
export function parsePolicyText(text: string, nth = 0): ParsedText {
  const lineCounter = new LineCounter()
  const broken = (message: string): ParsedText => ({
    value: undefined,
    faults: [yamlFault(message, { line: 1, column: 1 })],
    index: 0,
    isAlone: true,
    place: (fault) => fault,
  })
  try {
    const parsed = parseAllDocuments(text, { ...goYaml, lineCounter })
    const documents = (Array.isArray(parsed) ? parsed : []) as Document.Parsed[]
    const filled = documents.filter((document) => document.errors.length > 0 || !isEmpty(document.contents))
    const document = filled[nth]
    if (!document) return broken('There is nothing in it')
    const root = document.contents as Node | null
    const at = (offset: number) => positionOf(offset, { text, lineCounter })
    return {
      ...readDocument(document, text, at),
      index: documents.indexOf(document),
      isAlone: filled.length === 1,
      place: (fault, path) => {
        // Within a text, what is said of a key lies at the key too.
        const code = fault.excerpt ? '' : fault.code
        const { line, column } = placeFault({ ...fault, code, path }, { root, text, lineCounter })
        return { ...fault, line: line!, column: column! }
      },
    }
  } catch (error) {
    return broken((error as Error).message)
  }
}

type PositionAt = (offset: number) => { line: number; column: number }

function readDocument(document: Document.Parsed, text: string, at: PositionAt): Pick<ParsedText, 'value' | 'faults'> {
  const json = /^\s*\{/.test(text) ? readJson(text) : null
  if (json?.fault !== undefined) return { value: undefined, faults: [yamlFault(json.fault, at(0))] }
  const errors = json ? [] : document.errors.map(({ message, pos: [offset] }) => yamlFault(message, at(offset)))
  const { explicit, version } = document.directives!.yaml
  if (explicit && version !== '1.1') {
    errors.push(yamlFault(`found incompatible YAML document (%YAML ${version})\nLeave the directive out.`, at(0)))
  }
  if (errors.length > 0) return { value: undefined, faults: errors }
  const repeated = findRepeated(document.contents, document).map(({ key, path, offset }): Fault => {
    const message = `strict decoding error: key ${JSON.stringify(key)} already set in map\nThe last one would count. Leave one of them.`
    return { code: 'duplicate_key', path, message, ...at(offset) }
  })
  return { value: json ? json.value : document.toJS(), faults: repeated }
}

function readJson(text: string): { readonly value?: unknown; readonly fault?: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { fault: `begins as JSON, and is none: ${(error as Error).message}` }
  }
}

function yamlFault(message: string, position: { line: number; column: number }): Fault {
  const ended = message.replace(/\.*$/, (dots) => (message.includes('\n') ? dots : '.'))
  return { code: 'yaml', path: '', message: ended, ...position }
}

function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

interface Repeated {
  readonly key: string
  readonly path: string
  readonly offset: number
}

function findRepeated(node: unknown, document: Document.Parsed, path = ''): Repeated[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => findRepeated(item, document, `${path}[${i}]`))
  if (!isMap(node)) return []
  const seen = new Set<string>()
  return node.items.flatMap((pair) => {
    const offset = (pair.key as Node).range?.[0] ?? 0
    const repeated = keysOf(pair, document).flatMap((key) => {
      const isKnown = seen.has(key)
      seen.add(key)
      return isKnown ? [{ key, path: join(path, key), offset }] : []
    })
    return [...repeated, ...findRepeated(pair.value, document, join(path, nameOf(pair.key)))]
  })
}

/** A `<<` brings the keys of what it stands for. */
function keysOf({ key, value }: YAMLMap['items'][number], document: Document.Parsed): string[] {
  if (!isScalar(key) || key.source !== '<<') return [nameOf(key)]
  const merged = (from: unknown): string[] => {
    const node = isAlias(from) ? from.resolve(document) : from
    if (isSeq(node)) return node.items.flatMap(merged)
    return isMap(node) ? node.items.flatMap((pair) => keysOf(pair, document)) : []
  }
  return merged(value)
}

const nameOf = (key: unknown) => (isScalar(key) ? String(key.value) : String(key))
const join = (path: string, key: string) => (path ? `${path}.${key}` : key)
