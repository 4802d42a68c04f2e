/** What the walker writes down of an object, in its own memory; by `assembly/object.ts`. */

/**
 * Members as the walker has noted them, in words `[from, to)`; `noteWords` for each, by the offsets below. Positions less `shift` are those in
 * the text. Those of a value that is an object follow behind it, up to the word `next`.
 *
 * From word `places` on there is for each word of `words.ts` where the member with that key is noted, in bytes; 0: nowhere. Null: a key is
 * written with escapes, or one that is a word is there twice.
 */
export interface Notes {
  readonly words: Uint32Array
  readonly from: number
  readonly to: number
  readonly shift: number
  readonly places: number | null
}

export const noteWords = 7
/** `key` and `value`: which words they are, by number; see `words.ts`. `next` is in bytes. */
export const note = { keyAt: 0, keyEnd: 1, at: 2, end: 3, next: 4, key: 5, value: 6 } as const
