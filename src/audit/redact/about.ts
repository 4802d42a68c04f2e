/**
 * What an event is about: which resources its request names, and which kinds its bodies hold. The request line and `objectRef` are both
 * asked, and the bodies as well: a secret has to be found if one of them tells of it.
 */
import type { Span } from '../json/scanner.ts'
import { findMember, stringOf } from '../json/text.ts'
import type { Word } from '../json/words.ts'
import { type BodyObject, objectsOf } from '../kubernetes/body-objects.ts'
import { bodyOf, type Event, keepsBody, textOf } from '../kubernetes/event.ts'
import { refersToOneOf, resourceFactsOf } from '../kubernetes/event-facts.ts'
import type { Level } from '../kubernetes/policy.ts'
import type { Attributes } from '../kubernetes/resolve.ts'
import { attributesOf } from '../kubernetes/resolve-attributes.ts'
import { kinds } from './secret-shape.ts'

/** Answers and questions that are tokens: nothing of their bodies is kept, whatever their group; with OpenShift's. */
const tokenResources: ReadonlySet<string> = new Set<Word>([
  'serviceaccounts/token',
  'tokenreviews',
  'tokenrequests',
  'selfsubjectreviews',
  'certificatesigningrequests',
  'oauthaccesstokens',
  'oauthauthorizetokens',
  'useroauthaccesstokens',
])
const tokenKinds: ReadonlySet<string> = new Set<Word>([
  'TokenReview',
  'TokenRequest',
  'SelfSubjectReview',
  'CertificateSigningRequest',
])

const serviceAccounts = 'serviceaccounts'
/** All others are of no interest here. */
export const tellingResources: ReadonlySet<string> = new Set([
  ...tokenResources,
  ...kinds.map(({ resource }) => resource),
  serviceAccounts,
])
/** Stands in every request line that names one of them; a `%` may hide it. */
const tellingWord = new RegExp([...tellingResources, '%'].join('|'))
/** Of bodies that are looked at, besides those that hold other objects. */
export const tellingKinds: ReadonlySet<string> = new Set([
  ...tokenKinds,
  ...kinds.flatMap(({ kind }) => [kind, `${kind}List`]),
])

/** A `requestObject` or `responseObject`, and the objects in it; the first is the body itself, if it is one. */
export interface Body extends Span {
  readonly objects: readonly KnownObject[]
}

/** `kind`: when it is of the core group, else empty. */
export interface KnownObject extends BodyObject {
  readonly kind: string
}

export interface About {
  /** Resources of the core group that the request names. */
  readonly resources: ReadonlySet<string>
  readonly isToken: boolean
  readonly bodies: readonly Body[]
}

/** `level`: bodies that it does not keep are not looked at. */
export function readAbout(event: Event, level: Level): About {
  const asked = isTelling(event) ? askedOf(event) : []
  const bodies: Body[] = []
  let isToken = asked.some(isTokenRequest)
  for (const member of event.members) {
    const body = bodyOf(event, member)
    if (body === null || !keepsBody(level, body)) continue
    const objects = objectsOf(event, member).map((object) => {
      const kind = kindOf(event, object)
      isToken ||= tokenKinds.has(kind)
      return { at: object.at, members: object.members, kind: kind !== '' && isCore(event, object) ? kind : '' }
    })
    bodies.push({ at: member.at, end: member.end, objects })
  }
  const resources = new Set(asked.filter(({ apiGroup }) => apiGroup === '').map(({ resource }) => resource))
  return { resources, isToken, bodies }
}

/** A quick no for most events: what they are about is neither secret nor a token, wherever it stands. */
function isTelling(event: Event): boolean {
  const uri = textOf(event, 'requestURI')
  return (uri !== null && tellingWord.test(uri)) || refersToOneOf(event, tellingResources)
}

function askedOf(event: Event): Attributes[] {
  const { requestURI, objectRef } = resourceFactsOf(event)
  const asked = [attributesOf({ requestURI, objectRef })]
  if (objectRef) asked.push(attributesOf({ objectRef }))
  return asked
}

function isTokenRequest({ resource, subresource }: Attributes): boolean {
  return tokenResources.has(resource) || (resource === serviceAccounts && subresource === 'token')
}

function kindOf({ bytes }: Event, { members }: BodyObject): string {
  const kind = findMember(bytes, members, 'kind')
  return (kind && stringOf(bytes, kind)) ?? ''
}

function isCore({ bytes }: Event, { members }: BodyObject): boolean {
  const version = findMember(bytes, members, 'apiVersion')
  return !((version && stringOf(bytes, version)) ?? '').includes('/')
}
