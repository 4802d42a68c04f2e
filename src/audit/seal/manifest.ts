/**
 * The manifest of an audit file: which files its chain went through, and which of them were removed on purpose. It is never
 * shortened, each line is chained and signed, and a line is durable before what it says is done.
 */
import { hash } from 'node:crypto'
import { dirname } from 'node:path'
import { Turns } from '../../turns.ts'
import { openOrCreate, type SealFile, type SealFiles, writeAll } from './files.ts'
import type { Signer } from './keys.ts'
import { linesOf, type ReadLine, sourcesOf } from './line-reader.ts'
import { type ChainLink, noHash, tags } from './seal.ts'

/** A file that the chain has left. */
export interface ClosedFile {
  /** Of the directory entry, without `.gz`. */
  readonly name: string
  /** Sequence of its first record; of a file without records, of the first one behind it. */
  readonly first: number
  readonly bytes: number
  readonly sha256: string
  /** Where the chain stands behind it. */
  readonly link: ChainLink
}

export interface ManifestOptions {
  readonly files: SealFiles
  readonly path: string
  readonly signer: Signer
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
}

export class Manifest {
  readonly #options: ManifestOptions
  readonly #file: SealFile
  #bytes: number
  #hash = noHash
  #last: ClosedFile | undefined
  /** Files that are not removed yet, by name: bounded by what retention leaves on the disk. */
  readonly #closed = new Map<string, { readonly first: number; readonly last: number }>()
  /** Lines are appended one at a time. */
  readonly #turns = new Turns()

  private constructor(options: ManifestOptions, file: SealFile) {
    this.#options = options
    this.#file = file
    this.#bytes = 0
  }

  /** Creates it when it is missing, and cuts off a torn last line: what it would have said has not been done. */
  static async open(options: ManifestOptions): Promise<Manifest> {
    const { file, made } = await openOrCreate(options.files, options.path)
    const manifest = new Manifest(options, file)
    for await (const line of linesOf(file)) {
      if (line.members !== undefined) manifest.#read(line)
    }
    if ((await file.bytes()) > manifest.#bytes) await file.truncate(manifest.#bytes)
    await file.sync()
    if (made) await options.files.syncFolder(dirname(options.path))
    return manifest
  }

  /** The file that the chain has left last. */
  get last(): ClosedFile | undefined {
    return this.#last
  }

  /** Resolves when it is durable. Said already: does nothing. */
  close(closed: ClosedFile): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#last?.link.hash === closed.link.hash) return
      const { chain, sequence, sources, hash: lastHash, checkpoint } = closed.link
      await this.#append({
        kind: 'closed',
        chain,
        name: closed.name,
        first: closed.first,
        last: sequence,
        lastHash,
        checkpoint,
        sources: Object.fromEntries(sources),
        bytes: closed.bytes,
        sha256: closed.sha256,
      })
      this.#last = closed
      this.#closed.set(closed.name, { first: closed.first, last: sequence })
    })
  }

  /** To be called before the file is removed; after a crash perhaps twice. Resolves when it is durable. `name`: without `.gz`. */
  remove(name: string, reason: string): Promise<void> {
    return this.#turns.take(async () => {
      const { first = null, last = null } = this.#closed.get(name) ?? {}
      await this.#append({ kind: 'removed', name, first, last, reason })
      this.#closed.delete(name)
    })
  }

  async release(): Promise<void> {
    await this.#turns.over()
    await this.#file.close()
  }

  #read({ members = {}, hash: own, end }: ReadLine): void {
    const { kind, name, first, last, chain, lastHash, checkpoint, sources, bytes, sha256 } = members
    this.#bytes = end
    this.#hash = own
    if (typeof name !== 'string') return
    if (kind === 'removed') {
      this.#closed.delete(name)
    } else if (kind === 'closed') {
      const link = {
        chain: `${chain}`,
        sequence: Number(last),
        sources: sourcesOf(sources),
        hash: `${lastHash}`,
        checkpoint: `${checkpoint}`,
      }
      this.#last = { name, first: Number(first), bytes: Number(bytes), sha256: `${sha256}`, link }
      this.#closed.set(name, { first: Number(first), last: Number(last) })
    }
  }

  async #append(members: object): Promise<void> {
    const { signer, nowMs } = this.#options
    const { keyId: key, publicKey } = signer
    const at = new Date(nowMs()).toISOString()
    const signed = JSON.stringify({ ...members, at, previous: this.#hash, key, publicKey }).slice(0, -1)
    const facts = `${signed},"signature":"${signer.sign(`${tags.manifestLine}${signed}`)}"`
    const own = hash('sha256', `${tags.manifest}${this.#hash}\n${facts}`, 'hex')
    const line = Buffer.from(`${facts},"hash":"${own}"}\n`)
    try {
      await writeAll(this.#file, line, this.#bytes)
      await this.#file.sync()
    } catch (error) {
      await this.#file.truncate(this.#bytes).catch(() => {
        // The next line is written over it, and the next start cuts it off; the first error is the one to tell.
      })
      throw error
    }
    this.#bytes += line.length
    this.#hash = own
  }
}
