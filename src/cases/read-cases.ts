/**
 * Case files to cases: YAML (one case or a list of them in each document) or JSON Lines (one case a line). Items are found here,
 * each with its place in the file; what an item says is read in `parse-case.ts`.
 */
import { basename, extname } from 'node:path'
import { type Document, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseAllDocuments, visit } from 'yaml'
import { locate } from '../config/locate.ts'
import { ConfigError, type Fault } from '../errors.ts'
import { caseAliasesMax } from '../limits.ts'
import { parseJson } from '../schema/json-text.ts'
import type { CaseItem } from './format-case.ts'
import { parseCase, type RawCase } from './parse-case.ts'

/**
 * The cases of a file in its order, each read when it is asked for. `file`: its name, to which other names in its cases are relative.
 * Never throws for what the text says: what cannot be used is an item, too.
 */
export function* readCases(file: string, text: string): Generator<CaseItem, void, undefined> {
  let count = 0
  for (const item of looksLikeLines(file, text) ? itemsOfLines(text) : itemsOfYaml(text)) {
    count++
    yield 'fault' in item ? { kind: 'fault', fault: item.fault } : parseCase({ ...item, file, number: count })
  }
  if (count > 0) return
  yield { kind: 'fault', fault: { code: 'no_cases', path: '', message: 'holds no cases.', line: 1, column: 1 } }
}

type RawItem = RawCase | { readonly fault: Fault }

/** The extension says it; where it says nothing (standard input), a first line that is a JSON object of its own does. */
function looksLikeLines(file: string, text: string): boolean {
  const extension = extname(basename(file))
  if (extension === '.jsonl' || extension === '.ndjson') return true
  if (extension === '.yaml' || extension === '.yml') return false
  const first = text.trimStart().split('\n', 1)[0]!.trim()
  return /^\{.*\}$/.test(first)
}

function* itemsOfLines(text: string): Generator<RawItem> {
  let line = 0
  for (const source of text.replace(/^\u{feff}/u, '').split('\n')) {
    line++
    if (source.trim() === '') continue
    const at = line
    const place = (fault: Fault): Fault => ({ ...fault, line: at, column: 1 })
    try {
      yield { value: parseJson(source), line, place }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      for (const fault of error.faults) yield { fault: place(fault) }
    }
  }
}

/** A broken document costs itself alone. */
function* itemsOfYaml(text: string): Generator<RawItem> {
  const lines = new LineCounter()
  // Integers come as BigInt, so that those beyond 2^53 stay exact; `merge` is for fixtures: `{ <<: *entry, path: /b }`.
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, intAsBigInt: true, merge: true })
  for (const document of Array.isArray(parsed) ? parsed : []) {
    if (document.errors.length > 0) {
      yield* document.errors.map((error) => ({ fault: yamlFault(error.message, position(text, lines, error.pos[0])) }))
    } else if (!isEmpty(document.contents)) yield* itemsOfDocument(document, text, lines)
  }
}

function* itemsOfDocument(document: Document.Parsed<ParsedNode>, text: string, lines: LineCounter): Generator<RawItem> {
  const root = document.contents!
  narrowIntegers(document)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: caseAliasesMax })
  } catch (error) {
    // An alias without its anchor, or aliases that multiply without end.
    yield { fault: yamlFault((error as Error).message, position(text, lines, root.range[0])) }
    return
  }
  const raw = (node: Node, itemValue: unknown): RawCase => ({
    value: itemValue,
    line: position(text, lines, node.range![0]).line,
    place: (fault) => ({
      ...fault,
      ...position(text, lines, locate(node, text, fault.path, fault.excerpt ? { index: fault.excerpt.index } : {})),
    }),
  })
  if (!isSeq(root)) yield raw(root, value)
  else for (const [i, node] of root.items.entries()) yield raw(node as Node, (value as unknown[])[i])
}

function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

/** What a number can hold becomes one: for formats and messages a BigInt is the exception. */
function narrowIntegers(document: Document.Parsed): void {
  visit(document, {
    Scalar(_, scalar) {
      // From the source, for a BigInt has no minus zero.
      const number = typeof scalar.value === 'bigint' ? Number(scalar.source) : Number.NaN
      if (Number.isSafeInteger(number)) scalar.value = number
    },
  })
}

function yamlFault(message: string, at: { line: number; column: number }): Fault {
  const firstLine = message.replace(/\s*\n[\s\S]*$/, '')
  return { code: 'yaml', path: '', message: firstLine.replace(/\.?$/, '.'), ...at }
}

/** Line and column, 1-based; the column in code points. */
function position(text: string, lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  const units = Math.max(0, col - 1)
  return { line: Math.max(1, line), column: [...text.slice(offset - units, offset)].length + 1 }
}
