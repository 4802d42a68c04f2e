/**
 * Random UUIDs of version 4 (RFC 9562). Random bytes are fetched for many of them at once: asking for sixteen costs as much as
 * asking for some thousand.
 *
 *     xxxxxxxx-xxxx-4xxx-Nxxx-xxxxxxxxxxxx     N is 8, 9, a or b
 */
import { randomFillSync } from 'node:crypto'
import type { Memory } from '../wire/memory.ts'
import { hexDigit } from './json-string.ts'

/** Bytes that `uuid` writes. */
export const uuidBytes = 36

export interface Uuids {
  /** Writes a new one at `o`; returns the position behind it. */
  uuid(o: number): number
}

const poolBytes = 16 * 256

export function createUuids({ bytes }: Memory): Uuids {
  const pool = new Uint8Array(poolBytes)
  let at = poolBytes
  return {
    uuid(o) {
      if (at === poolBytes) {
        randomFillSync(pool)
        at = 0
      }
      for (let i = 0; i < 16; i++) {
        if (i === 4 || i === 6 || i === 8 || i === 10) bytes[o++] = 0x2d
        let byte = pool[at++]!
        if (i === 6) byte = 0x40 | (byte & 0x0f)
        else if (i === 8) byte = 0x80 | (byte & 0x3f)
        bytes[o++] = hexDigit(byte >>> 4)
        bytes[o++] = hexDigit(byte & 15)
      }
      return o
    },
  }
}
