/**
 * Which file is read next: where to go on after a start, what comes behind a file that is read to its end, and where the rest of one is that
 * somebody has cut. All of it by looking only; who reads decides.
 *
 * A file is left when something newer holds bytes. Until then its writer may not have noticed that it was renamed, and goes on with it; and
 * there is nothing else to read. So no time has to pass, and none would be enough.
 */
import { stat } from 'node:fs/promises'
import { systemCode } from '../../errors.ts'
import { lookBeside, newerThan, type Relative } from './family.ts'
import { FollowedFile } from './followed-file.ts'
import type { Position } from './position.ts'

/** Null: there is none now; look again later. */
export interface Start {
  readonly file: FollowedFile
  /** `found`: the one that was read before. */
  readonly how: 'new' | 'found' | 'lost' | 'truncated' | 'replaced'
  /** It is a copy of the one that was read before, which is not what it was. */
  readonly isCopy: boolean
}

export class Whereabouts {
  readonly #path: string
  /** A live file that was empty when nothing newer was found; its folder is not looked at again while that is so. */
  #emptyInode: bigint | null = null
  /** The file of a position is searched once while there is no live file. */
  #hasSearched = false
  /** There was no live file when somebody began to wait for one: what was written from then on is read. */
  #sinceNs: bigint | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Where to begin; `position`: where somebody was when the process ended. Rejects with the system's error. */
  async start(position: Position | undefined): Promise<Start | null> {
    // Before there was no live file: what comes after this look is new.
    const older = position || this.#hasSearched ? [] : await lookBeside(this.#path)
    const live = await FollowedFile.open(this.#path)
    if (live === undefined && this.#hasSearched) return null
    this.#hasSearched = live === undefined
    try {
      const start = await (position ? this.#search(position, live) : this.#first(live, older))
      if (live !== undefined && start?.file !== live) await live.close()
      return start
    } catch (error) {
      await live?.close()
      throw error
    }
  }

  /** What to read when `file` has no more; null: stay with it. Rejects with the system's error. */
  async next(file: FollowedFile): Promise<Relative | null> {
    const live = await this.#stat()
    if (live === null || (live.ino === file.inode && live.dev === file.device)) return null
    if (live.size === 0n && live.ino === this.#emptyInode) return null
    const next = newerThan(file, await lookBeside(this.#path)).find(({ bytes }) => bytes > 0)
    this.#emptyInode = next === undefined ? live.ino : null
    return next ?? null
  }

  /** A copy of what the file was, with the rest of it; undefined: there is none. */
  async copyOf(position: Position): Promise<FollowedFile | undefined> {
    if (position.firstLine === null) return undefined
    const candidates = (await lookBeside(this.#path))
      .filter(({ name, inode, bytes }) => name !== 'live' && inode !== position.inode && bytes >= position.offset)
      .sort((a, b) => (a.modifiedNs > b.modifiedNs ? -1 : 1))
    return this.#firstSound(candidates, position)
  }

  /** Nobody has read anything: the live file, or what was rotated since somebody waits for it. */
  async #first(live: FollowedFile | undefined, older: readonly Relative[]): Promise<Start | null> {
    if (live === undefined) {
      const [latest = 0n] = older.map(({ modifiedNs }) => modifiedNs).sort((a, b) => (a > b ? -1 : 1))
      this.#sinceNs = latest + 1n
      return null
    }
    const file = this.#sinceNs === undefined ? live : await this.#oldestSince(this.#sinceNs, live)
    return { file, how: 'new', isCopy: false }
  }

  async #search(position: Position, live: FollowedFile | undefined): Promise<Start | null> {
    let how: Start['how'] = 'lost'
    // Numbers of devices change when a machine starts anew, so the inode and the first line decide.
    if (live?.inode === position.inode) {
      const soundness = await live.resume(position).judge()
      if (soundness === 'sound') return { file: live, how: 'found', isCopy: false }
      how = soundness
    } else {
      const renamed = (await lookBeside(this.#path)).filter(({ inode }) => inode === position.inode)
      const found = await this.#firstSound(renamed, position)
      if (found) return { file: found, how: 'found', isCopy: false }
    }
    const copy = await this.copyOf(position)
    if (copy) return { file: copy, how, isCopy: true }
    if (live === undefined) return null
    return { file: await this.#oldestSince(position.modifiedNs, live), how, isCopy: false }
  }

  async #oldestSince(modifiedNs: bigint, live: FollowedFile): Promise<FollowedFile> {
    live.restart()
    // None of these is the file that was read, whatever its number.
    const newer = newerThan({ inode: 0n, modifiedNs }, await lookBeside(this.#path))
    const oldest = newer.find(({ bytes }) => bytes > 0)
    return oldest === undefined || oldest.inode === live.inode ? live : this.#openFound(oldest)
  }

  async #firstSound(candidates: readonly Relative[], position: Position): Promise<FollowedFile | undefined> {
    for (const candidate of candidates) {
      const file = await this.#openFound(candidate)
      if ((await file.resume(position).judge()) === 'sound') return file
      await file.close()
    }
    return undefined
  }

  /** To pass one over because its name moved on would be to lose it, so then it is looked for again. */
  async #openFound(relative: Relative): Promise<FollowedFile> {
    const file = await openRelative(relative)
    if (file === undefined) throw new Error(`files beside ${this.#path} were renamed while they were looked for`)
    return file
  }

  async #stat() {
    return stat(this.#path, { bigint: true }).catch((error) => {
      if (systemCode(error) === 'ENOENT') return null
      throw error
    })
  }
}

/** Undefined when its name leads to another file by now, or nowhere. */
export async function openRelative({ path, inode, device }: Relative): Promise<FollowedFile | undefined> {
  const file = await FollowedFile.open(path)
  if (file === undefined || (file.inode === inode && file.device === device)) return file
  await file.close()
  return undefined
}
