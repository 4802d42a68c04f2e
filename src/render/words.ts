/** Words for enum numbers: `GET`, `HTTP/1.1`. */

/** `words[n]` is the word of number n; numbers without a word are absent. */
export type Words = readonly (Uint8Array | undefined)[]

export function createWords(names: Iterable<readonly [number, string]>): Words {
  const words: (Uint8Array | undefined)[] = []
  for (const [number, name] of names) words[number] = Uint8Array.from(Buffer.from(name, 'latin1'))
  return words
}

/** Writes the word of `number` at `o`; returns the position behind it, or -1 when the number has none. */
export function writeWord(bytes: Uint8Array, o: number, words: Words, number: number): number {
  const word = words[number]
  if (word === undefined) return -1
  for (let i = 0; i < word.length; i++) bytes[o + i] = word[i]!
  return o + word.length
}
