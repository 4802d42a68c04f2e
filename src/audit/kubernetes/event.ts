/**
 * One Kubernetes audit event, read as spans: which members it has, and the few of them that decide what becomes of it. The event
 * stays the bytes that it was; what is changed in it is noted in `Edits` (`reduce.ts`, `event-marks.ts`, `redact/`).
 */
import { braceOpen } from '../json/bytes.ts'
import type { Edits } from '../json/edits.ts'
import { JsonError } from '../json/json-error.ts'
import { type JsonObject, readObject } from '../json/read-object.ts'
import { JsonScanner, type Key, type Member } from '../json/scanner.ts'
import { findMember, keyIs, stringIs, stringOf } from '../json/text.ts'
import { Walker } from '../json/walker.ts'
import { type Level, levels } from './policy.ts'

export type Event = JsonObject

/** For one event at a time. */
const walker = new Walker()

/** Throws JsonError: for what is no JSON (judged to the last byte), and for JSON that is no object (`shape`). */
export function readEvent(source: Uint8Array): Event {
  const scanner = new JsonScanner(source)
  const { bytes } = scanner
  scanner.checkEncoding()
  const at = scanner.skipSpace(0)
  if (bytes[at] !== braceOpen) {
    scanner.document()
    throw new JsonError('shape', at, 'an event is an object')
  }
  walker.lay(bytes)
  // What is in a body has to be known of most events that have one.
  const event = walker.read(at) ?? readObject(scanner, at, (key) => bodyKeyOf(bytes, key) !== null)
  scanner.expectEnd(event.span.end)
  return event
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
  return bodyKeyOf(bytes, member)
}

function bodyKeyOf(bytes: Buffer, key: Key): BodyKey | null {
  if (keyIs(bytes, key, 'requestObject')) return 'requestObject'
  return keyIs(bytes, key, 'responseObject') ? 'responseObject' : null
}

export function keepsBody(level: Level, body: BodyKey): boolean {
  return level === 'RequestResponse' || (level === 'Request' && body === 'requestObject')
}
