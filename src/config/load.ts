/**
 * Files become checked documents: YAML is parsed with positions kept, each document of a file is recognised and validated, and every
 * fault gets its line and column. Reading the file from disk is the caller's work.
 */
import { resolve } from 'node:path'
import { isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml'
import type { Fault } from '../errors.ts'
import type { Config } from './config.ts'
import type { Outside } from './data-source.ts'
import { findRepeatedKeys, foreignKind, isForeign } from './foreign.ts'
import { isObject, members } from './formats.ts'
import { kumaYaml } from './kuma-yaml.ts'
import { locate } from './locate.ts'
import { validate } from './validate.ts'

/** One document of a file, with everything that is known about it. */
export interface LoadedDocument {
  readonly file: string
  /** 0-based position in the file. */
  readonly index: number
  /** `sink`, or the kind that the document names itself. */
  readonly kind: string
  readonly name: string | null
  /** Null when the document has faults. */
  readonly config: Config | null
  /** What it holds when it is of another system; null: it is ours, or no YAML. */
  readonly foreign: ForeignDocument | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** The text of the whole file, for excerpts. */
  readonly text: string
  /** Adds line and column to a fault that names only its path (a format that did not compile). */
  place(fault: Fault): Fault
}

/** Which kinds are supported is not known here: `faults` of such a document say that none is. */
export interface ForeignDocument {
  /** As Kuma reads YAML: of repeated keys the last one counts, `yes` is a boolean. */
  readonly value: unknown
  /** A fault for each key without effect, placed; what they are worth is for others to say. */
  readonly repeatedKeys: readonly Fault[]
}

/** A document that stands for itself alone: no file is looked at. */
const nothing: Outside = {
  readFile: (path) => {
    throw new Error(`${path}: no files are read here`)
  },
  realPath: (path) => resolve(path),
  variables: {},
}

/**
 * Never throws for what the text says: a file that is no YAML yields one document with its faults. `outside`: files and variables that
 * formats may lie in; default none.
 */
export function loadDocuments(file: string, text: string, outside: Outside = nothing): LoadedDocument[] {
  const lineCounter = new LineCounter()
  const all = parseAll(text, { lineCounter, prettyErrors: false, uniqueKeys: true })
  const kumas = all.some(({ contents }) => isForeign(contents)) ? parseAll(text, kumaYaml) : []
  // A file that ends with `---` has no further document; an empty file is one empty document, which is valid.
  const documents = all
    .map((document, i) => (isForeign(document.contents) ? (kumas[i] ?? document) : document))
    .filter((document) => document.errors.length > 0 || !isEmpty(document.contents))
  if (documents.length === 0)
    return [toDocument({ file, index: 0, text, lineCounter, root: null, value: {}, syntax: [], outside })]
  return documents.map((document, index) => {
    const syntax = document.errors.map((error): Fault => {
      const message = error.message.replace(/\s*\n[\s\S]*$/, '')
      return {
        code: 'yaml',
        path: '',
        message: `${message}.`.replace(/\.\.$/, '.'),
        ...position(text, lineCounter, error.pos[0]),
      }
    })
    const root = document.contents as Node | null
    const value = syntax.length > 0 ? undefined : plainValue(document, syntax)
    return toDocument({ file, index, text, lineCounter, root, value, syntax, outside })
  })
}

function parseAll(text: string, options: Parameters<typeof parseAllDocuments>[1]) {
  const documents = parseAllDocuments(text, options)
  return Array.isArray(documents) ? documents : []
}

function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

interface Parsed {
  readonly file: string
  readonly index: number
  readonly text: string
  readonly lineCounter: LineCounter
  readonly root: Node | null
  readonly value: unknown
  readonly syntax: readonly Fault[]
  readonly outside: Outside
}

/** Aliases that multiply without end ("billion laughs") are refused by the parser here. */
function plainValue(document: { toJS(): unknown }, syntax: Fault[]): unknown {
  try {
    return document.toJS()
  } catch (error) {
    syntax.push({ code: 'yaml', path: '', message: `${(error as Error).message}.`, line: 1, column: 1 })
    return undefined
  }
}

/** Faults whose cause is that the key is there; the others are about its value. */
const aboutKey = new Set(['unknown_key', 'unsupported_key', 'wrong_key', 'conflict', 'unused'])

function toDocument({ file, index, text, lineCounter, root, value, syntax, outside }: Parsed): LoadedDocument {
  const place = (fault: Fault): Fault => {
    const at = aboutKey.has(fault.code) ? { key: true } : fault.excerpt ? { index: fault.excerpt.index } : {}
    return { ...fault, ...position(text, lineCounter, locate(root, text, fault.path, at)) }
  }
  const base = { file, index, text, place }
  const none = { config: null, foreign: null, warnings: [] }
  if (syntax.length > 0) return { ...base, ...none, kind: 'unknown', name: null, faults: syntax }
  const { kind, name } = recognise(value)
  if (kind !== 'sink') {
    const message = `Documents of kind ${kind} are not supported by this version.`
    const fault = place({ code: 'unsupported_kind', path: '', message })
    const repeatedKeys = findRepeatedKeys(root).map(({ path, offset, winner }): Fault => {
      const { line } = position(text, lineCounter, winner)
      const message = `is given again in line ${line}; the last one counts.`
      return { code: 'duplicate_key', path, message, ...position(text, lineCounter, offset) }
    })
    return { ...base, ...none, kind, name, foreign: { value, repeatedKeys }, faults: [fault] }
  }
  const verdict = validate(value, outside)
  const placed = (faults: readonly Fault[]) => faults.map(place).sort(byPosition)
  return {
    ...base,
    kind,
    name,
    config: verdict.config,
    foreign: null,
    faults: placed(verdict.faults),
    warnings: placed(verdict.warnings),
  }
}

/** See `foreignKind`. */
function recognise(value: unknown): { kind: string; name: string | null } {
  const document = members(value)
  const { name, metadata } = document
  const own = isObject(metadata) ? metadata['name'] : name
  const foreign = foreignKind((key) => document[key])
  if (foreign === null) return { kind: 'sink', name: null }
  return { kind: foreign, name: typeof own === 'string' ? own : null }
}

/** Line and column, 1-based; the column in code points. */
function position(text: string, lineCounter: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lineCounter.linePos(offset)
  const units = Math.max(0, col - 1)
  return { line: Math.max(1, line), column: [...text.slice(offset - units, offset)].length + 1 }
}

/** For `sort`. */
export function byPosition(a: Fault, b: Fault): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
