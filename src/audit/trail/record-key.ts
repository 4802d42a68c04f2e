/**
 * What records are told apart by: 128 bits of all their bytes, by a key that nobody else knows (`json/hash-keys.ts`). What is kept for longer than a
 * process is told apart by SHA-256 (`seal/`).
 */
import { hash, randomBytes } from 'node:crypto'
import { hashKeyBytes, recordHashKey } from '../json/hash-keys.ts'
import { pageBytes, startProgram } from '../json/program.ts'

/** Numbers of 32 bits in a key. */
export const keyWords = 4

/** Two secrets and the answer, then the text, and a few bytes that may be read behind it. */
const [plainAt, placedAt, answerAt, textAt] = [0, hashKeyBytes, 2 * hashKeyBytes, 4 * hashKeyBytes]
const pages = 1
const textBytesMax = pages * pageBytes - textAt - 8

/** So that no bytes can be taken for a hash and a place. */
const placedKey = randomBytes(hashKeyBytes)

interface Exports {
  /** `json/assembly/keyed-hash.ts`. */
  readonly keyedHash: (at: number, end: number, key: number, answer: number) => void
}

export class RecordKey {
  /** Of what was read last. */
  readonly words: Int32Array
  readonly #bytes: Uint8Array
  readonly #keyedHash: Exports['keyedHash']

  constructor() {
    const { memory, exports } = startProgram<Exports>(pages)
    this.#keyedHash = exports.keyedHash
    this.#bytes = new Uint8Array(memory.buffer)
    this.#bytes.set(recordHashKey, plainAt)
    this.#bytes.set(placedKey, placedAt)
    this.words = new Int32Array(memory.buffer, answerAt, keyWords)
  }

  /** `place`: the same bytes have the same key only there; empty: wherever they are. */
  read(bytes: Uint8Array, place: string): void {
    if (place === '' && bytes.length <= textBytesMax) this.#hash(bytes, plainAt)
    else this.#hash(hash('sha256', `${hash('sha256', bytes, 'hex')} ${place}`, 'buffer'), placedAt)
  }

  #hash(text: Uint8Array, key: number): void {
    this.#bytes.set(text, textAt)
    this.#keyedHash(textAt, textAt + text.length, key, answerAt)
  }
}
