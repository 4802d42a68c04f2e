/**
 * How far a follower has come: in memory, and in the file of its position. What is saved may be behind what was read, never in front of it.
 */
import type { FollowedFile } from './followed-file.ts'
import { loadPosition, type Position, savePosition } from './position.ts'

export interface BookmarkOptions {
  /** What is followed, absolute. */
  readonly path: string
  /** Of the position. */
  readonly file: string
  /** The file is there and holds no position: then nothing is known. */
  readonly onUnknown: (error: Error) => void
}

export class Bookmark {
  readonly #options: BookmarkOptions
  /** Before the first look, and again when the file cannot be found by itself any more. */
  #position: Position | undefined
  #isLoaded = false
  #isGivenUp = false
  /** Whether the file of the position says where the follower is. */
  isSaved = true

  constructor(options: BookmarkOptions) {
    this.#options = options
  }

  /** Where the follower was when it was last without a file; of an earlier run at first. Undefined: nobody knows. Never rejects. */
  async position(): Promise<Position | undefined> {
    if (!this.#isLoaded) await this.#load()
    return this.#position
  }

  /** The handle is of no use any more; by this the file has to be found again. */
  remember(file: FollowedFile | undefined): void {
    this.#position = file?.position(this.#options.path) ?? this.#position
  }

  /** Unless it is saved. Resolves when it survives a loss of power. Rejects with the system's error. */
  async save(file: FollowedFile | undefined): Promise<void> {
    if (this.isSaved || this.#isGivenUp || file === undefined) return
    await savePosition(this.#options.file, file.position(this.#options.path))
    this.isSaved = true
  }

  /** Somebody else may follow the file from now on: what is settled late is not ours to tell. */
  giveUp(): void {
    this.#isGivenUp = true
  }

  async #load(): Promise<void> {
    const { path, file, onUnknown } = this.#options
    try {
      const position = await loadPosition(file)
      // Another file was followed then.
      this.#position = position?.path === path ? position : undefined
    } catch (error) {
      onUnknown(error as Error)
    }
    this.#isLoaded = true
  }
}
