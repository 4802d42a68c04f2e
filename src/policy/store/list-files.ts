/**
 * Which files the patterns name now, and which folders to watch so as to learn when that changes: those that are looked into, the
 * nearest one that is there on the way to what is missing, and those of every symbolic link on the way (Kubernetes mounts a
 * ConfigMap as links by way of a link `..data`, which it swaps).
 */
import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { policyFilesMax } from '../../limits.ts'
import { documentName, type Pattern, type Step } from './pattern.ts'

/** Whether it matters what happens to a name in a folder. */
export type Interest = (name: string) => boolean

export interface Listing {
  /** Absolute, in the order of their names, each once. */
  readonly files: readonly string[]
  /** Folders to watch. */
  readonly interests: ReadonlyMap<string, readonly Interest[]>
  /** Patterns and folders that something is wrong with. What is beneath such a folder is not known now. */
  readonly problems: readonly ListingProblem[]
}

export interface ListingProblem {
  /** A folder, or a pattern as written. */
  readonly where: string
  readonly code: 'no_match' | 'unreadable' | 'too_many'
  readonly message: string
}

/** As many links in a row as Linux follows. */
const linksMax = 40
/** Folders within folders that `**` looks into. */
const depthMax = 32

export function listFiles(patterns: readonly Pattern[]): Listing {
  const search = new Search()
  for (const pattern of patterns) search.run(pattern)
  return search.listing()
}

class Search {
  readonly #files = new Set<string>()
  readonly #interests = new Map<string, Interest[]>()
  readonly #problems: ListingProblem[] = []
  /** Links by their paths; null: no link; undefined: nothing there. Many paths share their folders. */
  readonly #links = new Map<string, string | null | undefined>()

  run({ text, base, steps }: Pattern): void {
    const before = this.#files.size
    this.#trace(base)
    const stats = look(base)
    if (stats?.isDirectory()) this.#walk(base, steps.length > 0 ? steps : [documentName], depthMax)
    else if (stats && steps.length === 0) this.#add(base)
    // Files that another pattern named before count for it alone, so nothing new is no proof of nothing there.
    if (!stats || (this.#files.size === before && before === 0)) {
      this.#problems.push({ where: text, code: 'no_match', message: 'names no file yet.' })
    }
  }

  listing(): Listing {
    const files = [...this.#files].sort()
    if (files.length > policyFilesMax) {
      const message = `${files.length} files; the first ${policyFilesMax} are read.`
      this.#problems.push({ where: files[policyFilesMax]!, code: 'too_many', message })
    }
    return { files: files.slice(0, policyFilesMax), interests: this.#interests, problems: this.#problems }
  }

  #walk(folder: string, [step, ...rest]: readonly Step[], depthLeft: number): void {
    if (step === undefined || depthLeft === 0) return
    if (step === '**') {
      // No folder at all, or one more.
      this.#walk(folder, rest.length > 0 ? rest : [documentName], depthLeft)
      this.#watch(folder, (name) => !name.startsWith('.') || name.startsWith('..'))
      for (const entry of this.#read(folder)) {
        const path = join(folder, entry.name)
        // A link to a folder is not followed here: it may lead back.
        if (entry.isDirectory() && !entry.name.startsWith('.')) this.#walk(path, ['**', ...rest], depthLeft - 1)
      }
      return
    }
    this.#watch(folder, (name) => step.test(name) || name.startsWith('..'))
    for (const entry of this.#read(folder)) {
      if (!step.test(entry.name)) continue
      const path = join(folder, entry.name)
      if (entry.isSymbolicLink()) this.#trace(path)
      if (rest.length === 0) {
        if (entry.isFile() || (entry.isSymbolicLink() && look(path)?.isFile())) this.#add(path)
      } else if (entry.isDirectory() || (entry.isSymbolicLink() && look(path)?.isDirectory())) {
        this.#walk(path, rest, depthLeft - 1)
      }
    }
  }

  #read(folder: string): Dirent[] {
    try {
      return readdirSync(folder, { withFileTypes: true })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // It went while we looked: its watch will say so.
      if (code !== 'ENOENT')
        this.#problems.push({ where: folder, code: 'unreadable', message: `cannot be read: ${message}.` })
      return []
    }
  }

  #add(path: string): void {
    this.#files.add(path)
  }

  #watch(folder: string, interest: Interest): void {
    const known = this.#interests.get(folder)
    if (known) known.push(interest)
    else this.#interests.set(folder, [interest])
  }

  /** Follows a path from the root and watches for whatever could make it lead elsewhere. */
  #trace(path: string): void {
    let folder = '/'
    const names = path.split('/').filter(Boolean)
    for (let links = 0; names.length > 0; ) {
      const name = names.shift()!
      const next = join(folder, name)
      const link = this.#linkAt(next)
      if (link !== null || names.length === 0) this.#watch(folder, (other) => other === name)
      if (link === undefined) return
      if (link === null) {
        folder = next
        continue
      }
      if (++links > linksMax) return
      names.unshift(...link.split('/').filter(Boolean))
      if (isAbsolute(link)) folder = '/'
    }
  }

  #linkAt(path: string): string | null | undefined {
    if (!this.#links.has(path)) this.#links.set(path, readLink(path))
    return this.#links.get(path)
  }
}

function readLink(path: string): string | null | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats && (stats.isSymbolicLink() ? readlinkSync(path) : null)
  } catch {
    // A folder that may not be searched, or a file where a folder should be: there is nothing to follow.
    return undefined
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // The same: whoever wants to read it is told why it cannot be.
    return undefined
  }
}

/** Whether `path` lies in `folder`, at any depth. */
export function isBeneath(path: string, folder: string): boolean {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    if (parent === folder) return true
    if (parent === dirname(parent)) return false
  }
}
