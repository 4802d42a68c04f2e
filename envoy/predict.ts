/**
 * Where Envoy's access log stream cannot carry what its file logger prints, and what the sink's line must be then. A difference is
 * declared with the request that causes it, before anything is sent; here a line of Envoy's file becomes the line that the sink
 * has to write, so that such a line is compared to the byte as well. A difference that cannot be placed without doubt throws.
 *
 * Values are byte strings: JavaScript strings in which each character stands for one byte ("latin1").
 */
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
    for (const [from, to, places] of edits(format, difference))
      text = replaceExactly(text, from, to, places, format.name)
    if (text !== before) shown.push(difference)
  }
  return { line: Buffer.from(text, 'latin1'), shown }
}

type Edit = readonly [from: string, to: string, places: number]

function edits(format: Format, difference: Difference): Edit[] {
  const json = 'json' in format.format
  const members: Edit[] = []
  const values = new Map<string, { to: string; places: number }>()
  for (const leaf of leavesOf(format)) {
    for (const operator of leaf.operators.filter((each) => each.fields.includes(difference.field))) {
      const from = cut(difference.envoy, operator)
      const to = difference.sink === null ? null : cut(difference.sink, operator)
      if (from === to) continue
      if (json && leaf.single && leaf.key !== undefined) {
        members.push(memberEdit(leaf, quoted(from), to === null ? null : quoted(to), format.omitEmptyValues))
      } else {
        const shownTo = to ?? (json ? undefined : format.omitEmptyValues ? '' : '-')
        if (shownTo === undefined || from === '')
          throw new Error(`${format.name}: ${difference.field} cannot be placed.`)
        const key = json ? escaped(from) : from
        const value = values.get(key) ?? { to: json ? escaped(shownTo) : shownTo, places: 0 }
        values.set(key, { ...value, places: value.places + 1 })
      }
    }
  }
  // Members first: they are found by their key, and what remains of the value is elsewhere.
  return [...members, ...[...values].map(([from, { to, places }]): Edit => [from, to, places])]
}

function memberEdit({ key }: Leaf, from: string, to: string | null, omitEmptyValues: boolean): Edit {
  const name = `"${key}":`
  if (to !== null || !omitEmptyValues) return [name + from, name + (to ?? 'null'), 1]
  // Our JSON formats have no differing member at the head of an object, so the comma before it goes too.
  return [`,${name}${from}`, '', 1]
}

function replaceExactly(text: string, from: string, to: string, places: number, formatName: string): string {
  const pieces = text.split(from)
  if (pieces.length - 1 !== places) {
    throw new Error(`${formatName}: "${from}" stands ${pieces.length - 1} times, not ${places}, in ${text}`)
  }
  return pieces.join(to)
}

function cut(value: string, { bytesMax }: Operator): string {
  return bytesMax === undefined ? value : value.slice(0, bytesMax)
}

function quoted(bytes: string): string {
  return `"${escaped(bytes)}"`
}

/** Envoy's JSON escapes; a string that is not valid UTF-8 has each byte outside of printable ASCII written as `\u00xx`. */
function escaped(bytes: string): string {
  const utf8 = Buffer.from(bytes, 'latin1').toString('utf8')
  if (!utf8.includes('\ufffd')) return Buffer.from(JSON.stringify(utf8).slice(1, -1), 'utf8').toString('latin1')
  const hex = (byte: string) => `\\u00${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  return bytes.replaceAll(/[^ !#-[\]-~]/g, hex)
}
