/**
 * What a format is once it is parsed: plain data, before anybody asks where the values lie in an entry. All text is in byte
 * strings (`byte-string.ts`).
 */
import type { ByteString } from './byte-string.ts'
import type { OperatorCall } from './operator.ts'

export type { OperatorCall } from './operator.ts'

export type TextPart =
  | { readonly kind: 'literal'; readonly text: ByteString }
  | { readonly kind: 'operator'; readonly call: OperatorCall }

export type TextTemplate = readonly TextPart[]

export interface JsonMember {
  readonly key: ByteString
  readonly value: JsonTemplate
}

/** A JSON format. `members` stand in the order of output. */
export type JsonTemplate =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'list'; readonly items: readonly JsonTemplate[] }
  | { readonly kind: 'constant'; readonly value: number | boolean | null | ByteString }
  /** A string with operators. Exactly one part keeps the operator's type; several make a string. */
  | { readonly kind: 'text'; readonly parts: TextTemplate }

export type Template =
  | { readonly kind: 'text'; readonly parts: TextTemplate }
  | { readonly kind: 'json'; readonly root: JsonTemplate }
