/** The objects that a body of an event holds: itself, what it lists as `items`, and what stands in the rows of a Table. */
import { braceOpen, bracketOpen } from '../json/bytes.ts'
import type { Member } from '../json/scanner.ts'
import { findMember, keyIs, stringIs } from '../json/text.ts'
import type { Event } from './event.ts'

export interface BodyObject {
  /** Of its opening brace. */
  readonly at: number
  readonly members: readonly Member[]
}

/** The body itself first; none when it is no object. */
export function objectsOf(event: Event, body: Member): BodyObject[] {
  const { bytes } = event
  const whole = body.members ? { at: body.at, members: body.members } : objectAt(event, body.at)
  if (whole === null) return []
  const objects = [whole]
  const kind = findMember(bytes, whole.members, 'kind')
  const isTable = kind !== undefined && stringIs(bytes, kind, 'Table')
  for (const member of whole.members) {
    if (bytes[member.at] !== bracketOpen) continue
    const isRows = isTable && keyIs(bytes, member, 'rows')
    if (!isRows && !keyIs(bytes, member, 'items')) continue
    for (const { at } of event.scanner.items(member.at)) {
      const item = objectAt(event, at)
      const object = isRows ? rowObject(event, item) : item
      if (object !== null) objects.push(object)
    }
  }
  return objects
}

function objectAt({ bytes, scanner }: Event, at: number): BodyObject | null {
  return bytes[at] === braceOpen ? { at, members: scanner.members(at).members } : null
}

/** What a row of a Table is about: all of the object, or its metadata. */
function rowObject(event: Event, row: BodyObject | null): BodyObject | null {
  const object = row && findMember(event.bytes, row.members, 'object')
  return object ? objectAt(event, object.at) : null
}
