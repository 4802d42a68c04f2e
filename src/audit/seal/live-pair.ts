/**
 * The audit file and its seal that are written to now, if any are open: opened when somebody needs them, let go of when they broke or somebody
 * moved them, and what is in doubt of them after that. With them comes what belongs to the path for as long as its writer is open (`custody.ts`).
 */
import type { Clock } from '../../pipeline/clock.ts'
import { Custody } from './custody.ts'
import type { SealFiles } from './files.ts'
import { SealedFile, type SealedFileOptions } from './sealed-file.ts'
import type { SealEvent, SealedFileWriterOptions } from './sealed-file-options.ts'

type FromWriter = 'path' | 'signer' | 'nowMs' | 'rotation' | 'makeFolder' | 'mode' | 'unsealed'

export interface LivePairOptions extends Pick<SealedFileWriterOptions, FromWriter> {
  readonly files: SealFiles
  readonly clock: Clock
  readonly checkpointEveryMs: number
  /** Must not throw. */
  readonly tell: (event: SealEvent) => void
  /** Something in the background failed; it is tried again. Must not throw. */
  readonly trouble: (error: unknown, what: string) => void
  /** A file was opened. `anew`: nobody knows what became of the last write to the one before. What it rejects with, `ready` rejects with. */
  readonly opened: (how: { readonly anew: boolean }) => Promise<void>
}

export class LivePair {
  readonly #options: LivePairOptions
  #custody: Custody | undefined
  #file: SealedFile | undefined
  /** A file broke, of which so much is on the disk: the next one that is opened is doubted from there on, and not written on. */
  #doubt: SealedFile['durable'] | undefined

  constructor(options: LivePairOptions) {
    this.#options = options
  }

  /** What is open, broken or not. */
  get file(): SealedFile | undefined {
    return this.#file
  }

  /** The file, if one is open that can be written on. */
  get sound(): SealedFile | undefined {
    return this.#file?.isBroken === false ? this.#file : undefined
  }

  /** The file to write to; whether it is where it was, an append finds out on its way. Rejects with the system's error. */
  async ready(): Promise<SealedFile> {
    if (this.#file?.isBroken) await this.leave()
    this.#file ??= await this.#open()
    if (this.#doubt !== undefined && this.#file.bytes > 0) await this.#file.rotate()
    this.#doubt = undefined
    return this.#file
  }

  /** The file to write to, which nobody has moved. Rejects with the system's error. */
  async readyInPlace(): Promise<SealedFile> {
    if (this.sound !== undefined && !(await this.sound.isInPlace())) await this.leave()
    return this.ready()
  }

  /** Closes the file; another one is opened when it is needed. */
  async leave(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    if (file?.isBroken) {
      // A doubt that there was already stands, until a file is open in good order.
      const { audit, seal } = this.#doubt ?? file.durable
      this.#doubt = { audit: Math.min(audit, file.durable.audit), seal: Math.min(seal, file.durable.seal) }
    }
    await file?.close()
  }

  /** Lets go of the path as well. */
  async release(): Promise<void> {
    await this.leave()
    await this.#custody?.release()
    this.#custody = undefined
  }

  async #open(): Promise<SealedFile> {
    const { tell, opened, files, path, signer, nowMs, unsealed = 'seal', checkpointEveryMs } = this.#options
    const custody = await this.#keep()
    const options: SealedFileOptions = {
      ...{ files, path, signer, nowMs, unsealed, checkpointEveryMs, manifest: custody.manifest },
      onCheckpoint: (line) => tell({ kind: 'checkpoint', path, line }),
      onRecovered: ({ adopted, auditCut, sealCut, damage }) => {
        if (adopted + auditCut + sealCut > 0) tell({ kind: 'recovered', path, adopted, auditCut, sealCut })
        if (damage !== undefined) tell({ kind: 'damaged', path, damage })
      },
      onRotated: (backup, bytes) => {
        tell({ kind: 'rotated', path, backup, bytes })
        custody.clean()
      },
    }
    const file = await SealedFile.open(options, this.#doubt)
    try {
      await opened({ anew: this.#doubt !== undefined })
    } catch (error) {
      await file.close()
      throw error
    }
    return file
  }

  async #keep(): Promise<Custody> {
    const {
      files,
      path,
      signer,
      nowMs,
      clock,
      rotation,
      makeFolder = false,
      mode = 0o600,
      tell,
      trouble,
    } = this.#options
    this.#custody ??= await Custody.take({
      ...{ files, path, signer, nowMs, clock, rotation, makeFolder, mode },
      onCleaned: (done) => tell({ kind: 'cleaned', path, ...done }),
      onTrouble: (error) => trouble(error, 'Old files could not be cleaned up, and stay until the next time'),
    })
    return this.#custody
  }
}
