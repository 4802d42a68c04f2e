/**
 * Source files as the tidy rules see them: text, imports and exports, found by small regular expressions. That is enough because
 * the formatter keeps every import and export at the beginning of a line and in one shape.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** `path` is relative to the root of the project, with slashes: `src/wire/varint.ts`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** `target`: the path of a file of ours, or the bare name of a package. `names`: null when everything is taken (`* as`). */
export interface Import {
  readonly target: string
  readonly names: readonly string[] | null
}

export interface Export {
  readonly name: string
  /** Whether it is a type, which other exports of its file may need in their signatures. */
  readonly isType: boolean
}

export function readSources(root: string, folder: string, keep = /\.(?:ts|js|mjs)$/): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => keep.test(path) && !path.includes('node_modules/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

const fromClause =
  /^(?:import|export)\s+(?:type\s+)?(\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+(?:\s*,\s*\{[^}]*\})?)\s+from\s+'([^']+)'/gm
const bareImport = /^import\s+'([^']+)'/gm
const dynamicImport = /\bimport\(\s*'([^']+)'\s*\)(?:\.(\w+))?/g

export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: string, names: readonly string[] | null) =>
    found.push({ target: resolve(file.path, specifier), names })
  for (const [, clause, specifier] of file.text.matchAll(fromClause)) {
    add(specifier!, clause!.startsWith('*') ? null : namesIn(clause!, 'before as'))
  }
  for (const [, specifier] of file.text.matchAll(bareImport)) add(specifier!, [])
  for (const [, specifier, name] of file.text.matchAll(dynamicImport)) add(specifier!, name ? [name] : null)
  return found
}

const declaration =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(const|let|function\*?|class|interface|type)\s+(\w+)/gm
const exportList = /^export\s+(type\s+)?(\{[^}]*\})/gm

export function exportsOf(file: SourceFile): Export[] {
  const declared = [...file.text.matchAll(declaration)].map(([, kind, name]) => ({
    name: name!,
    isType: kind === 'interface' || kind === 'type',
  }))
  const listed = [...file.text.matchAll(exportList)].flatMap(([, type, clause]) =>
    namesIn(clause!, 'after as').map((name) => ({ name, isType: type !== undefined })),
  )
  return [...declared, ...listed]
}

/** The text without comments, for rules about code. */
export function codeOf(file: SourceFile): string {
  return file.text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
}

/** `{ a, type b as c }` is `a b` or `a c`; a default import is `default`. */
function namesIn(clause: string, side: 'before as' | 'after as'): string[] {
  const names = clause.startsWith('{') ? [] : ['default']
  for (const item of clause
    .slice(clause.indexOf('{') + 1)
    .replace('}', '')
    .split(',')) {
    const [before, after] = item
      .trim()
      .replace(/^type\s+/, '')
      .split(/\s+as\s+/)
    if (before && clause.includes('{')) names.push(side === 'after as' && after ? after : before)
  }
  return names
}

/** What is built from `src/` is as good as its source: bench may run the compiled files. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = posix.join(posix.dirname(from), specifier)
  return path.startsWith('dist/') ? path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts') : path
}
