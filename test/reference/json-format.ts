/** JSON formats (operators.md C.5) and Kuma's lists of pairs (D.4): walked once, rendered for each entry; with what `omit_empty_values` leaves out. */
import { type Bytes, bytesOf, compareBytes } from './bytes.ts'
import { type Json, printDouble, quote } from './json.ts'
import type { Value } from './value.ts'

/** A format string: literals, and whatever stands for an operator. */
export type Template<Operator> = readonly ({ readonly literal: Bytes } | Operator)[]

/** What renders one entry: an operator's value, and the text of a whole template. */
export interface Renderer<Operator> {
  readonly omitEmptyValues: boolean
  /** `string`: what is a number or a boolean by itself is in quotes. */
  readonly jsonTypes: 'typed' | 'string'
  readonly value: (operator: Operator) => Value
  readonly text: (template: Template<Operator>) => Bytes
}

export type JsonFormat<Operator> =
  | { readonly constant: Bytes }
  | { readonly template: Template<Operator> }
  | { readonly list: readonly JsonFormat<Operator>[] }
  | { readonly object: readonly (readonly [Bytes, JsonFormat<Operator>])[] }

/** `parse` reads a string that holds a `%`; keys are never parsed. */
export function compileJson<Operator>(json: Json, parse: (text: Bytes) => Template<Operator>): JsonFormat<Operator> {
  if (json === null || typeof json === 'boolean') return { constant: String(json) }
  if (typeof json === 'number') return { constant: printDouble(json, false) }
  if ('string' in json) return { template: json.string.includes('%') ? parse(json.string) : [{ literal: json.string }] }
  if ('list' in json) return { list: json.list.map((each) => compileJson(each, parse)) }
  const members = [...json.object].sort(([a], [b]) => compareBytes(a, b))
  return { object: members.map(([key, each]) => [key, compileJson(each, parse)]) }
}

export interface Pairs {
  readonly pairs: readonly { readonly key: string; readonly value: string }[]
  readonly sortKeys?: boolean
}

/** A repeated key has its first place and its last value. */
export function compilePairs<Operator>(
  { pairs, sortKeys = false }: Pairs,
  parse: (text: Bytes) => Template<Operator>,
): JsonFormat<Operator> {
  const members = new Map(
    pairs.map(({ key, value }) => [bytesOf(key), compileJson({ string: bytesOf(value) }, parse)] as const),
  )
  return { object: sortKeys ? [...members].sort(([a], [b]) => compareBytes(a, b)) : [...members] }
}

/** The root is always printed, and one newline ends it. */
export function renderJson<Operator extends object>(root: JsonFormat<Operator>, renderer: Renderer<Operator>): Bytes {
  return `${renderMember(root, renderer) ?? '{}'}\n`
}

/** Null: left out. */
function renderMember<Operator extends object>(
  format: JsonFormat<Operator>,
  renderer: Renderer<Operator>,
): Bytes | null {
  const { omitEmptyValues } = renderer
  if ('constant' in format) return omitEmptyValues && format.constant === 'null' ? null : format.constant
  if ('template' in format) return renderString(format.template, renderer)
  if ('list' in format) {
    const items = format.list.map((each) => renderMember(each, renderer)).filter((each) => each !== null)
    return `[${items.join(',')}]`
  }
  const members = format.object.flatMap(([key, each]) => {
    const member = renderMember(each, renderer)
    return member === null ? [] : [`${quote(key)}:${member}`]
  })
  return omitEmptyValues && members.length === 0 ? null : `{${members.join(',')}}`
}

/** One operator and nothing else keeps its type; all else is a string, of which each piece is escaped by itself, as Envoy 1.40 does. */
function renderString<Operator extends object>(
  template: Template<Operator>,
  renderer: Renderer<Operator>,
): Bytes | null {
  const [only] = template
  if (template.length !== 1 || only === undefined || 'literal' in only) {
    return `"${template.map((piece) => quote(renderer.text([piece])).slice(1, -1)).join('')}"`
  }
  const { typed, isChosen } = renderer.value(only)
  if (typed === null) return renderer.omitEmptyValues ? null : 'null'
  if ('string' in typed) return quote(typed.string)
  const isScalar = !/^["[{]|^null$/.test(typed.json)
  if (isScalar && renderer.jsonTypes === 'string') return `"${typed.json}"`
  // In a choice between operators Envoy holds whole numbers as doubles.
  return isChosen && /^-?\d+$/.test(typed.json) ? printDouble(Number(typed.json), false) : typed.json
}
