/** Events of a list that are kept as they came, side by side in a piece, as the walker has found them (`assembly/run.ts`). */
import type { ListHead } from './list-head.ts'

/** Borrowed until the walker reads on: of each event there is a row of numbers in its memory, by the offsets below. */
export interface PlainRun {
  /** The piece in which they lie. */
  readonly bytes: Buffer
  /** What stands in front of each in place of its brace, where the version of its list is put. */
  readonly head: Buffer
  /** How many there are. */
  readonly length: number
  readonly rows: Int32Array
  /** Where the first row begins. */
  readonly from: number
  /** Positions less this are those in the piece. */
  readonly shift: number
}

export const rowWords = 12
/** Begin and end of the event, of its auditID and of its stage; hash of these two (`nameWords`); hash of the event (`keyWords`). */
export const row = { at: 0, end: 1, idAt: 2, idEnd: 3, stageAt: 4, stageEnd: 5, name: 6, key: 8 } as const

/** Behind the last of them. */
export function endOf({ rows, from, length, shift }: PlainRun): number {
  return rows[from + (length - 1) * rowWords + row.end]! - shift
}

export interface RunTaker {
  /** What goes in front of plain events of such a list. Null: it takes none of them now, for each has to be looked at. */
  plainHead(list: ListHead | null): Buffer | null
  /** Must not throw. The run is borrowed for the call. */
  takeRun(run: PlainRun): void
}
