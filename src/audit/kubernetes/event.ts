/**
 * One Kubernetes audit event, read as spans: which members it has, and the few of them that decide what becomes of it. The event
 * stays the bytes that it was; what is changed in it is noted in `Edits` (`reduce.ts`, `event-marks.ts`, `redact/`).
 */
import { braceOpen } from '../json/bytes.ts'
import type { Edits } from '../json/edits.ts'
import { JsonError } from '../json/json-error.ts'
import { JsonScanner, type Member, type Span } from '../json/scanner.ts'
import { findMember, keyIs, stringIs, stringOf } from '../json/text.ts'
import { type Level, levels } from './policy.ts'

/** Borrows the bytes that it was read from. */
export interface Event {
  readonly bytes: Buffer
  readonly scanner: JsonScanner
  /** The event without white space around it. */
  readonly span: Span
  readonly members: readonly Member[]
  /** Whether there is white space between its tokens. */
  readonly loose: boolean
}

/** Throws JsonError: for what is no JSON (judged to the last byte), and for JSON that is no object (`shape`). */
export function readEvent(source: Uint8Array): Event {
  const scanner = new JsonScanner(source)
  const { bytes } = scanner
  scanner.checkEncoding()
  const at = scanner.skipSpace(0)
  scanner.loose = false
  if (bytes[at] !== braceOpen) {
    scanner.document()
    throw new JsonError('shape', at, 'an event is an object')
  }
  const { members, end } = scanner.members(at)
  const { loose } = scanner
  scanner.expectEnd(end)
  return { bytes, scanner, span: { at, end }, members, loose }
}

/** The last member of that name: what readers take when a key is repeated. */
export function memberOf(event: Event, key: string): Member | undefined {
  return findMember(event.bytes, event.members, key)
}

/** What a member says when it is a string, else null. */
export function textOf(event: Event, key: string): string | null {
  const member = memberOf(event, key)
  return member === undefined ? null : stringOf(event.bytes, member)
}

/** The event's level, or null when it has none that is known. */
export function levelOf(event: Event): Level | null {
  const member = memberOf(event, 'level')
  return (member && levels.find((level) => stringIs(event.bytes, member, level))) ?? null
}

export function lower(a: Level, b: Level): Level {
  return levels.indexOf(a) < levels.indexOf(b) ? a : b
}

/** Takes away the bodies that a level has not. */
export function cutBodies(event: Event, level: Level, edits: Edits): void {
  edits.cutMembers(event.members, (member) => {
    const body = bodyOf(event, member)
    return body !== null && !keepsBody(level, body)
  })
}

/** Writes another level into the event. */
export function writeLevel(event: Event, level: Level, edits: Edits): void {
  for (const member of event.members) {
    if (keyIs(event.bytes, member, 'level') && !stringIs(event.bytes, member, level)) {
      edits.replace(member.at, member.end, `"${level}"`)
    }
  }
}

export type BodyKey = 'requestObject' | 'responseObject'

/** Which body the member is; null: none. */
export function bodyOf({ bytes }: Event, member: Member): BodyKey | null {
  if (keyIs(bytes, member, 'requestObject')) return 'requestObject'
  return keyIs(bytes, member, 'responseObject') ? 'responseObject' : null
}

export function keepsBody(level: Level, body: BodyKey): boolean {
  return level === 'RequestResponse' || (level === 'Request' && body === 'requestObject')
}
