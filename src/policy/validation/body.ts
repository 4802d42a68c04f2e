/**
 * The slip of Kuma's documentation in `openTelemetry.body`, which is understood here: `values` beside the empty `kvlistValue` that they
 * belong into. Whoever reads bodies does so through this file, so that a warning and what is done agree.
 */
import { isObject } from '../../config/formats.ts'
import { anyValueDepthMax } from '../../limits.ts'

/**
 * The body with its lists where they belong, at any depth; the same object if nothing was misplaced. A bare string, a number or anything
 * else that is no object stays as it is.
 *
 *     { kvlistValue: null, values: […] }   →   { kvlistValue: { values: […] } }
 */
export function adoptBody(body: unknown): { readonly body: unknown; readonly adopted: boolean } {
  const adopted = adopt(body, 1)
  return { body: adopted, adopted: adopted !== body }
}

const listNames = ['kvlistValue', 'kvlist_value', 'arrayValue', 'array_value']

function adopt(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > anyValueDepthMax) return value
  const emptied = listNames.find((name) => value[name] === null)
  if (emptied !== undefined && Array.isArray(value['values'])) {
    const { values, ...others } = value
    return adopt({ ...others, [emptied]: { values } }, depth)
  }
  return mapMembers(value, (member, name) => {
    if (!listNames.includes(name) || !isObject(member) || !Array.isArray(member['values'])) return member
    const values = mapItems(member['values'], (item) => {
      if (name.startsWith('array')) return adopt(item, depth + 1)
      return isObject(item) ? mapMembers(item, (part, key) => (key === 'value' ? adopt(part, depth + 1) : part)) : item
    })
    return values === member['values'] ? member : { ...member, values }
  })
}

type Members = Readonly<Record<string, unknown>>

/** The object itself if nothing changes. */
function mapMembers(object: Members, change: (member: unknown, name: string) => unknown): Members {
  const changed = Object.entries(object).map(([name, member]): [string, unknown] => [name, change(member, name)])
  return changed.every(([name, member]) => member === object[name]) ? object : Object.fromEntries(changed)
}

function mapItems(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = items.map(change)
  return changed.every((item, i) => item === items[i]) ? items : changed
}
