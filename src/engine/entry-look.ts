/** Looks at single values of an entry, in words: strings, headers, custom tags, metadata, filter state. */
import { type ByteString, toText } from '../format/byte-string.ts'
import { tagAbsent, tagEnd } from '../format/custom-tag.ts'
import type { Source } from '../format/source.ts'
import type { WireMessage } from './entry-fields.ts'

/** One place, and what is found there. */
export interface Look {
  readonly where: string
  readonly found: string
  /** Envoy's own line has no value here either, so there is nothing to mend. */
  readonly settled?: true
  /** It is a custom tag that the entry has. */
  readonly shipped?: true
}

export const notThere = 'not on the wire'

/** Bytes of a value that are shown. */
const shownMax = 80
/** Other keys of a map that are named. */
const keysMax = 8

export const show = (value: ByteString): string =>
  JSON.stringify(toText(value.slice(0, shownMax))) + (value.length > shownMax ? '…' : '')

type Of<K extends Source['kind']> = Extract<Source, { kind: K }>

export function lookAtString(field: string, entry: WireMessage): Look {
  const value = entry.text(field)
  return {
    where: field,
    found: value === null ? notThere : value === '' ? 'empty, which counts as absent' : show(value),
  }
}

/** A key of a map of headers, in lower case. `others`: what is said when it is not there. */
export function findHeader(
  map: string,
  key: ByteString,
  entry: WireMessage,
): { readonly where: string; readonly value: ByteString | null; readonly others: string } {
  const values = entry.strings(map)
  const value = [...values].findLast(([name]) => lowerCase(name) === key)?.[1] ?? null
  return { where: `${map}[${show(key)}]`, value, others: notAmong(values) }
}

export function lookAtTag(tag: ByteString, path: readonly ByteString[] | null, entry: WireMessage): Look {
  const where = `custom tag ${show(tag)}`
  const raw = entry.strings('common_properties.custom_tags').get(tag)
  if (raw === undefined) return { where, found: notThere }
  const value = raw.endsWith(tagEnd) ? raw.slice(0, -tagEnd.length) : raw
  if (value === tagAbsent) return { where, found: 'it says that there is no value', settled: true, shipped: true }
  const inside = path && path.length > 0 ? `, in which ${path.map(toText).join(':')} is looked for` : ''
  return { where, found: `${show(value)}${inside}`, shipped: true }
}

export function lookAtStruct({ field, key, path }: Of<'struct'>, entry: WireMessage): Look {
  const structs = entry.messages(field)
  const where = `${field}[${show(key)}]${path.map((step) => `.${toText(step)}`).join('')}`
  let here = structs.get(key) ?? null
  if (!here) return { where, found: notAmong(structs) }
  for (const [i, step] of path.entries()) {
    const struct: WireMessage | null = i === 0 ? here : here.message('struct_value')
    const trail = [key, ...path.slice(0, i)].map(toText).join(':')
    if (!struct) return { where, found: `${trail} is no struct` }
    const values = struct.messages('fields')
    const next = values.get(step)
    if (!next) return { where, found: `${trail} has no ${show(step)}${notAmong(values).slice(notThere.length)}` }
    here = next
  }
  const member = path.length > 0 ? here.member('kind')?.name : 'struct_value'
  return {
    where,
    found: member === undefined || member === 'null_value' ? 'null' : `a ${member.replace('_value', '')}`,
  }
}

export function lookAtState(
  { field, key, form, member }: Of<'filterState'>,
  entry: WireMessage,
  absent: boolean,
): Look {
  const states = entry.messages(field)
  const where = `${field}[${show(key)}]`
  const state = states.get(key)
  if (!state) return { where, found: notAmong(states) }
  const type = state.text('type_url')?.split('/').at(-1) || 'nothing'
  const has = { typed: 'no JSON form', plain: 'no bare text', field: `no field ${show(member)}` }[form]
  return { where, found: `a ${toText(type)}${absent ? `, which has ${has} here` : ''}` }
}

/** Which keys there are instead: a misspelt name shows at a glance. */
function notAmong(values: ReadonlyMap<ByteString, unknown>): string {
  const keys = [...values.keys()].map(toText)
  if (keys.length === 0) return notThere
  return `${notThere} (there: ${keys.slice(0, keysMax).join(', ')}${keys.length > keysMax ? ', …' : ''})`
}

const lowerCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
