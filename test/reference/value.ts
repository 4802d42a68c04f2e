/**
 * What an operator makes of an entry, in its two forms (operators.md B.0): the text of text formats and mixed JSON strings, and the
 * typed value that stands alone in a JSON format. Either may be absent by itself: the port of a pipe has a text, "", but no number.
 */

import { type Bytes, cut } from './bytes.ts'
import type { Message } from './message.ts'

/** A typed value is a string, yet to be quoted, or finished JSON. */
export type Typed = { readonly string: Bytes } | { readonly json: Bytes }

export interface Value {
  /** Null: class A, printed as `-` or left out. */
  readonly text: Bytes | null
  /** Null: JSON's null, or left out. */
  readonly typed: Typed | null
  /** It comes from a choice between operators. */
  readonly isChosen?: boolean
}

export const absent: Value = { text: null, typed: null }

export function stringValue(bytes: Bytes): Value {
  return { text: bytes, typed: { string: bytes } }
}

/** A string that cannot be told from an absent one when it is empty (B.4). */
export function stringOrAbsent(bytes: Bytes): Value {
  return bytes === '' ? absent : stringValue(bytes)
}

/** Numbers of operators are integers and print plainly (C.5). */
export function numberValue(number: number | bigint): Value {
  return { text: String(number), typed: { json: String(number) } }
}

/** `:Z` cuts every text; of typed values only strings (B.10, C.4). */
export function cutValue({ text, typed, ...rest }: Value, length: number, wholeCharacters: boolean): Value {
  return {
    ...rest,
    text: text === null ? null : cut(text, length, wholeCharacters),
    typed: typed !== null && 'string' in typed ? { string: cut(typed.string, length, wholeCharacters) } : typed,
  }
}

export type Kind = 'http' | 'tcp'

/** A decoded entry. The parts that a kind does not have are empty messages. */
export interface Entry {
  readonly kind: Kind
  readonly common: Message
  readonly request: Message
  readonly response: Message
  readonly connection: Message
  /** 0 for TCP, and for HTTP entries that a tcp_proxy wrote (D.6). */
  readonly protocolVersion: number
  readonly protocolName: string | undefined
}

export interface KumaValues {
  readonly mesh?: string
  readonly zone?: string
  readonly workload?: string
  /** A bare IP. */
  readonly sourceAddress?: string
  readonly sourceService?: string
  readonly destinationService?: string
  readonly trafficDirection?: string
}

/** All that a line depends on beside format and entry. */
export interface Settings {
  readonly omitEmptyValues: boolean
  /** An IANA name. */
  readonly timeZone: string
  readonly kumaValues: KumaValues
  readonly receivedAtMs: number
  readonly escapeControl: boolean
  readonly wholeCharacters: boolean
  readonly finiteNumbers: boolean
  /** The loggers list content-type: a request without one had none (B.7). */
  readonly contentTypeListed: boolean
}

export type Evaluate = (entry: Entry, settings: Settings) => Value

export type TagType = 'string' | 'number' | 'json'

export interface StructTag {
  readonly name: Bytes
  readonly path: readonly Bytes[]
}

/** One operator of the reference (B.0). */
export interface Row {
  readonly argument: 'none' | 'optional' | 'required'
  /** `:Z` is allowed. */
  readonly length?: true
  /** Not exact over ALS, so a custom tag is looked for; its text is typed so. */
  readonly tag?: TagType | ((argument: Bytes) => TagType | undefined)
  /** The tag without a length comes first: its value is yet to be cut. */
  readonly taggedWhole?: (argument: Bytes) => boolean
  /** A second tag, which comes first: it holds a Struct as JSON, in which the path is followed. */
  readonly structTag?: (command: Bytes, argument: Bytes) => StructTag | undefined
  /** A plain Envoy does not know it. */
  readonly ours?: true
  /** `argument` is "" when there is none. Throws what is wrong with it. */
  readonly make: (argument: Bytes, context: Context) => Evaluate
}

/** What COALESCE needs of the catalogue it stands in. */
export interface Context {
  readonly member: (command: Bytes, argument: Bytes | undefined, length: number | undefined) => Evaluate
}

export type Rows = Readonly<Record<string, Row>>
