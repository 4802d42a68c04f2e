/**
 * The body of a policy's log records, as Kuma reads it: an AnyValue in OTLP's JSON of which only known members count. What a body cannot be
 * in spite of that (two members at once, a number as `stringValue`) is left for the engine to refuse, at its place.
 */
import { isObject } from '../../config/formats.ts'
import { anyValueDepthMax } from '../../limits.ts'
import { adoptBody } from '../validation/body.ts'

const memberNames = [
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'bytesValue',
  'arrayValue',
  'kvlistValue',
] as const
type MemberName = (typeof memberNames)[number]

/**
 * An AnyValue with its members in camelCase, lists that stood beside them inside, and nothing else in it at any depth. Null: the body says
 * nothing, so the default format's text stands there.
 *
 *     "text"           { stringValue: "text" }       Kuma keeps quotes around it, which nobody wants
 *     5, true, ["a"]   { stringValue: '["a"]' }      the text of their JSON
 *     {}, { foo: 1 }   null
 */
export function readBody(body: unknown): unknown {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return { stringValue: body }
  if (!isObject(body)) return { stringValue: jsonText(body) }
  const { body: adopted } = adoptBody(body)
  const value = readValue(isObject(adopted) ? adopted : {}, 1)
  return Object.keys(value).length === 0 ? null : value
}

/** The same with every text and every key of it changed: those in which operators stand. What is too deep for the engine stays. */
export function mapTexts(value: unknown, change: (text: string) => string, depth = 1): unknown {
  if (typeof value === 'string') return { stringValue: change(value) }
  if (!isObject(value) || depth > anyValueDepthMax) return value
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (name === 'stringValue' && typeof member === 'string') return [name, change(member)]
    if (name === 'arrayValue') return [name, mapList(member, (item) => mapTexts(item, change, depth + 1))]
    if (name === 'kvlistValue') return [name, mapList(member, (item) => mapPair(item, change, depth + 1))]
    return [name, member]
  })
  return Object.fromEntries(members)
}

function mapPair(pair: unknown, change: (text: string) => string, depth: number): unknown {
  if (!isObject(pair)) return pair
  const { key, value } = pair
  return { key: typeof key === 'string' ? change(key) : key, value: mapTexts(value, change, depth) }
}

function readValue(value: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const members = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const name = memberNames.find((each) => key === each || key === each.replace('Value', '_value'))
    return name === undefined || member === null || member === undefined
      ? []
      : [[name, readMember(name, member, depth)]]
  })
  return Object.fromEntries(members)
}

function readMember(name: MemberName, member: unknown, depth: number): unknown {
  // Too deep: the engine says so.
  if (depth > anyValueDepthMax) return member
  if (name === 'arrayValue') return mapList(member, (item) => (isObject(item) ? readValue(item, depth + 1) : item))
  if (name === 'kvlistValue') return mapList(member, (item) => readPair(item, depth + 1))
  return member
}

function readPair(pair: unknown, depth: number): unknown {
  if (!isObject(pair)) return pair
  const { key, value } = pair
  return { key, value: isObject(value) ? readValue(value, depth) : value }
}

/** `{ values: […] }`, or whatever stands in its place. */
function mapList(list: unknown, change: (item: unknown) => unknown): unknown {
  if (!isObject(list)) return list
  const values = list['values'] ?? []
  return { values: Array.isArray(values) ? values.map(change) : values }
}

/** YAML's large integers come as bigint, which JSON has no word for. */
const jsonText = (value: unknown) =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each))
