/**
 * One record of a control plane, as bytes of JSON: what selection looks at, and the line that it becomes. A record must say when, what and who
 * (`date`, `action`, `user.name`), and no more; whatever else it holds is kept as it came, digit for digit. The line has the members in the
 * documented order: `date`, `action`, `resource` or `token`, `user`, then what nobody knows; those of one kind as they came.
 */

import { braceOpen } from '../json/bytes.ts'
import { compacted } from '../json/edits.ts'
import { JsonError } from '../json/json-error.ts'
import { JsonScanner, type Member, type Span } from '../json/scanner.ts'
import { findMember, keyOf, stringOf } from '../json/text.ts'
import { classOf } from './actions.ts'
import type { RecordFacts } from './selector.ts'

export interface MeshRecord {
  readonly kind: 'record'
  readonly facts: RecordFacts
  /** Whether the action is one of the ten. */
  readonly isKnown: boolean
  /** What `date` says, in milliseconds since 1970; null: it is no RFC 3339 time. The text stays in the line. */
  readonly dateMs: number | null
  readonly user: string
  /** What the sender says became of the action: `allowed`, `denied`. Null: nothing, which is `allowed`. */
  readonly outcome: string | null
  /** Compact, without a line end. Borrowed from the bytes that were read, if nothing had to be moved. */
  readonly line: Buffer
}

/** - `not_json`: no JSON text, or more than one. `not_object`: JSON, but no object. `no_…`: the member is missing, or is no text. */
export type QuarantineReason = 'not_json' | 'not_object' | 'no_date' | 'no_action' | 'no_user'

/** What is no record is kept as it came, apart from the records. */
export interface Quarantined {
  readonly kind: 'quarantine'
  readonly reason: QuarantineReason
}

/** `bytes`: one record and nothing else; they are borrowed. Never throws for what they hold. */
export function readRecord(bytes: Uint8Array): MeshRecord | Quarantined {
  const scanner = new JsonScanner(bytes)
  try {
    const { at } = scanner.document()
    if (scanner.bytes[at] !== braceOpen) return { kind: 'quarantine', reason: 'not_object' }
    return readMembers(scanner, at)
  } catch (error) {
    if (error instanceof JsonError) return { kind: 'quarantine', reason: 'not_json' }
    throw error
  }
}

function readMembers(scanner: JsonScanner, at: number): MeshRecord | Quarantined {
  const { members, end } = scanner.members(at)
  const top = new Texts(scanner, members)
  const date = top.text('date')
  if (!date) return { kind: 'quarantine', reason: 'no_date' }
  const action = top.text('action')
  if (!action) return { kind: 'quarantine', reason: 'no_action' }
  const user = top.within('user').text('name')
  if (user === null) return { kind: 'quarantine', reason: 'no_user' }
  const resource = top.within('resource')
  return {
    kind: 'record',
    facts: {
      action,
      type: resource.text('type') || null,
      name: resource.text('name') || null,
      mesh: resource.text('mesh') || null,
      tokenMesh: top.within('token').within('claims').text('mesh') || null,
    },
    isKnown: classOf(action) !== null,
    dateMs: parseTime(date),
    user,
    outcome: top.text('outcome'),
    line: lineOf(scanner, { at, end }, members),
  }
}

/** Members of an object by name; of those that are repeated the last one counts, as for the control plane. */
class Texts {
  readonly #scanner: JsonScanner
  readonly #members: readonly Member[]

  constructor(scanner: JsonScanner, members: readonly Member[]) {
    this.#scanner = scanner
    this.#members = members
  }

  /** Null: it is not there, or is no text. */
  text(name: string): string | null {
    const { bytes } = this.#scanner
    const member = findMember(bytes, this.#members, name)
    return member === undefined ? null : stringOf(bytes, member)
  }

  /** Without members when it is not there, or is no object. */
  within(name: string): Texts {
    const { bytes } = this.#scanner
    const member = findMember(bytes, this.#members, name)
    const isObject = member !== undefined && bytes[member.at] === braceOpen
    return new Texts(this.#scanner, isObject ? this.#scanner.members(member.at).members : [])
  }
}

/** The documented order; a record has either a resource or a token. */
const ranks: Readonly<Record<string, number>> = { date: 0, action: 1, resource: 2, token: 2, user: 3 }
const unknownRank = 4

function lineOf(scanner: JsonScanner, span: Span, members: readonly Member[]): Buffer {
  const { bytes, loose } = scanner
  const ranked = members.map((member) => {
    const key = keyOf(bytes, member)
    return { member, rank: Object.hasOwn(ranks, key) ? ranks[key]! : unknownRank }
  })
  const isInOrder = ranked.every(({ rank }, i) => i === 0 || ranked[i - 1]!.rank <= rank)
  if (isInOrder) return compacted(bytes, span, loose)
  const pieces = ranked
    .sort((a, b) => a.rank - b.rank)
    .flatMap(({ member }, i) => [
      Buffer.from(i === 0 ? '{' : ','),
      bytes.subarray(member.keyAt, member.keyEnd),
      Buffer.from(':'),
      compacted(bytes, member, loose),
    ])
  return Buffer.concat([...pieces, Buffer.from('}')])
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

function parseTime(text: string): number | null {
  const upper = text.toUpperCase()
  const ms = rfc3339.test(upper) ? Date.parse(upper) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}
