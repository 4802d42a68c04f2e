/** What a policy looks at, taken out of an event as plain values: `resolve-attributes.ts` makes attributes of it. */
import { braceOpen, bracketOpen } from '../json/bytes.ts'
import type { Member, Span } from '../json/scanner.ts'
import { findMember, keyIs, stringOf } from '../json/text.ts'
import { type Event, memberOf, textOf } from './event.ts'
import type { EventFacts, ObjectReference } from './resolve-attributes.ts'

/** What is absent or of another kind than documented is undefined. */
export function factsOf(event: Event): EventFacts {
  return { ...resourceFactsOf(event), verb: textOf(event, 'verb') ?? undefined, user: userOf(event) }
}

/** Only what says which resource the event is about. */
export function resourceFactsOf(event: Event): Pick<EventFacts, 'requestURI' | 'objectRef'> {
  const requestURI = textOf(event, 'requestURI') ?? undefined
  return { requestURI, objectRef: referenceOf(event, memberOf(event, 'objectRef')) }
}

function userOf(event: Event): EventFacts['user'] {
  const { bytes, scanner } = event
  const member = memberOf(event, 'user')
  if (member === undefined || bytes[member.at] !== braceOpen) return undefined
  const { members } = scanner.members(member.at)
  const name = findMember(bytes, members, 'username')
  const list = findMember(bytes, members, 'groups')
  const username = name && stringOf(bytes, name)
  const groups = list && textsOf(event, list)
  return { ...(typeof username === 'string' && { username }), ...(groups && { groups }) }
}

function textsOf({ bytes, scanner }: Event, list: Span): string[] | undefined {
  if (bytes[list.at] !== bracketOpen) return undefined
  return scanner.items(list.at).flatMap((item) => stringOf(bytes, item) ?? [])
}

const referenceKeys = ['resource', 'namespace', 'name', 'apiGroup', 'apiVersion', 'subresource'] as const

/** The last of each name, but only if it is a string. */
function referenceOf({ bytes, scanner }: Event, member: Member | undefined): ObjectReference | undefined {
  if (member === undefined || bytes[member.at] !== braceOpen) return undefined
  const reference: { -readonly [K in keyof ObjectReference]: ObjectReference[K] } = {}
  for (const each of scanner.members(member.at).members) {
    const key = referenceKeys.find((word) => keyIs(bytes, each, word))
    const text = key && stringOf(bytes, each)
    if (key && typeof text === 'string') reference[key] = text
  }
  return reference
}
