/**
 * The same message in other bytes: fields shuffled, sub-messages split in two, unknown fields strewn in, varints padded. What a
 * protobuf reader must take for the same.
 */
import type { FieldInfo, MessageInfo } from '../../src/schema/field-path.ts'
import { VarintReader } from '../../src/wire/varint.ts'

/** Answers whole numbers in 0..below-1. */
export type Random = (below: number) => number

interface RawField {
  readonly tag: number
  readonly payload: Uint8Array
  readonly varint: bigint | null
}

export function reencode(bytes: Uint8Array, message: MessageInfo, random: Random): Uint8Array {
  const fields = readFields(bytes).flatMap((field): RawField[] => {
    const info = fieldOf(message, field.tag)
    if (info?.kind !== 'message') return [field]
    const halves = info.repeated || random(3) > 0 ? [field.payload] : split(field.payload, random)
    return halves.map((half) => ({ ...field, payload: reencode(half, info.message!, random) }))
  })
  const written = shuffle(fields, message, random).flatMap((field) => [
    ...strewn(message, random),
    writeField(field, random),
  ])
  return Buffer.concat([...written, ...strewn(message, random)])
}

const fieldsByTag = new WeakMap<MessageInfo, ReadonlyMap<number, FieldInfo>>()

function fieldOf(message: MessageInfo, tag: number): FieldInfo | undefined {
  const known = fieldsByTag.get(message) ?? new Map(message.fields.map((field) => [field.tag, field]))
  fieldsByTag.set(message, known)
  return known.get(tag)
}

/** Two occurrences of a message merge into one. */
function split(payload: Uint8Array, random: Random): Uint8Array[] {
  const fields = readFields(payload).map((field) => writeField(field, random))
  const cut = random(fields.length + 1)
  return [Buffer.concat(fields.slice(0, cut)), Buffer.concat(fields.slice(cut))]
}

/** Fields of one number, and members of one oneof, keep their order among themselves: it means something. */
function shuffle(fields: readonly RawField[], message: MessageInfo, random: Random): RawField[] {
  const queues = new Map<string, RawField[]>()
  for (const field of fields) {
    const info = fieldOf(message, field.tag)
    const key = info?.oneof ?? String(field.tag)
    const queue = queues.get(key)
    if (queue) queue.push(field)
    else queues.set(key, [field])
  }
  const left = [...queues.values()]
  const shuffled: RawField[] = []
  while (left.length > 0) {
    const queue = left[random(left.length)]!
    shuffled.push(queue.shift()!)
    if (queue.length === 0) left.splice(left.indexOf(queue), 1)
  }
  return shuffled
}

/** Now and then a field that no message here has: of every wire type, groups too. */
function strewn(message: MessageInfo, random: Random): Uint8Array[] {
  if (random(4) > 0) return []
  const number = 1000 + random(5000)
  if (message.fields.some((field) => field.number === number)) return []
  const tag = (wireType: number) => padVarint([], number * 8 + wireType, 0)
  switch (random(5)) {
    case 0:
      return [Buffer.concat([tag(0), writeVarint(BigInt(random(1 << 30)) ** 2n, 0)])]
    case 1:
      return [Buffer.concat([tag(1), Buffer.alloc(8, random(256))])]
    case 2: {
      const length = random(300)
      return [Buffer.concat([tag(2), padVarint([], length, random(3)), Buffer.alloc(length, random(256))])]
    }
    case 3:
      return [Buffer.concat([tag(3), tag(0), padVarint([], 7, 1), tag(2), Buffer.from([1, 0xff]), tag(4)])]
    default:
      return [Buffer.concat([tag(5), Buffer.alloc(4, random(256))])]
  }
}

function writeField({ tag, payload, varint }: RawField, random: Random): Uint8Array {
  const padding = () => (random(4) === 0 ? random(3) : 0)
  const start = padVarint([], tag, padding())
  if (varint !== null) return Buffer.concat([start, writeVarint(varint, padding())])
  if ((tag & 7) === 2) return Buffer.concat([start, padVarint([], payload.length, padding()), payload])
  return Buffer.concat([start, payload])
}

/** `padding`: bytes more than needed, as far as ten bytes allow. */
export function writeVarint(value: bigint | number, padding: number): Uint8Array {
  const digits: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fff_ffffn; rest >>= 7n) digits.push(Number(rest & 0x7fn))
  return padVarint(digits, Number(rest), padding)
}

/** Most numbers are small, and quicker without BigInt. `digits` of seven bits stand before those of `small`. */
function padVarint(digits: number[], small: number, padding: number): Uint8Array {
  do {
    digits.push(small & 0x7f)
    small >>>= 7
  } while (small > 0)
  for (let i = 0; i < padding && digits.length < 10; i++) digits.push(0)
  const bytes = new Uint8Array(digits.length)
  for (let i = 0; i < digits.length; i++) bytes[i] = digits[i]! | (i < digits.length - 1 ? 0x80 : 0)
  return bytes
}

export function readFields(bytes: Uint8Array): RawField[] {
  const reader = new VarintReader()
  const fields: RawField[] = []
  let at = 0
  while (at < bytes.length) {
    if (!reader.read(bytes, at, bytes.length)) throw new Error('a test gave damaged bytes')
    const tag = reader.value
    at = reader.at
    if ((tag & 7) === 0) {
      reader.read(bytes, at, bytes.length)
      const value = (BigInt(reader.high >>> 0) << 32n) | BigInt(reader.low >>> 0)
      fields.push({ tag, payload: new Uint8Array(), varint: value })
      at = reader.at
    } else {
      let length = (tag & 7) === 1 ? 8 : 4
      if ((tag & 7) === 2) {
        reader.read(bytes, at, bytes.length)
        length = reader.value
        at = reader.at
      }
      fields.push({ tag, payload: bytes.slice(at, at + length), varint: null })
      at += length
    }
  }
  return fields
}
