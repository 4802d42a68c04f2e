/**
 * Addresses as Envoy prints them: `10.0.0.2:443`, `[2001:db8::1]:443`, a pipe's path, `envoy://listener/endpoint`. The address text
 * comes from the wire as it is; Envoy sends the canonical form.
 */
import type { Memory } from '../wire/memory.ts'
import type { Copy } from './copy.ts'
import { writeUint } from './decimal.ts'
import type { JsonStrings } from './json-string.ts'
import { writeNetwork } from './network.ts'
import type { TextSafety } from './text-safety.ts'
import { readUint32 } from './varint-value.ts'

/** Which member of `Address.address` is set, by field number. */
export interface AddressCases {
  readonly socket: number
  readonly pipe: number
  readonly internal: number
}

/**
 * Offsets of the slots of one address from its first one, the same for all addresses of a program. `member` holds a field number
 * of `AddressCases`; spans take two slots.
 */
export interface AddressSlots {
  readonly member: number
  readonly host: number
  readonly port: number
  readonly namedPort: number
  readonly pipe: number
  readonly listener: number
  readonly endpoint: number
}

/** All write the address whose slots begin at `base` at position `o` and return the position behind it; it must be present. */
export interface AddressWriters {
  full(o: number, base: number): number
  host(o: number, base: number): number
  /** `host`, with brackets around IPv6. */
  bracketed(o: number, base: number): number
  /** The endpoint of an Envoy-internal address; nothing for any other. */
  endpoint(o: number, base: number): number
  /** The port of a socket address, or its name; nothing for any other address. */
  port(o: number, base: number): number
  /** The port of a socket address as a JSON number, or its name as a JSON string of at most `max` bytes. */
  portJson(o: number, base: number, max: number, wholeCharacters: boolean): number
  /** The network of `prefixLength` bits; the host itself when it is no IP address. */
  network(o: number, base: number, prefixLength: number): number
}

export interface AddressOptions {
  readonly memory: Memory
  readonly copy: Copy
  readonly strings: JsonStrings
  readonly safety: TextSafety
  readonly slots: Int32Array
  readonly offsets: AddressSlots
  readonly cases: AddressCases
}

export function createAddressWriters(options: AddressOptions): AddressWriters {
  const { memory, copy, strings, safety, slots, offsets, cases } = options
  const { bytes } = memory
  const span = (o: number, slot: number) => copy.copy(o, slots[slot]!, slots[slot + 1]!)
  const isSet = (slot: number) => slots[slot]! !== 0

  const host = (o: number, base: number): number => {
    switch (slots[base + offsets.member]) {
      case cases.socket:
        return span(o, base + offsets.host)
      case cases.pipe:
        return span(o, base + offsets.pipe)
      default: {
        for (const char of 'envoy://') bytes[o++] = char.charCodeAt(0)
        o = span(o, base + offsets.listener)
        bytes[o++] = 0x2f
        return span(o, base + offsets.endpoint)
      }
    }
  }
  const port = (o: number, base: number): number => {
    if (slots[base + offsets.member] !== cases.socket) return o
    if (isSet(base + offsets.namedPort)) return span(o, base + offsets.namedPort)
    return writeUint(bytes, o, readUint32(bytes, slots[base + offsets.port]!))
  }

  const bracketed = (o: number, base: number): number => {
    if (slots[base + offsets.member] !== cases.socket) return host(o, base)
    const at = slots[base + offsets.host]!
    const end = slots[base + offsets.host + 1]!
    // Only IPv6 has a colon in its first five bytes at the latest.
    let isV6 = false
    for (let i = at; i < end && i < at + 5; i++) if (bytes[i] === 0x3a) isV6 = true
    if (isV6) bytes[o++] = 0x5b
    o = copy.copy(o, at, end)
    if (isV6) bytes[o++] = 0x5d
    return o
  }

  return {
    host,
    port,
    bracketed,
    portJson(o, base, max, wholeCharacters) {
      if (!isSet(base + offsets.namedPort)) return port(o, base)
      const at = slots[base + offsets.namedPort]!
      const end = slots[base + offsets.namedPort + 1]!
      const cutEnd = Math.min(end, at + max)
      return strings.jsonString(o, at, wholeCharacters ? safety.wholeEnd(at, end, cutEnd) : cutEnd)
    },
    endpoint(o, base) {
      return slots[base + offsets.member] === cases.internal ? span(o, base + offsets.endpoint) : o
    },
    full(o, base) {
      if (slots[base + offsets.member] !== cases.socket) return host(o, base)
      o = bracketed(o, base)
      bytes[o++] = 0x3a
      return port(o, base)
    },
    network(o, base, prefixLength) {
      if (slots[base + offsets.member] !== cases.socket) return o
      const at = slots[base + offsets.host]!
      const end = slots[base + offsets.host + 1]!
      const next = writeNetwork(bytes, o, at, end, prefixLength)
      return next >= 0 ? next : copy.copy(o, at, end)
    },
  }
}
