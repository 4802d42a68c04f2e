/** Lists as kubectl prints them (`kind: List`, `AccessAuditList`) and kumactl (`total`, `items`), taken apart into their documents. */
import { isObject, members } from '../config/formats.ts'

export interface ListItem {
  readonly value: unknown
  /** Its place in the document: `items[0]`; '' is the document itself. */
  readonly path: string
}

/** Anything but a list is one document. In a list of one kind the items need not name it. */
export function listItems(document: unknown): readonly ListItem[] {
  const { apiVersion, kind, type, items } = members(document)
  const isList = typeof kind === 'string' ? kind.endsWith('List') : type === undefined
  if (!isList || !Array.isArray(items)) return [{ value: document, path: '' }]
  const named = typeof kind === 'string' && kind !== 'List' ? { apiVersion, kind: kind.slice(0, -'List'.length) } : {}
  return items.map((item, i) => ({ value: isObject(item) ? { ...named, ...item } : item, path: `items[${i}]` }))
}

/** A path within an item, as one of the whole document. */
export function pathWithin(item: ListItem, path: string): string {
  return [item.path, path].filter(Boolean).join('.')
}
