/**
 * What kube-apiserver makes of a request line: whether a resource is asked for, which one, and by what verb.
 *
 *     /api/<version>/…                     the core group
 *     /apis/<group>/<version>/…            all others; with nothing behind the version neither is about a resource
 *     [watch|proxy/] [namespaces/<namespace>/] <resource> [/<name> [/<subresource> [/…]]]
 *
 * `namespaces/x/status` and `/finalize` are subresources of the Namespace, and it lies in itself.
 */
import { parseQuery, type Query, selectedName } from './request-query.ts'

/** Empty texts: not there. */
export interface RequestInfo {
  readonly path: string
  readonly verb: string
  readonly resourceRequest: boolean
  /** `api` or `apis`. */
  readonly apiPrefix: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
}

/** Without the verb, which a request line and an event find in different places. */
export interface RequestPath extends Omit<RequestInfo, 'verb'> {
  /** `watch` or `proxy`, where the path itself says so. */
  readonly verbInPath: string | null
  readonly query: Query
}

/** What kube-apiserver answers to such a request with an error of its own. */
export class RequestPathError extends Error {
  override readonly name = 'RequestPathError'
  readonly code: 'malformed' | 'incomplete'

  constructor(code: RequestPathError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** `method` as sent; `uri` as it stands in the request line. Throws RequestPathError. */
export function requestInfo(method: string, uri: string): RequestInfo {
  const { verbInPath, query, ...info } = parseRequestUri(uri)
  if (!info.resourceRequest) return { ...info, verb: method.toLowerCase() }
  // Methods that no resource has (OPTIONS) have no verb.
  const verb = verbInPath ?? (Object.hasOwn(verbOfMethod, method) ? verbOfMethod[method]! : '')
  if (info.name !== '') return { ...info, verb }
  if (verb === 'delete') return { ...info, verb: 'deletecollection' }
  if (verb !== 'get') return { ...info, verb }
  return { ...info, verb: query.watch ? 'watch' : 'list', name: selectedName(query) }
}

const namespaceSubresources = new Set(['status', 'finalize'])

/** Throws RequestPathError. */
export function parseRequestUri(uri: string): RequestPath {
  const mark = uri.indexOf('?')
  const path = decodePath(mark < 0 ? uri : uri.slice(0, mark))
  const query = parseQuery(mark < 0 ? '' : uri.slice(mark + 1))
  const none: RequestPath = {
    path,
    resourceRequest: false,
    apiPrefix: '',
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    verbInPath: null,
    query,
  }
  const [apiPrefix = '', ...parts] = splitPath(path)
  // A group comes before the version, and something after it.
  if (apiPrefix === 'api' ? parts.length < 2 : apiPrefix !== 'apis' || parts.length < 3) return none
  const apiGroup = apiPrefix === 'apis' ? parts.shift()! : ''
  const apiVersion = parts.shift()!
  const verbInPath = parts[0] === 'watch' || parts[0] === 'proxy' ? parts.shift()! : null
  if (parts.length === 0) {
    throw new RequestPathError('incomplete', `${path} says ${verbInPath}, but not of what.`)
  }
  const namespace = parts[0] === 'namespaces' ? (parts[1] ?? '') : ''
  if (parts[0] === 'namespaces' && parts.length > 2 && !namespaceSubresources.has(parts[2]!)) parts.splice(0, 2)
  const [resource = '', name = '', third = ''] = parts
  // What follows a proxied name is a path in whatever is behind the proxy.
  const subresource = verbInPath === 'proxy' ? '' : third
  return {
    ...none,
    resourceRequest: true,
    apiPrefix,
    apiGroup,
    apiVersion,
    namespace,
    resource,
    subresource,
    name,
    verbInPath,
  }
}

/** Slashes around it do not count; those within it do, so that an empty part shifts the others. */
function splitPath(path: string): string[] {
  let start = 0
  let end = path.length
  while (path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return start === end ? [] : path.slice(start, end).split('/')
}

/** Bytes that are no UTF-8 become U+FFFD, as they do in the JSON of an event. */
function decodePath(raw: string): string {
  const path = raw.startsWith('/') ? raw : raw.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*/, '')
  if (!path.includes('%')) return path
  if (/%(?![\da-fA-F]{2})/.test(path)) {
    throw new RequestPathError('malformed', `${raw} has a % that no two hexadecimal digits follow.`)
  }
  return path.replaceAll(/(?:%[\da-fA-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}
