/**
 * Damage as it happens to bytes: flipped bits, cuts, pieces that are repeated, lost, overwritten or taken from elsewhere. Everything
 * follows from a seed, so what broke something once can be sent again.
 */

/** Whole numbers from 0 up to, not including, `below`. */
export type Random = (below: number) => number

/** Bob Jenkins' small fast generator, 32 bits of state a word; the same numbers for the same seed everywhere. */
export function createRandom(seed: number): Random {
  let [a, b, c, d] = [0xf1ea5eed, seed >>> 0, seed >>> 0, seed >>> 0]
  const next = () => {
    const e = (a - ((b << 27) | (b >>> 5))) >>> 0
    a = (b ^ ((c << 17) | (c >>> 15))) >>> 0
    b = (c + d) >>> 0
    c = (d + e) >>> 0
    d = (e + a) >>> 0
    return d
  }
  for (let i = 0; i < 20; i++) next()
  return (below) => Math.floor((next() / 2 ** 32) * below)
}

type Damager = (bytes: Buffer, random: Random, other: Buffer) => Buffer

const damagers: readonly Damager[] = [
  flipBits,
  flipBits,
  cutEnd,
  cutEnd,
  splice,
  repeatPiece,
  losePiece,
  overwritePiece,
]

/** A copy of `bytes` with one to three kinds of damage. `other` lends pieces. */
export function damaged(bytes: Uint8Array, other: Uint8Array, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes)
  for (let i = 1 + random(3); i > 0; i--)
    result = damagers[random(damagers.length)]!(result, random, Buffer.from(other))
  return result
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes
  for (let i = 1 + random(4); i > 0; i--) bytes[random(bytes.length)]! ^= 1 << random(8)
  return bytes
}

function cutEnd(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random(bytes.length + 1))
}

/** The beginning of one and the end of another. */
function splice(bytes: Buffer, random: Random, other: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, random(bytes.length + 1)), other.subarray(random(other.length + 1))])
}

function repeatPiece(bytes: Buffer, random: Random): Buffer {
  const [from, to] = piece(bytes, random)
  const times = Array.from({ length: 1 + random(3) }, () => bytes.subarray(from, to))
  return Buffer.concat([bytes.subarray(0, to), ...times, bytes.subarray(to)])
}

function losePiece(bytes: Buffer, random: Random): Buffer {
  const [from, to] = piece(bytes, random)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
}

/** All ones make over-long varints and huge lengths, zeros make empty fields, noise anything. */
function overwritePiece(bytes: Buffer, random: Random): Buffer {
  const [from, to] = piece(bytes, random)
  const kind = random(3)
  for (let at = from; at < Math.min(to, from + 32); at++) bytes[at] = kind === 0 ? 0xff : kind === 1 ? 0 : random(256)
  return bytes
}

function piece(bytes: Buffer, random: Random): [from: number, to: number] {
  const ends = [random(bytes.length + 1), random(bytes.length + 1)]
  return [Math.min(...ends), Math.max(...ends)]
}
