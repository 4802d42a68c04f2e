/** The name that a TLS client asked for. It comes as the client sent it, and Envoy cleans it when it prints it. */
import type { Memory } from '../wire/memory.ts'
import type { Copy } from './copy.ts'

export interface ServerNames {
  /**
   * Writes the name `[at, end)` to `o`. When a byte is no letter, digit, dot, hyphen or underscore, each such byte is `_`, and
   * `invalid:` stands before the name. At most 8 bytes longer than the name.
   */
  serverName(o: number, at: number, end: number): number
}

/** 1 for the bytes of a host name. */
const isHostByte = new Uint8Array(256)
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_')
  isHostByte[char.charCodeAt(0)] = 1

const invalid = Buffer.from('invalid:')

export function createServerNames({ bytes }: Memory, { copy }: Copy): ServerNames {
  return {
    serverName(o, at, end) {
      let i = at
      while (i < end && isHostByte[bytes[i]!] === 1) i++
      if (i === end) return copy(o, at, end)
      bytes.set(invalid, o)
      o += invalid.length
      for (; at < end; at++) {
        const byte = bytes[at]!
        bytes[o++] = isHostByte[byte] === 1 ? byte : 0x5f
      }
      return o
    },
  }
}
