/**
 * Where Envoy's access log stream cannot carry what its file logger prints, and what the sink's line must be then. A difference is
 * declared with the request that causes it, before anything is sent; here a line of Envoy's file becomes the line that the sink
 * has to write, so that such a line is compared to the byte as well. A difference that cannot be placed without doubt throws.
 *
 * Values are byte strings: JavaScript strings in which each character stands for one byte ("latin1").
 */
import { isUtf8 } from 'node:buffer'
import type { Format } from './formats.ts'
import { type Field, type Leaf, leavesOf, type Operator } from './operators.ts'

/** The reasons there are; each is a property of the protocol. */
export type Reason =
  /** All values joined with a comma; the file logger prints the first. */
  | 'repeated-header'
  /** Each byte that is not valid UTF-8 arrives as `!`. */
  | 'invalid-utf-8'
  /** `upstream_cluster` is filled from the chosen host only. */
  | 'no-upstream-host'
  /** The flag has no field in `ResponseFlags`. */
  | 'flag-not-carried'

export interface Difference {
  readonly why: Reason
  readonly field: Field
  /** What Envoy's file logger prints; never absent. */
  readonly envoy: string
  /** What the stream carries; null: nothing. */
  readonly sink: string | null
}

/** Envoy answered in place of a host of this cluster, or found none in it. */
export function hostless(cluster: string): Difference {
  return { why: 'no-upstream-host', field: 'UPSTREAM_CLUSTER', envoy: cluster, sink: null }
}

export interface Prediction {
  readonly line: Buffer
  /** The differences that this format shows, each at least once. */
  readonly shown: readonly Difference[]
}

/** The line that the sink must write where Envoy wrote `line` in `format`. */
export function predictLine(format: Format, line: Buffer, differences: readonly Difference[]): Prediction {
  if (differences.length === 0) return { line, shown: [] }
  let text = line.toString('latin1')
  const shown: Difference[] = []
  for (const difference of differences) {
    const before = text
    for (const edit of edits(format, difference)) text = replaceExactly(text, edit, format.name)
    if (text !== before) shown.push(difference)
  }
  return { line: Buffer.from(text, 'latin1'), shown }
}

/** What stands in the line, and what takes its place: one string for each occurrence, in order. */
type Edit = readonly [from: string, to: readonly string[]]

function edits(format: Format, difference: Difference): Edit[] {
  const json = 'json' in format.format
  const members: Edit[] = []
  const values = new Map<string, string[]>()
  for (const leaf of leavesOf(format)) {
    for (const operator of leaf.operators.filter((each) => each.fields.includes(difference.field))) {
      const from = cut(difference.envoy, operator)
      const to = difference.sink === null ? null : cut(difference.sink, operator)
      if (json && leaf.single && leaf.key !== undefined) {
        if (from !== to) members.push(memberEdit(leaf, from, to, format.omitEmptyValues))
        continue
      }
      const absent = json ? undefined : format.omitEmptyValues ? '' : '-'
      const shown = to ?? absent
      if (shown === undefined || from === '') throw new Error(`${format.name}: ${difference.field} cannot be placed.`)
      const key = json ? escaped(from) : from
      values.set(key, [...(values.get(key) ?? []), json ? escaped(shown) : shown])
    }
  }
  const changing = [...values].filter(([from, to]) => to.some((each) => each !== from))
  for (const [from, to] of changing) {
    // The members of a JSON line are sorted, so which occurrence is whose is not known.
    if (json && new Set(to).size > 1) throw new Error(`${format.name}: ${from} becomes one thing here, another there.`)
  }
  // Members first: they are found by their key, and what remains of the value is elsewhere.
  return [...members, ...changing]
}

function memberEdit({ key }: Leaf, from: string, to: string | null, omitEmptyValues: boolean): Edit {
  const member = `"${key}":"${escaped(from)}"`
  if (to !== null) return [member, [`"${key}":"${escaped(to)}"`]]
  if (!omitEmptyValues) return [member, [`"${key}":null`]]
  // Our JSON formats have no differing member at the head of an object, so the comma before it goes too.
  return [`,${member}`, ['']]
}

function replaceExactly(text: string, [from, to]: Edit, formatName: string): string {
  const [first, ...rest] = text.split(from)
  if (rest.length !== to.length) {
    throw new Error(`${formatName}: "${from}" stands ${rest.length} times, not ${to.length}, in ${text}`)
  }
  return rest.reduce((whole, piece, i) => whole + to[i]! + piece, first!)
}

function cut(value: string, { bytesMax }: Operator): string {
  return bytesMax === undefined ? value : value.slice(0, bytesMax)
}

/** Envoy's JSON escapes; a string that is not valid UTF-8 has each byte outside of printable ASCII written as `\u00xx`. */
function escaped(bytes: string): string {
  const buffer = Buffer.from(bytes, 'latin1')
  if (isUtf8(buffer)) return Buffer.from(JSON.stringify(buffer.toString()).slice(1, -1)).toString('latin1')
  const hex = (byte: string) => `\\u00${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  return bytes.replaceAll(/[^ !#-[\]-~]/g, hex)
}
