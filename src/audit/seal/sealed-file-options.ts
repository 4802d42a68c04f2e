/** What a sealed file writer is told, and what it tells. */
import type { Batch } from '../../batch.ts'
import type { Clock } from '../../pipeline/clock.ts'
import type { FileEvent } from '../../writers/file/events.ts'
import type { RotationOptions } from '../../writers/file/rotation.ts'
import type { SealFiles } from './files.ts'
import type { Damage } from './inspect.ts'
import type { Signer } from './keys.ts'
import type { RecordFacts } from './seal.ts'

export type SealEvent =
  | Extract<FileEvent, { kind: 'rotated' | 'oversized' | 'cleaned' | 'trouble' }>
  /** At the start: records that got their lines only now, and bytes that were torn and are kept in `<path>.torn` and `<path>.seal.torn`. */
  | {
      readonly kind: 'recovered'
      readonly path: string
      readonly adopted: number
      readonly auditCut: number
      readonly sealCut: number
    }
  /** At the start, or when the files were moved: not what we left. The pair was ended as it was found. */
  | { readonly kind: 'damaged'; readonly path: string; readonly damage: Damage }
  /** A checkpoint is durable. What keeps its line in another place can tell that a tail was cut off. */
  | { readonly kind: 'checkpoint'; readonly path: string; readonly line: string }

export interface SealedFileWriterOptions {
  /** Absolute, and no link. */
  readonly path: string
  readonly signer: Signer
  /** What is known of the entries of a group, from its stream. */
  readonly factsOf: (stream: Batch['groups'][number]['stream']) => RecordFacts
  readonly clock: Clock
  /** Names, ages, and times in seals: milliseconds since 1970. */
  readonly nowMs: () => number
  /** Of files that are created. Default 0600. */
  readonly mode?: number
  /** Creates the folder of the file and those above it. Default false. */
  readonly makeFolder?: boolean
  readonly checkpointEveryMs?: number
  /** Default: none; the clock is `nowMs` above. */
  readonly rotation?: Omit<RotationOptions, 'nowMs'>
  /** Whole records that a crash left unacknowledged; see `recover.ts`. Default `seal`. */
  readonly unsealed?: 'seal' | 'setAside'
  /**
   * Whether what a source brings after a crash, byte for byte as it was sealed before, is the same record: it is not written again then, and
   * counts as written. Default: no source's is.
   */
  readonly bringsAgain?: (source: string) => boolean
  /** Must not throw. */
  readonly onEvent?: (event: SealEvent) => void
  /** Default: the file system. */
  readonly files?: SealFiles
}
