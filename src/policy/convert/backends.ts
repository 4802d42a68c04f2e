/**
 * Backends and their formats: 2.2 had no `type` and knew them by their members; and what the documentation shows but Kuma does not read
 * is mended (quotes that stray into JSON values, an indentation that leaves `kvlistValue` empty).
 */
import { isMap, isScalar, YAMLMap } from 'yaml'
import { since } from '../kuma-version.ts'
import { backendsOf, type PlacedNode, type PolicyEdit } from './policy-edit.ts'
import { drop, elements, isNothing, keysOf, member, pairOf, put, textOf } from './tree.ts'

const backendTypes = { file: 'File', tcp: 'Tcp', openTelemetry: 'OpenTelemetry' } as const
const formatTypes = { plain: 'Plain', json: 'Json' } as const

export function convertBackends(edit: PolicyEdit): void {
  for (const { node, path } of backendsOf(edit)) {
    setType(edit, { node, path }, backendTypes)
    for (const key of ['file', 'tcp'] as const) {
      const format = member(node, key, 'format')
      if (!isMap(format)) continue
      setType(edit, { node: format, path: `${path}.${key}.format` }, formatTypes)
      mendQuotes(edit, { node: format, path: `${path}.${key}.format` })
    }
    const body = member(node, 'openTelemetry', 'body')
    if (body) mendBody(edit, { node: body, path: `${path}.openTelemetry.body` })
  }
}

/** Names the one member that is there. Two members, or none, are no matter of dialect. */
function setType(edit: PolicyEdit, { node, path }: PlacedNode, types: Readonly<Record<string, string>>): void {
  if (!since(edit.version, '2.3')) return
  const there = Object.keys(types).filter((key) => pairOf(node, key))
  const [key] = there
  if (key === undefined || there.length > 1) return
  const type = member(node, 'type')
  const wanted = types[key]!
  if (textOf(type) === wanted) return
  if (type !== null && !Object.values(types).includes(textOf(type) ?? '')) return
  edit.log.changed(node, {
    from: type === null ? `${path} without a type` : `${path}.type: ${textOf(type)}`,
    to: `type: ${wanted}`,
    because:
      type === null
        ? `since 2.3 \`type\` names the member to read`
        : `\`${key}\` is the member that is there, which is all that 2.2 looked at`,
  })
  put(node as YAMLMap, 'type', wanted, 'first')
}

/** Kuma pastes key and value between quotes and asks whether that is JSON. */
function mendQuotes(edit: PolicyEdit, { node, path }: PlacedNode): void {
  elements(member(node, 'json')).forEach((pair, i) => {
    const key = textOf(member(pair, 'key')) ?? ''
    const value = member(pair, 'value')
    const text = textOf(value)
    if (text === null || isJson(key, text)) return
    const mended = text.replace(/^"+|"+$/g, '')
    if (mended === '' || mended === text || !isJson(key, mended)) {
      edit.log.left(
        value,
        `${path}.json[${i}]`,
        'key and value do not form JSON between quotes; this sink escapes them',
      )
      return
    }
    edit.log.changed(value, {
      from: `${path}.json[${i}].value: ${text}`,
      to: mended,
      because: 'Kuma refuses a value with stray quotes',
      mind: 'the written value had these quotes in it here.',
    })
    if (isScalar(value)) value.value = mended
  })
}

function isJson(key: string, value: string): boolean {
  try {
    JSON.parse(`{"${key}": "${value}"}`)
    return true
  } catch {
    return false
  }
}

const listMembers = ['kvlistValue', 'arrayValue', 'kvlist_value', 'array_value'] as const

/** `kvlistValue:` with nothing in it, and its `values` beside it instead of below. */
function mendBody(edit: PolicyEdit, { node, path }: PlacedNode): void {
  for (const key of listMembers) {
    const pair = pairOf(node, key)
    if (!pair) continue
    const values = pairOf(node, 'values')
    if (isNothing(pair.value) && values) {
      edit.log.changed(values.key, {
        from: `${path}.values`,
        to: `${path}.${key}.values`,
        because: `Kuma finds nothing in ${key} there, and writes the default format instead`,
      })
      const inner = new YAMLMap()
      inner.items.push(values)
      drop(node, 'values')
      pair.value = inner
    }
    elements(member(pair.value, 'values')).forEach((value, i) => {
      const inner = keysOf(value).includes('key') ? member(value, 'value') : value
      const at = `${path}.${key}.values[${i}]`
      if (inner) mendBody(edit, { node: inner, path: inner === value ? at : `${at}.value` })
    })
  }
}
