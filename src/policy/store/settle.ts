/**
 * From what the files hold to what is in force. A document that is in order counts; one that is not leaves its last good version in force; one
 * that is gone, goes. Of two documents that are the same resource the first one counts, by the names of their files and then by
 * their order.
 *
 * A document that cannot be used is matched with its last good version by who it says it is. When it cannot be parsed, what it says may be
 * cut off; if nothing goes by that name, it is taken for the one that stood in its place, unless that one has turned up elsewhere.
 */
import type { Fault } from '../../errors.ts'
import { displayIdentity, identityKey } from '../documents/meta.ts'
import type { Resource } from '../resources.ts'
import type { JudgedDocument, StoreFile } from './store-file.ts'

/** A resource that is in force, and where it comes from. */
export interface InForce {
  readonly key: string
  readonly resource: Resource
  readonly file: string
  readonly index: number
}

/** What is wrong with a document, or with a file. */
export interface DocumentTrouble {
  readonly file: string
  /** 0-based position in the file; null: the file, folder or pattern itself. */
  readonly index: number | null
  /** Of its first line, 1-based; null: no document. */
  readonly line: number | null
  readonly kind: string
  readonly name: string | null
  /** With line and column in the file, where there is a place. Empty: there are only warnings. */
  readonly faults: readonly Fault[]
  /** Without line and column: looking for those costs as much as reading. `als-sink check` tells them. */
  readonly warnings: readonly Fault[]
  /** Whether its last good version is in force. */
  readonly kept: boolean
}

export interface Settled {
  readonly inForce: readonly InForce[]
  readonly troubles: readonly DocumentTrouble[]
}

interface Placed {
  readonly document: JudgedDocument
  readonly key: string | null
  readonly file: string
  readonly index: number
  readonly line: number
  readonly linesBefore: number
}

/** `files` in the order in which they count; `previous`: what was in force before. */
export function settle(files: readonly StoreFile[], previous: readonly InForce[]): Settled {
  const documents = files.flatMap(placeDocuments)
  const last = new LastGood(documents, previous)
  const inForce = new Map<string, InForce>()
  const troubles = files.flatMap(fileTrouble)
  for (const placed of documents) {
    const { document, key, file, index } = placed
    const own = document.resource && key !== null ? [{ key, resource: document.resource, file, index }] : []
    const kept = document.faults.length > 0 ? last.of(placed) : []
    const doubles: Fault[] = []
    for (const each of [...own, ...kept]) {
      const first = inForce.get(each.key)
      if (!first) inForce.set(each.key, each)
      else if (own.length > 0) doubles.push(duplicate(placed, first))
    }
    const { faults, warnings } = document
    if (faults.length + warnings.length + doubles.length > 0) {
      const isKept = kept.some((each) => inForce.get(each.key) === each)
      troubles.push(documentTrouble(placed, { faults: [...faults, ...doubles], warnings, kept: isKept }))
    }
  }
  return { inForce: [...inForce.values()], troubles }
}

function placeDocuments({ path, pieces }: StoreFile): Placed[] {
  return pieces.flatMap(({ documents, firstIndex, linesBefore, text }) =>
    documents.flatMap((items, nth) =>
      items.map((document) => ({
        document,
        key: document.identity && identityKey(document.identity),
        file: path,
        index: firstIndex + nth,
        line: linesBefore + (/^---[ \t]*\r?\n/.test(text) ? 2 : 1),
        linesBefore,
      })),
    ),
  )
}

function documentTrouble(
  { document, file, index, line, linesBefore }: Placed,
  { faults, warnings, kept }: Pick<DocumentTrouble, 'faults' | 'warnings' | 'kept'>,
): DocumentTrouble {
  const { kind, name } = document
  const inFile = (fault: Fault): Fault =>
    fault.line === undefined ? fault : { ...fault, line: fault.line + linesBefore }
  return { file, index, line, kind, name, faults: faults.map(inFile), warnings, kept }
}

function fileTrouble({ path, fault, pieces }: StoreFile): DocumentTrouble[] {
  if (!fault) return []
  return [
    {
      file: path,
      index: null,
      line: null,
      kind: 'file',
      name: null,
      faults: [fault],
      warnings: [],
      kept: pieces.length > 0,
    },
  ]
}

function duplicate({ document }: Placed, first: InForce): Fault {
  const what = displayIdentity(document.identity!)
  const message = `${what} stands in ${first.file} too (document ${first.index + 1}), which counts.`
  return { code: 'duplicate', path: '', message }
}

/** The last good versions of documents that are not in order. */
class LastGood {
  readonly #byKey: ReadonlyMap<string, InForce>
  readonly #byPlace = new Map<string, InForce[]>()
  /** Files that hold a good document of a key. */
  readonly #goodIn = new Map<string, Set<string>>()
  /** Whoever says outright to be one of these is it. */
  readonly #claimed = new Set<string>()

  constructor(documents: readonly Placed[], previous: readonly InForce[]) {
    this.#byKey = new Map(previous.map((each) => [each.key, each]))
    for (const each of previous) {
      const place = placeOf(each)
      this.#byPlace.set(place, [...(this.#byPlace.get(place) ?? []), each])
    }
    for (const { document, key, file } of documents) {
      if (key === null) continue
      this.#claimed.add(key)
      if (document.resource) this.#goodIn.set(key, (this.#goodIn.get(key) ?? new Set()).add(file))
    }
  }

  of({ document, key, file, index }: Placed): InForce[] {
    const named = key === null ? undefined : this.#byKey.get(key)
    if (named) {
      // A good one elsewhere takes over, unless the last good one was ours and it merely is another of the same name.
      const good = this.#goodIn.get(named.key)
      return !good || (named.file === file && !good.has(file)) ? [{ ...named, file, index }] : []
    }
    if (document.parsed && key !== null) return []
    return (this.#byPlace.get(placeOf({ file, index })) ?? []).filter((each) => !this.#claimed.has(each.key))
  }
}

function placeOf({ file, index }: Pick<InForce, 'file' | 'index'>): string {
  return `${index} ${file}`
}
