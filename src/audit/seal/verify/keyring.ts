/**
 * Whose signatures count: those of the keys that the caller has named, or, without any, those of the key that the first file carries. The
 * latter shows that nobody without that key has changed anything, but not whose key it is.
 */
import type { KeyObject } from 'node:crypto'
import { isSignedBy, keyIdOf, publicKeyOf } from './parse-line.ts'

export type Judgement = 'good' | 'foreign_key' | 'bad_signature'

export class Keyring {
  readonly #keys = new Map<string, KeyObject>()
  readonly #trusted = new Set<string>()
  /** The caller has named keys. */
  readonly pinned: boolean

  constructor(trusted: readonly KeyObject[]) {
    for (const key of trusted) {
      this.#keys.set(keyIdOf(key), key)
      this.#trusted.add(keyIdOf(key))
    }
    this.pinned = trusted.length > 0
  }

  get trusted(): readonly string[] {
    return [...this.#trusted]
  }

  /** A key that a file carries. Answers whether what it signs counts. */
  meet({ key, publicKey }: { readonly key: string; readonly publicKey: string }): Judgement {
    const met = publicKeyOf(publicKey)
    if (met === undefined || keyIdOf(met) !== key) return 'bad_signature'
    this.#keys.set(key, met)
    if (this.#trusted.size === 0) this.#trusted.add(key)
    return this.#trusted.has(key) ? 'good' : 'foreign_key'
  }

  judge(tag: 'checkpoint' | 'manifestLine', line: { key: string; signed: string; signature: string }): Judgement {
    const key = this.#keys.get(line.key)
    if (key === undefined || !this.#trusted.has(line.key)) return 'foreign_key'
    return isSignedBy(key, tag, line) ? 'good' : 'bad_signature'
  }
}
