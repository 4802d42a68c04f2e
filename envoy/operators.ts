/**
 * The operators of a format, cut out with one regular expression: enough to know which header names a logger must be told to
 * send, and which fields a predicted difference touches. The sink has a parser of its own; this one is deliberately another, so
 * that a fault there cannot hide here.
 */
import type { Format, JsonValue } from './formats.ts'

/** A field of a request, response or stream: `req:x-value`, `resp:server`, `trailer:x`, or the name of an operator. */
export type Field = string

export interface Operator {
  /** The fields it may print: one, or for `REQ(X?Y)` the two headers in order. */
  readonly fields: readonly Field[]
  /** `:Z`, in bytes. */
  readonly bytesMax: number | undefined
}

/** One string of a format: the text itself, or one value of a JSON format. */
export interface Leaf {
  /** The member's key; undefined in a text format and inside lists. */
  readonly key: string | undefined
  readonly operators: readonly Operator[]
  /** One operator and nothing else: JSON keeps its type. */
  readonly single: boolean
}

/** All strings of a format that hold operators. */
export function leavesOf({ format }: Format): Leaf[] {
  return 'text' in format ? [leaf(format.text, undefined)] : jsonLeaves(format.json, undefined)
}

/** The header names that formats read, lower-case and in order, by kind: what a gRPC logger must list to be exact. */
export function headersOf(formats: readonly Format[]): { req: string[]; resp: string[]; trailer: string[] } {
  const fields = new Set(
    formats
      .flatMap(leavesOf)
      .flatMap((each) => each.operators)
      .flatMap((each) => each.fields),
  )
  const named = (kind: string) =>
    [...fields].filter((f) => f.startsWith(`${kind}:`)).map((f) => f.slice(kind.length + 1))
  return { req: named('req'), resp: named('resp'), trailer: named('trailer') }
}

function jsonLeaves(value: JsonValue, key: string | undefined): Leaf[] {
  if (typeof value === 'string') return [leaf(value, key)].filter((each) => each.operators.length > 0)
  if (Array.isArray(value)) return value.flatMap((element: JsonValue) => jsonLeaves(element, undefined))
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([k, v]) => jsonLeaves(v, k))
  return []
}

const pattern = /%%|%([A-Z_0-9]+)(?:\(([^)]*)\))?(?::(\d+))?%/g
const headerKinds: Readonly<Record<string, string>> = {
  REQ: 'req',
  REQUEST_HEADER: 'req',
  RESP: 'resp',
  RESPONSE_HEADER: 'resp',
  TRAILER: 'trailer',
  RESPONSE_TRAILER: 'trailer',
}

function leaf(text: string, key: string | undefined): Leaf {
  const matches = [...text.matchAll(pattern)].filter((match) => match[1] !== undefined)
  const operators = matches.map(([, name, argument, bytesMax]): Operator => {
    const kind = headerKinds[name!]
    const fields = kind ? argument!.split('?').map((header) => `${kind}:${header.toLowerCase()}`) : [name!]
    return { fields, bytesMax: bytesMax === undefined ? undefined : Number(bytesMax) }
  })
  return { key, operators, single: matches.length === 1 && matches[0]![0] === text }
}
