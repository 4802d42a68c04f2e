/** Addresses cut to a network (operators.md B.8), printed as inet_ntop prints them. */
import { isIPv4, isIPv6 } from 'node:net'
import type { Bytes } from './bytes.ts'

/** A decimal integer of 32 bits, surrounding white space and a sign allowed; undefined for anything else. */
export function parseMask(argument: Bytes): number | undefined {
  const [, digits] = /^[ \t\n\v\f\r]*([+-]?[0-9]+)[ \t\n\v\f\r]*$/.exec(argument) ?? []
  if (digits === undefined) return undefined
  const mask = BigInt(digits)
  return mask < -(2n ** 31n) || mask >= 2n ** 31n ? undefined : Number(mask)
}

/** "" for a negative mask, and for what is no IP. A mask beyond the family's width is its width. */
export function maskAddress(ip: Bytes, mask: number): Bytes {
  if (mask < 0) return ''
  if (isIPv4(ip)) {
    const bits = Math.min(mask, 32)
    return `${printIPv4(keep(parseIPv4(ip), 32, bits))}/${bits}`
  }
  if (!isIPv6(ip)) return ''
  const bits = Math.min(mask, 128)
  return `${printIPv6(keep(parseIPv6(ip), 128, bits))}/${bits}`
}

/** The first `bits` of a number that is `width` bits wide. */
function keep(number: bigint, width: number, bits: number): bigint {
  const rest = BigInt(width - bits)
  return (number >> rest) << rest
}

function parseIPv4(ip: string): bigint {
  return ip.split('.').reduce((number, octet) => number * 256n + BigInt(octet), 0n)
}

function printIPv4(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.')
}

function parseIPv6(ip: string): bigint {
  const plain = ip.replace(/[0-9]+\.[0-9.]+$/, (tail) => {
    const number = parseIPv4(tail)
    return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(8 - front.length - back.length).fill('0')
  return [...front, ...zeros, ...back].reduce((number, group) => number * 65536n + BigInt(`0x${group}`), 0n)
}

/** The longest run of two or more zero groups becomes `::`, the first of equal ones; an IPv4 address inside is shown as one. */
function printIPv6(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((number >> BigInt(112 - 16 * i)) & 0xffffn))
  const run = longestZeros(groups)
  const holdsIPv4 = run.start === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xffff))
  if (holdsIPv4) return `::${run.length === 5 ? 'ffff:' : ''}${printIPv4(number & 0xffff_ffffn)}`
  const hex = groups.map((group) => group.toString(16))
  if (run.length < 2) return hex.join(':')
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
  }
  return best
}
