/**
 * What a list says of itself, in front of its items and behind them; and whether an object is a list at all: one whose kind ends in
 * `List`, or that names no kind, and has an array of `items`.
 */
import { JsonError } from './json-error.ts'
import { readPrefix } from './prefix.ts'
import { JsonScanner, type Member } from './scanner.ts'
import { findMember, keyOf, stringOf } from './text.ts'

/** Null for what the list does not say, or says behind its items only. */
export interface ListHead {
  readonly kind: string | null
  readonly apiVersion: string | null
}

/** The key must stand just before the bracket: how far is looked back. */
const lookBack = 64

/**
 * An array has begun directly within an object of which `gathered` and then `part` have arrived, up to its bracket. Answers null when it is
 * not `items`, and `none` when it is, but not of a list: then nothing in this object is.
 */
export function readListHead(gathered: Buffer, part: Buffer): ListHead | 'none' | null {
  const near = part.length >= lookBack ? part : Buffer.concat([gathered.subarray(-lookBack), part])
  if (!/"items"\s*:\s*\[$/.test(near.toString('latin1', Math.max(0, near.length - lookBack)))) return null
  const bytes = gathered.length === 0 ? part : Buffer.concat([gathered, part])
  const { members, open } = readPrefix(bytes)
  if (open === null || keyOf(bytes, open) !== 'items') return 'none'
  const kind = textOf(bytes, members, 'kind')
  return kind === null || kind.endsWith('List') ? { kind, apiVersion: textOf(bytes, members, 'apiVersion') } : 'none'
}

/** Whether a whole object is a list that has no items. Throws JsonError for a list whose items are something else than an array. */
export function isEmptyList(bytes: Buffer): boolean {
  if (bytes.indexOf('List"') === -1) return false
  const members = membersIfSound(bytes)
  if (!textOf(bytes, members, 'kind')?.endsWith('List')) return false
  const items = findMember(bytes, members, 'items')
  if (items === undefined || bytes[items.at] === 0x6e) return true
  throw new JsonError('shape', items.at, 'the items of a list are an array')
}

/** `tail`: what stands behind the items, made an object. Throws JsonError, which counts from so many bytes before `end`. */
export function judgeListTail(tail: Buffer, end: number): void {
  try {
    const scanner = new JsonScanner(tail)
    scanner.document()
    const { members } = scanner.members(0)
    const again = findMember(tail, members, 'items')
    if (again) throw new JsonError('shape', again.at, 'the items come twice')
  } catch (error) {
    throw error instanceof JsonError ? error.behind(end - tail.length) : error
  }
}

function textOf(bytes: Buffer, members: readonly Member[], key: string): string | null {
  const member = findMember(bytes, members, key)
  return member === undefined ? null : stringOf(bytes, member)
}

/** None when it is no JSON: that is judged by whoever reads it. */
function membersIfSound(bytes: Buffer): readonly Member[] {
  try {
    return new JsonScanner(bytes).members(0).members
  } catch (error) {
    if (error instanceof JsonError) return []
    throw error
  }
}
