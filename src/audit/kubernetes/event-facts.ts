/** What a policy looks at, taken out of an event as plain values: `resolve-attributes.ts` makes attributes of it. */
import { braceOpen, bracketOpen } from '../json/bytes.ts'
import { type Ask, keysOf, type Outline } from '../json/outline.ts'
import type { Member, Span } from '../json/scanner.ts'
import { findMember, keyIs, stringOf } from '../json/text.ts'
import { hiddenWord } from '../json/words.ts'
import { type Event, memberOf, textOf } from './event.ts'
import type { EventFacts, ObjectReference } from './resolve-attributes.ts'

/** What is absent or of another kind than documented is undefined. */
export function factsOf(event: Event): EventFacts {
  return { ...resourceFactsOf(event), verb: textOf(event, 'verb') ?? undefined, user: userOf(event) }
}

const key = keysOf(...(['requestURI', 'verb', 'user', 'username', 'groups'] as const))
const isHidden: Ask = (inner) => inner === hiddenWord

/** The same, by the event's outline. What is only looked at when the request line cannot be read is read only then. */
export function outlinedFactsOf(event: Event, outline: Outline): EventFacts {
  if (outline.someWithin(key.user, isHidden)) return factsOf(event)
  const username = outline.innerTextOf(key.user, key.username)
  const groups = textsIn(outline.innerBytesOf(key.user, key.groups))
  return {
    requestURI: outline.textOf(key.requestURI) ?? undefined,
    verb: outline.textOf(key.verb) ?? undefined,
    user: { ...(username !== null && { username }), ...(groups && { groups }) },
    get objectRef() {
      return referenceOf(event, memberOf(event, 'objectRef'))
    },
  }
}

function textsIn(list: Buffer | null): string[] | undefined {
  if (list?.[0] !== bracketOpen) return undefined
  return (JSON.parse(list.toString()) as unknown[]).filter((each) => typeof each === 'string')
}

/** Only what says which resource the event is about. */
export function resourceFactsOf(event: Event): Pick<EventFacts, 'requestURI' | 'objectRef'> {
  const requestURI = textOf(event, 'requestURI') ?? undefined
  return { requestURI, objectRef: referenceOf(event, memberOf(event, 'objectRef')) }
}

/** Whether `objectRef` names one of them; a key may be there more than once. */
export function refersToOneOf(event: Event, resources: ReadonlySet<string>): boolean {
  const { bytes } = event
  for (const member of membersIn(event, memberOf(event, 'objectRef'))) {
    if (keyIs(bytes, member, 'resource') && resources.has(stringOf(bytes, member) ?? '')) return true
  }
  return false
}

function userOf(event: Event): EventFacts['user'] {
  const { bytes } = event
  const member = memberOf(event, 'user')
  if (member === undefined || bytes[member.at] !== braceOpen) return undefined
  const members = membersIn(event, member)
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
function referenceOf(event: Event, member: Member | undefined): ObjectReference | undefined {
  const { bytes } = event
  if (member === undefined || bytes[member.at] !== braceOpen) return undefined
  const reference: { -readonly [K in keyof ObjectReference]: ObjectReference[K] } = {}
  for (const each of membersIn(event, member)) {
    const key = referenceKeys.find((word) => keyIs(bytes, each, word))
    const text = key && stringOf(bytes, each)
    if (key && typeof text === 'string') reference[key] = text
  }
  return reference
}

/** None when the value is no object. */
function membersIn({ bytes, scanner }: Event, value: Member | undefined): readonly Member[] {
  if (value === undefined || bytes[value.at] !== braceOpen) return []
  return value.members ?? scanner.members(value.at).members
}
