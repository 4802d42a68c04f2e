/**
 * Custom tags that carry what an entry has no field for (operators.md A.3, B.0). A tag is called `als:` and the operator as written;
 * its value is the text that Envoy prints for it, maybe with `<end>` behind it, which keeps a tag alive whose value is empty.
 * `<absent>` says that the operator is absent.
 */
import type { Bytes } from './bytes.ts'
import { parseJson, quote } from './json.ts'
import { follow, jsonValue } from './metadata.ts'
import { absent, type Entry, type Settings, type StructTag, type TagType, type Value } from './value.ts'

/** Undefined: no such tag, the entry's own fields decide. */
export function taggedValue(entry: Entry, name: Bytes, type: TagType): Value | undefined {
  const text = tagText(entry, name)
  if (text === undefined) return undefined
  return text === null ? absent : { text, typed: typedText(text, type) }
}

/** Undefined: no such tag, or one in which the path leads to nothing; then the operator's own tag is looked for. */
export function taggedStruct(entry: Entry, { name, path }: StructTag, settings: Settings): Value | undefined {
  const json = parseJson(tagText(entry, name) ?? '')
  const isObject = typeof json === 'object' && json !== null && 'object' in json
  const found = isObject ? jsonValue(follow(json, path), settings) : absent
  return found.text === null ? undefined : found
}

/** Null: the tag says absent. */
function tagText({ common }: Entry, name: Bytes): Bytes | null | undefined {
  const tag = common.strings('custom_tags').get(name)
  if (tag === undefined) return undefined
  const text = tag.endsWith('<end>') ? tag.slice(0, -'<end>'.length) : tag
  return text === '<absent>' ? null : text
}

function typedText(text: Bytes, type: TagType): Value['typed'] {
  if (type === 'string') return { string: text }
  if (type === 'number' && text === '') return null
  const isTyped = type === 'number' ? /^-?(?:0|[1-9][0-9]*)$/.test(text) : parseJson(text) !== undefined
  // A length cuts neither. White space around JSON is none of it.
  return { json: isTyped ? text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '') : quote(text) }
}
