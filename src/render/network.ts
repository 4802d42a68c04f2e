/**
 * Networks in CIDR form, `10.1.0.0/16` or `2001:db8::/64`: an address cut to a prefix. For those who log networks in place of
 * clients; not made for speed.
 */

/**
 * Writes the network of `[at, end)` cut to `prefixLength` bits (at most the width of the address) at `o`. Returns the position
 * behind it, or -1 when the text is no IP address.
 */
export function writeNetwork(bytes: Uint8Array, o: number, at: number, end: number, prefixLength: number): number {
  const text = String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 64)))
  const v4 = parseV4(text)
  const groups = v4 ?? parseV6(text)
  if (!groups) return -1
  const width = v4 ? 8 : 16
  const length = Math.min(prefixLength, groups.length * width)
  const cut = groups.map((group, i) => {
    const keep = Math.max(0, Math.min(width, length - i * width))
    return group & (((1 << width) - 1) ^ ((1 << (width - keep)) - 1))
  })
  const network = `${v4 ? cut.join('.') : formatV6(cut)}/${length}`
  for (let i = 0; i < network.length; i++) bytes[o + i] = network.charCodeAt(i)
  return o + network.length
}

function parseV4(text: string): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  const octets = match?.slice(1).map(Number)
  return octets?.every((octet) => octet < 256) ? octets : null
}

function parseV6(text: string): number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = halves.map(parseGroups)
  if (!head || tail === null) return null
  if (tail === undefined) return head.length === 8 ? head : null
  const zeros = 8 - head.length - tail.length
  return zeros < 1 ? null : [...head, ...new Array<number>(zeros).fill(0), ...tail]
}

/** Groups of 16 bits; the last may be an IPv4 address and counts as two. */
function parseGroups(text: string): number[] | null {
  if (text === '') return []
  const words = text.split(':')
  const v4 = parseV4(words.at(-1)!)
  const groups = (v4 ? words.slice(0, -1) : words).map((word) =>
    /^[0-9a-fA-F]{1,4}$/.test(word) ? Number.parseInt(word, 16) : Number.NaN,
  )
  if (v4) groups.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!)
  return groups.some(Number.isNaN) ? null : groups
}

/** As inet_ntop prints: the longest run of two or more zero groups as `::`, mapped and compatible IPv4 with dots. */
function formatV6(groups: readonly number[]): string {
  const run = longestZeroRun(groups)
  const dotted = () => [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.')
  if (run.at === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xffff))) {
    return `::${run.length === 5 ? 'ffff:' : ''}${dotted()}`
  }
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  if (run.length < 2) return hex(0, 8)
  return `${hex(0, run.at)}::${hex(run.at + run.length, 8)}`
}

function longestZeroRun(groups: readonly number[]): { at: number; length: number } {
  let best = { at: -1, length: 0 }
  for (let i = 0; i < groups.length; i++) {
    let length = 0
    while (i + length < groups.length && groups[i + length] === 0) length++
    if (length > best.length) best = { at: i, length }
    i += length
  }
  return best
}
