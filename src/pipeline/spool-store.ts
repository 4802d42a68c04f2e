/** A spool as delivery sees it. */
import type { Batch } from '../batch.ts'

/** `spool/spool.ts` says what its calls promise. */
export interface SpoolStore {
  /** Entries that are not released yet. */
  readonly entries: number
  readonly recovered: { readonly entries: number }
  hasRoom(bytes: number): boolean
  append(batch: Batch): Promise<void>
  sync(): Promise<void>
  read(): Promise<Batch | undefined>
  release(entries: number): Promise<void>
  close(): Promise<void>
}
