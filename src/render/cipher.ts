/** Cipher suites by the names that Envoy prints, which are OpenSSL's. */
import type { Memory } from '../wire/memory.ts'
import type { Copy } from './copy.ts'
import { hexDigit } from './json-string.ts'
import { createRun, type Run } from './run.ts'

/** Longest output of `cipher`, in bytes. */
export const cipherBytesMax = 32

export interface Ciphers {
  /** Writes the name of an IANA id, or the id itself (`0xc0a0`) when it is not known; -1 for 0xffff, which is no cipher. */
  cipher(o: number, id: number): number
}

const noCipher = 0xffff

const names: readonly (readonly [id: number, name: string])[] = [
  [0x000a, 'DES-CBC3-SHA'],
  [0x002f, 'AES128-SHA'],
  [0x0035, 'AES256-SHA'],
  [0x003c, 'AES128-SHA256'],
  [0x003d, 'AES256-SHA256'],
  [0x009c, 'AES128-GCM-SHA256'],
  [0x009d, 'AES256-GCM-SHA384'],
  [0x1301, 'TLS_AES_128_GCM_SHA256'],
  [0x1302, 'TLS_AES_256_GCM_SHA384'],
  [0x1303, 'TLS_CHACHA20_POLY1305_SHA256'],
  [0xc009, 'ECDHE-ECDSA-AES128-SHA'],
  [0xc00a, 'ECDHE-ECDSA-AES256-SHA'],
  [0xc012, 'ECDHE-RSA-DES-CBC3-SHA'],
  [0xc013, 'ECDHE-RSA-AES128-SHA'],
  [0xc014, 'ECDHE-RSA-AES256-SHA'],
  [0xc023, 'ECDHE-ECDSA-AES128-SHA256'],
  [0xc024, 'ECDHE-ECDSA-AES256-SHA384'],
  [0xc027, 'ECDHE-RSA-AES128-SHA256'],
  [0xc028, 'ECDHE-RSA-AES256-SHA384'],
  [0xc02b, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  [0xc02c, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  [0xc02f, 'ECDHE-RSA-AES128-GCM-SHA256'],
  [0xc030, 'ECDHE-RSA-AES256-GCM-SHA384'],
  [0xcca8, 'ECDHE-RSA-CHACHA20-POLY1305'],
  [0xcca9, 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  [0xccaa, 'DHE-RSA-CHACHA20-POLY1305'],
]

const runs: ReadonlyMap<number, Run> = new Map(names.map(([id, name]) => [id, createRun(name)]))

export function createCiphers({ bytes }: Memory, { constant }: Copy): Ciphers {
  return {
    cipher(o, id) {
      const run = runs.get(id)
      if (run !== undefined) return constant(o, run)
      if (id === noCipher) return -1
      bytes[o++] = 0x30
      bytes[o++] = 0x78
      // Ids have 16 bits, but the field has 32.
      for (let shift = id > 0xffff ? 28 : 12; shift >= 0; shift -= 4) bytes[o++] = hexDigit((id >>> shift) & 15)
      return o
    },
  }
}
