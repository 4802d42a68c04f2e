/**
 * An entry as a person looks at it: fields by their paths, maps by their keys, as they stand on the wire. Slow and plain, for
 * `explain-entry.ts`; the generated scan has its own way. What lies behind damage counts as not there.
 */
import type { ByteString } from '../format/byte-string.ts'
import { FieldReader } from '../render/field-reader.ts'
import { type FieldInfo, type MessageInfo, resolveFieldPath } from '../schema/field-path.ts'
import { VarintReader } from '../wire/varint.ts'

/** `[at, end)` in the bytes that the message lies in. */
export interface Span {
  readonly at: number
  readonly end: number
}

/** A message, in as many pieces as it came: protobuf merges them. The bytes are borrowed. */
export class WireMessage {
  readonly info: MessageInfo
  readonly #bytes: Uint8Array
  readonly #pieces: readonly Span[]

  constructor(info: MessageInfo, bytes: Uint8Array, pieces: readonly Span[]) {
    this.info = info
    this.#bytes = bytes
    this.#pieces = pieces
  }

  /** Whether this kind of message has the first field of the path, set or not. */
  knows(path: string): boolean {
    return this.info.fields.some(({ name }) => name === path.split('.')[0])
  }

  /** The message at a dotted path; null when it is not there. */
  message(path: string): WireMessage | null {
    const dot = path.indexOf('.')
    if (dot >= 0) return this.message(path.slice(0, dot))?.message(path.slice(dot + 1)) ?? null
    const pieces = this.#occurrences(path)
    return pieces.length > 0 ? new WireMessage(this.info.field(path).message!, this.#bytes, pieces) : null
  }

  /** The elements of a repeated message. */
  elements(path: string): WireMessage[] {
    const { owner, name } = this.#owner(path)
    if (!owner) return []
    return owner.#occurrences(name).map((span) => new WireMessage(owner.info.field(name).message!, this.#bytes, [span]))
  }

  /** A string or bytes field; null when it is not there. */
  text(path: string): ByteString | null {
    const last = this.#last(path)
    return last && this.#textOf(last)
  }

  /** A varint field of up to 64 bits, as unsigned; null when it is not there. */
  number(path: string): bigint | null {
    const last = this.#last(path)
    return last && this.#numberAt(last)
  }

  /** Which member of the oneof is set. */
  member(oneof: string): FieldInfo | null {
    const members = this.info.fields.filter((field) => field.oneof === oneof)
    return members.find(({ name }) => this.#occurrences(name).length > 0) ?? null
  }

  /** A map from strings to strings. Of a repeated key the last value counts. */
  strings(path: string): Map<ByteString, ByteString> {
    return new Map([...this.#map(path)].map(([key, span]) => [key, this.#textOf(span)]))
  }

  /** A map from strings to messages. */
  messages(path: string): Map<ByteString, WireMessage> {
    const value = resolveFieldPath(this.info, path).at(-1)!.map!.value.message!
    return new Map([...this.#map(path)].map(([key, span]) => [key, new WireMessage(value, this.#bytes, [span])]))
  }

  #owner(path: string): { owner: WireMessage | null; name: string } {
    const dot = path.lastIndexOf('.')
    return { owner: dot < 0 ? this : this.message(path.slice(0, dot)), name: path.slice(dot + 1) }
  }

  #last(path: string): Span | null {
    const { owner, name } = this.#owner(path)
    return owner ? (owner.#occurrences(name).at(-1) ?? null) : null
  }

  /** Payloads of one field. A later member of its oneof takes the earlier ones away. */
  #occurrences(name: string): Span[] {
    const field = this.info.field(name)
    const rivals = field.oneof === null ? [] : this.info.fields.filter(({ oneof }) => oneof === field.oneof)
    let found: Span[] = []
    for (const { tag, at, end } of this.#fields()) {
      if (tag === field.tag) found.push({ at, end })
      else if (rivals.some((rival) => rival.tag === tag)) found = []
    }
    return found
  }

  #map(path: string): Map<ByteString, Span> {
    const { owner, name } = this.#owner(path)
    const { key, value } = resolveFieldPath(this.info, path).at(-1)!.map!
    const found = new Map<ByteString, Span>()
    for (const pair of owner ? owner.#occurrences(name) : []) {
      let keyText = ''
      let valueSpan: Span = { at: pair.end, end: pair.end }
      for (const { tag, at, end } of this.#fields([pair])) {
        if (tag === key.tag) keyText = this.#textOf({ at, end })
        else if (tag === value.tag) valueSpan = { at, end }
      }
      found.set(keyText, valueSpan)
    }
    return found
  }

  *#fields(pieces = this.#pieces): Generator<Span & { readonly tag: number }> {
    const field = new FieldReader()
    for (const { at: start, end } of pieces) {
      for (let at = start; at < end && field.read(this.#bytes, at, end); at = field.end) {
        yield { tag: field.tag, at: field.at, end: field.end }
      }
    }
  }

  #textOf({ at, end }: Span): ByteString {
    return Buffer.from(this.#bytes.subarray(at, end)).toString('latin1')
  }

  #numberAt({ at, end }: Span): bigint {
    const varint = new VarintReader()
    varint.read(this.#bytes, at, end)
    return (BigInt(varint.high >>> 0) << 32n) | BigInt(varint.low >>> 0)
  }
}
