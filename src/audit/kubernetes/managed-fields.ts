/**
 * `omitManagedFields`: the bodies of an event without `metadata.managedFields`, in the object itself, in the items of a list, and in the
 * objects of a Table's rows. What a patch asked for stays as it was sent, as in the API server.
 */
import { braceOpen } from '../json/bytes.ts'
import type { Edits } from '../json/edits.ts'
import { keyIs, stringIs } from '../json/text.ts'
import { type BodyObject, objectsOf } from './body-objects.ts'
import { bodyOf, type Event, keepsBody, memberOf } from './event.ts'
import type { Level } from './policy.ts'

/** `level`: that of the event as it will be, so that bodies which go are not looked at. */
export function cutManagedFields(event: Event, level: Level, edits: Edits): void {
  const verb = memberOf(event, 'verb')
  const patches = verb !== undefined && stringIs(event.bytes, verb, 'patch')
  for (const member of event.members) {
    const body = bodyOf(event, member)
    if (body === null || !keepsBody(level, body) || (patches && body === 'requestObject')) continue
    for (const object of objectsOf(event, member)) cutFromObject(event, object, edits)
  }
}

function cutFromObject({ bytes, scanner }: Event, object: BodyObject, edits: Edits): void {
  for (const metadata of object.members) {
    if (!keyIs(bytes, metadata, 'metadata') || bytes[metadata.at] !== braceOpen) continue
    const { members } = scanner.members(metadata.at)
    edits.cutMembers(members, (member) => keyIs(bytes, member, 'managedFields'))
  }
}
