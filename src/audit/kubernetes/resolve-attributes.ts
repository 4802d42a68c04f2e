/**
 * From an event back to what the API server looked at when it decided. The request line is what it had: `objectRef` is completed from the body
 * later, so a create has a name there that no rule could have seen, and the stages of one request would be treated differently.
 */
import { parseRequestUri, type RequestPath, RequestPathError } from './request-info.ts'
import { selectedName } from './request-query.ts'
import type { Attributes } from './resolve.ts'

/** The members of an event that count. All may be missing. */
export interface EventFacts {
  readonly requestURI?: string | undefined
  readonly verb?: string | undefined
  readonly user?: { readonly username?: string; readonly groups?: readonly string[] } | null | undefined
  readonly objectRef?: ObjectReference | null | undefined
}

export interface ObjectReference {
  readonly resource?: string
  readonly namespace?: string
  readonly name?: string
  readonly apiGroup?: string
  /** In `v1alpha1` the group stands here too: `apps/v1`. */
  readonly apiVersion?: string
  readonly subresource?: string
}

/** Where an event's resource is looked for first. Default: in the request line. */
export type MatchBy = 'requestURI' | 'objectRef'

/** Never throws: what cannot be read in the one place is taken from the other. */
export function attributesOf(event: EventFacts, matchBy: MatchBy = 'requestURI'): Attributes {
  const { requestURI = '', verb = '', objectRef } = event
  const user = userOf(event)
  const asked = readUri(requestURI)
  if (objectRef && (matchBy === 'objectRef' || asked === null)) {
    return { user, verb, path: asked?.path ?? '', ...referenced(objectRef) }
  }
  if (asked === null) return { user, verb, path: requestURI.replace(/\?.*$/s, ''), ...nothing }
  const { path, resourceRequest, namespace, apiGroup, apiVersion, resource, subresource } = asked
  const name = asked.name || nameOfList(verb, asked)
  return { user, verb, path, resourceRequest, namespace, apiGroup, apiVersion, resource, subresource, name }
}

/** Nobody was authenticated: the event has a user without a name. */
function userOf({ user }: EventFacts): Attributes['user'] {
  if (!user || (user.username === undefined && user.groups === undefined)) return null
  return { name: user.username ?? '', groups: user.groups ?? [] }
}

/** Null: there is none, or none that the API server would have understood. */
function readUri(uri: string): RequestPath | null {
  if (uri === '') return null
  try {
    return parseRequestUri(uri)
  } catch (error) {
    if (error instanceof RequestPathError) return null
    throw error
  }
}

function nameOfList(verb: string, { resourceRequest, verbInPath, query }: RequestPath): string {
  const isList = verb === 'list' || verb === 'watch'
  return resourceRequest && isList && verbInPath === null ? selectedName(query) : ''
}

type ResourceAttributes = Omit<Attributes, 'user' | 'verb' | 'path'>

const nothing: ResourceAttributes = {
  resourceRequest: false,
  namespace: '',
  apiGroup: '',
  apiVersion: '',
  resource: '',
  subresource: '',
  name: '',
}

function referenced(reference: ObjectReference): ResourceAttributes {
  const { resource = '', subresource = '', namespace = '', name = '', apiVersion = '', apiGroup } = reference
  const slash = apiGroup === undefined ? apiVersion.indexOf('/') : -1
  return {
    resourceRequest: true,
    namespace,
    apiGroup: apiGroup ?? (slash < 0 ? '' : apiVersion.slice(0, slash)),
    apiVersion: apiVersion.slice(slash + 1),
    resource,
    subresource,
    name,
  }
}
