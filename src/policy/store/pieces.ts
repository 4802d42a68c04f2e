/**
 * The text of a file, cut into its documents before it is parsed: so a document that is no YAML spoils no other, and what has not changed
 * is not parsed again. Positions are only looked for where there is a fault, since keeping them costs more than parsing.
 */
import { isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { kumaYaml } from '../../config/kuma-yaml.ts'
import { placeFault, positionOf } from '../../config/place-fault.ts'
import type { Fault } from '../../errors.ts'
import { policyDepthMax } from '../../limits.ts'
import { isNestedTooDeep } from './nesting.ts'
import { readPlainYaml } from './plain-yaml.ts'

/** One document, as a rule: what lies from one `---` to the next. */
export interface PieceText {
  readonly text: string
  /** Lines of the file before it. */
  readonly linesBefore: number
}

/**
 * A line that begins with `---` begins a document, wherever it stands: YAML allows it nowhere else. Directives and `...` bind documents
 * together in other ways, so a file that has any is one piece.
 */
export function cutDocuments(text: string): PieceText[] {
  if (/^(?:%|\.\.\.)/m.test(text)) return [{ text, linesBefore: 0 }]
  const pieces: PieceText[] = []
  let linesBefore = 0
  for (const piece of text.split(/^(?=---(?:\s|$))/m)) {
    pieces.push({ text: piece, linesBefore })
    linesBefore += piece.split('\n').length - 1
  }
  return pieces
}

/** `value` is what could be read of it; with faults that may be little. */
export interface ParsedDocument {
  readonly value: unknown
  /** Why it is no YAML. Lines are counted from the beginning of the piece. */
  readonly faults: readonly Fault[]
}

/** Documents without content are none. Never throws. */
export function parsePiece(text: string): ParsedDocument[] {
  if (isNestedTooDeep(text)) return [broken(`is nested more than ${policyDepthMax} levels deep`)]
  const plain = parseJson(text) ?? readPlainYaml(text)
  if (plain !== undefined) return [{ value: plain, faults: [] }]
  try {
    return parseYaml(text).map(({ document, lineCounter }) => {
      const faults = document.errors.map(({ message, pos: [offset] }) => ({
        ...yamlFault(message.replace(/\s*\n[\s\S]*$/, '')),
        ...positionOf(offset, { text, lineCounter }),
      }))
      return { ...plainValue(document, faults) }
    })
  } catch (error) {
    return [broken((error as Error).message)]
  }
}

/** Nothing of it can be read. */
function broken(message: string): ParsedDocument {
  return { value: undefined, faults: [{ ...yamlFault(message), line: 1, column: 1 }] }
}

/** JSON is YAML, but much faster to read. Undefined: it is none. */
function parseJson(text: string): unknown {
  const start = /^(?:---[ \t]*\r?\n)?\s*(?=[{[])/.exec(text)
  if (!start) return undefined
  try {
    return JSON.parse(text.slice(start[0].length))
  } catch {
    // Flow YAML, or broken: the parser that knows both will say which.
    return undefined
  }
}

function parseYaml(text: string) {
  const lineCounter = new LineCounter()
  const parsed = parseAllDocuments(text, { ...kumaYaml, lineCounter })
  const documents = Array.isArray(parsed) ? parsed : []
  return documents
    .filter(
      ({ contents, errors }) =>
        errors.length > 0 || !(contents === null || (isScalar(contents) && contents.value === null)),
    )
    .map((document) => ({ document, lineCounter }))
}

/** Of a broken document the beginning can often be read, and so who it is. Aliases that multiply without end are refused here. */
function plainValue(document: { toJS(): unknown }, faults: readonly Fault[]): ParsedDocument {
  try {
    return { value: document.toJS(), faults }
  } catch (error) {
    return faults.length > 0 ? { value: undefined, faults } : broken((error as Error).message)
  }
}

function yamlFault(message: string): Fault {
  return { code: 'yaml', path: '', message: `${message}.`.replace(/\.\.$/, '.') }
}

/** Adds line and column, counted from the beginning of the piece. `nth`: which of its documents; `path`: where in it the faults' paths begin. */
export function placeInPiece(
  faults: readonly Fault[],
  { text, nth, path }: { readonly text: string; readonly nth: number; readonly path: string },
): Fault[] {
  const parsed = parseYaml(text)[nth]
  if (!parsed) return [...faults]
  const { document, lineCounter } = parsed
  const root = document.contents as Node | null
  return faults.map((fault) => {
    const full = path && fault.path ? `${path}.${fault.path}` : path || fault.path
    const { line, column } = placeFault({ ...fault, path: full }, { root, text, lineCounter })
    return { ...fault, line: line!, column: column! }
  })
}
