/**
 * Words by which audit events are told apart: keys, and values that decide something. The walker knows each by a number, so that who reads an event
 * compares numbers instead of bytes.
 */

const words = [
  // Of an event.
  ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'objectRef', 'requestObject'],
  ...['responseObject', 'username', 'groups', 'resource', 'items', 'rows'],
  // Levels.
  ...['None', 'Metadata', 'Request', 'RequestResponse'],
  // What holds secrets or tokens: kinds, and resources.
  ...['Secret', 'SecretList', 'ConfigMap', 'ConfigMapList', 'Table'],
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

/** The numbers of all of them. Throws for one that is no word here. */
export function numbersOf(some: Iterable<string>): ReadonlySet<number> {
  return new Set(Array.from(some, (each) => numbers.get(each) ?? failOn(each)))
}

function failOn(text: string): never {
  throw new Error(`${text} is missing in json/words.ts`)
}

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
