/** Response flags: the names of the set bits, joined by commas. */

/** Position of the highest name first, then the others from bit 0 upwards; see `writeFlags`. */
export interface FlagNames {
  readonly names: readonly Uint8Array[]
  /** The most bytes that all names together need. */
  readonly bytesMax: number
}

export function createFlagNames(names: readonly string[]): FlagNames {
  const encoded = names.map((name) => Uint8Array.from(Buffer.from(name, 'latin1')))
  return { names: encoded, bytesMax: encoded.reduce((sum, name) => sum + name.length + 1, 0) }
}

/**
 * Writes the names of the bits in `mask` at `o`, in the order of the bits but `first` (a bit number, or -1) before all others.
 * Without a bit it is a dash: Envoy prints one even where absent values are left out.
 */
export function writeFlags(bytes: Uint8Array, o: number, { names }: FlagNames, mask: number, first: number): number {
  if (mask === 0) {
    bytes[o] = 0x2d
    return o + 1
  }
  if (first >= 0 && (mask & (1 << first)) !== 0) {
    o = writeName(bytes, o, names[first]!)
    mask &= ~(1 << first)
  }
  for (; mask !== 0; mask &= mask - 1) o = writeName(bytes, o, names[31 - Math.clz32(mask & -mask)]!)
  return o - 1
}

/** The name and a comma; the caller takes back the last one. */
function writeName(bytes: Uint8Array, o: number, name: Uint8Array): number {
  bytes.set(name, o)
  bytes[o + name.length] = 0x2c
  return o + name.length + 1
}
