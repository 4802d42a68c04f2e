/** What the walker writes down of an object, in its own memory; by `assembly/index.ts`. */

/**
 * Members as the walker has noted them, in words `[from, to)`; `noteWords` for each, by the offsets below. Positions less `shift` are those in
 * the text. Those of a value that is an object follow behind it, up to the word `next`.
 */
export interface Notes {
  readonly words: Uint32Array
  readonly from: number
  readonly to: number
  readonly shift: number
}

export const noteWords = 7
/** `key` and `value`: which words they are, by number; see `words.ts`. `next` is in bytes. */
export const note = { keyAt: 0, keyEnd: 1, at: 2, end: 3, next: 4, key: 5, value: 6 } as const
