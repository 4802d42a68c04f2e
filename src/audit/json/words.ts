/**
 * Words by which audit events are told apart: keys, and values that decide something. The walker knows each by a number, so that who reads an event
 * compares numbers instead of bytes.
 */

/** In the order of their numbers, of which `assembly/words.ts` knows some; 63 at most. */
const words = [
  // Of an event.
  ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'objectRef', 'requestObject', 'responseObject'],
  ...['resource', 'items', 'rows'],
  // Levels.
  ...['Metadata', 'Request', 'RequestResponse', 'None'],
  ...['verb', 'user', 'username', 'groups'],
  // What holds secrets or tokens: kinds, and resources. No others stand behind them.
  ...['Secret', 'SecretList', 'ConfigMap', 'ConfigMapList'],
  ...['TokenReview', 'TokenRequest', 'SelfSubjectReview', 'CertificateSigningRequest'],
  ...['secrets', 'configmaps', 'serviceaccounts', 'serviceaccounts/token', 'tokenreviews', 'tokenrequests'],
  ...['selfsubjectreviews', 'certificatesigningrequests'],
  ...['oauthaccesstokens', 'oauthauthorizetokens', 'useroauthaccesstokens'],
] as const

export type Word = (typeof words)[number]

const numbers = new Map<string, number>(words.map((word, i) => [word, i + 1]))

/** The number of a word: from 1 on; of all others 0. */
export function numberOf(word: Word): number {
  return numbers.get(word)!
}

/** Those of kinds and resources that hold secrets or tokens. */
export const tellingWords: readonly Word[] = words.slice(words.indexOf('Secret'))

/** Stands for a string with escapes, which may say anything. As in `assembly/words.ts`. */
export const hiddenWord = 255

const slots = 256
const slotBytes = 32

/** The table as `assembly/words.ts` reads it. */
export function wordTable(): Uint8Array {
  const table = Buffer.alloc(slots * slotBytes)
  for (const [word, number] of numbers) {
    let slot = slotOf(Buffer.from(word, 'latin1'))
    while (table[slot * slotBytes] !== 0) slot = (slot + 1) % slots
    const at = slot * slotBytes
    table[at] = number
    table[at + 1] = word.length
    table.write(word, at + 2, 'latin1')
  }
  return table
}

function slotOf(word: Buffer): number {
  const { length } = word
  return (word[0]! * 7 + word[length >> 1]! * 31 + word[length - 1]! * 113 + length * 59) % slots
}
