/**
 * MeshAccessLog documents of an older Kuma in the words of a newer one. Comments, order and quotes stay; every change is told, and so is
 * all that cannot be said there. What comes out is held against the target's own rules.
 */
import { type Document, isMap, LineCounter, type Node, parseAllDocuments, visit, type YAMLMap } from 'yaml'
import { kumaYaml } from '../../config/kuma-yaml.ts'
import type { KumaVersion } from '../kuma-version.ts'
import { validateMeshAccessLog } from '../validation/validate.ts'
import { convertBackends } from './backends.ts'
import { type Change, ChangeLog } from './change.ts'
import { convertEndpoints } from './endpoints.ts'
import type { PolicyEdit, Surroundings } from './policy-edit.ts'
import { convertSections } from './sections.ts'
import { createSurroundings } from './surroundings.ts'
import { convertToTargets } from './to-targets.ts'
import { convertTopTarget } from './top-target.ts'
import { elements, keysOf, member, nearestNode, textOf, textsOf } from './tree.ts'

export interface ConvertOptions {
  readonly version: KumaVersion
  readonly systemNamespaces: readonly string[]
}

export interface Converted {
  /** All documents of all files, in YAML, and behind them those that they refer to now. */
  readonly text: string
  /** In the order of the files and their lines. */
  readonly changes: readonly Change[]
}

interface ParsedFile {
  readonly file: string
  readonly text: string
  readonly documents: readonly Document[]
  readonly lines: LineCounter
}

/** Throws nothing: what cannot be read is printed as it was, and told. */
export function convertFiles(
  files: readonly { readonly file: string; readonly text: string }[],
  options: ConvertOptions,
): Converted {
  const parsed = files.map(({ file, text }): ParsedFile => {
    const lines = new LineCounter()
    const all = parseAllDocuments(text, { ...kumaYaml, merge: false, uniqueKeys: true, lineCounter: lines })
    return { file, text, lines, documents: Array.isArray(all) ? all.filter(isThere) : [] }
  })
  const surroundings = createSurroundings(parsed.flatMap(({ documents }) => documents.flatMap(rootsOf)))
  const changes: Change[] = []
  const texts = parsed.flatMap((file) => {
    const log = new ChangeLog(file.file, file.lines)
    const printed = file.documents.flatMap((document) =>
      convertDocument(file, document, { log, surroundings, options }),
    )
    changes.push(...log.changes)
    return printed
  })
  texts.push(...surroundings.collectors())
  return { text: texts.map(withLineEnd).join('---\n'), changes: changes.sort(byLine(files.map(({ file }) => file))) }
}

const isThere = ({ contents, errors }: Document) => errors.length > 0 || isMap(contents)
const withLineEnd = (text: string) => (text.endsWith('\n') ? text : `${text}\n`)

function byLine(files: readonly string[]) {
  return (a: Change, b: Change) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line
}

interface Work {
  readonly log: ChangeLog
  readonly surroundings: Surroundings
  readonly options: ConvertOptions
}

/** The texts of the documents that come of one. */
function convertDocument({ text }: ParsedFile, document: Document, work: Work): string[] {
  const unreadable = whyUnreadable(document)
  if (unreadable !== null) {
    work.log.left(document.contents as Node | null, 'the document', unreadable)
    return [text.slice(document.range![0], document.range![2])]
  }
  // Its own separator and directives would stand in the way of the others.
  document.directives!.docStart = null
  const roots = rootsOf(document)
  const kinds = roots.map((root) => kindOf(root) ?? itemKindOf(document))
  if (kinds.includes('MeshAccessLog')) writeOutAliases(document)
  const converted = roots.map((root, i) => convertRoot(root, kinds[i] ?? null, work))
  const [own, ...more] = isListDocument(document) ? [] : converted.flat()
  if (own) return [document, ...more].map((each) => print(each, document, text))
  const list = member(document.contents, 'items') as unknown as { items: unknown[] }
  list.items = converted.flat()
  return [print(document, document, text)]
}

function print(node: Document | YAMLMap, document: Document, text: string): string {
  const whole = node === document ? document : document.clone()
  if (whole !== node) {
    whole.contents = node as never
    whole.commentBefore = null
  }
  return whole.toString({ lineWidth: 0, indentSeq: !hasFlatLists(text) })
}

/** Lists whose items stand right below the first letter of their key, as kubectl prints them. */
function hasFlatLists(text: string): boolean {
  return /^( *)(?:- )?[\w"'][^\n]*:[ \t]*\n\1- /m.test(text)
}

function whyUnreadable(document: Document): string | null {
  const [error] = document.errors
  if (error) return error.message.replace(/\s*\n[\s\S]*$/, '').replace(/\.$/, '')
  try {
    document.toJS()
  } catch (cause) {
    return (cause as Error).message
  }
  let merges = false
  visit(document, { Pair: (_, { key }) => void (merges ||= (key as { value?: unknown } | null)?.value === '<<') })
  return merges ? 'it has merge keys (`<<`); write out what they stand for' : null
}

function writeOutAliases(document: Document): void {
  visit(document, {
    Alias: (_, alias) => alias.resolve(document)?.clone() as Node | undefined,
  })
  visit(document, { Node: (_, node) => void delete (node as { anchor?: string }).anchor })
}

/** A policy may be an item of what `kubectl get` prints. */
function rootsOf(document: Document): YAMLMap[] {
  const { contents } = document
  if (!isMap(contents)) return []
  return isListDocument(document)
    ? elements(member(contents, 'items')).filter((item) => isMap(item))
    : [contents as YAMLMap]
}

function isListDocument({ contents }: Document): boolean {
  return /List$/.test(textOf(member(contents, 'kind')) ?? '') && keysOf(contents).includes('items')
}

function kindOf(root: YAMLMap): string | null {
  return textOf(member(root, textOf(member(root, 'apiVersion')) === null ? 'type' : 'kind'))
}

/** What the items of a list are when they do not say so themselves. */
function itemKindOf({ contents }: Document): string | null {
  return textOf(member(contents, 'kind'))?.replace(/List$/, '') ?? null
}

/** The policies that come of one; every other kind stays as it is. */
function convertRoot(root: YAMLMap, kind: string | null, { log, surroundings, options }: Work): readonly YAMLMap[] {
  if (kind === 'TrafficLog')
    log.left(root, 'the TrafficLog', 'it is another, older policy; write a MeshAccessLog in its place')
  if (kind !== 'MeshAccessLog') return [root]
  const metadata = member(root, 'metadata')
  const labels = textsOf(member(metadata, 'labels'))
  const edit: PolicyEdit = {
    root,
    log,
    surroundings,
    version: options.version,
    systemNamespaces: options.systemNamespaces,
    form: metadata ? 'kubernetes' : 'universal',
    mesh: (metadata ? labels['kuma.io/mesh'] : textOf(member(root, 'mesh'))) ?? 'default',
    namespace: textOf(member(metadata, 'namespace')),
  }
  convertBackends(edit)
  convertEndpoints(edit)
  const roots = convertSections(edit)
  for (const root of roots) {
    convertTopTarget({ ...edit, root })
    convertToTargets({ ...edit, root })
    tellFaults({ ...edit, root })
  }
  return roots
}

/** What the target refuses. What was left above has been told already. */
function tellFaults({ root, log, version, systemNamespaces }: PolicyEdit): void {
  const named = kindOf(root) === null ? { apiVersion: 'kuma.io/v1alpha1', kind: 'MeshAccessLog' } : {}
  const { faults } = validateMeshAccessLog({ ...named, ...root.toJSON() }, { version, systemNamespaces })
  for (const { path, message } of faults) {
    const isTold = log.changes.some((change) => change.kind === 'left' && isWithin(path, change.what))
    const because = `Kuma ${version} refuses it: ${message.replaceAll('\n', ' ').replace(/\.$/, '')}`
    if (!isTold) log.left(nearestNode(root, path), path || 'the document', because)
  }
}

/** `what` begins with a path. */
function isWithin(path: string, what: string): boolean {
  const [told = ''] = /^\S+/.exec(what) ?? []
  return path === told || path.startsWith(`${told}.`) || path.startsWith(`${told}[`)
}
