/** Text made by JavaScript, where a string is worth it: rare numbers, words, times. */

/** Writes text of ASCII characters at `o`; returns the position behind it. */
export function writeAscii(bytes: Uint8Array, o: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[o++] = text.charCodeAt(i)
  return o
}
