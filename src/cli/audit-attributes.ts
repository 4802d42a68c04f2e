/** Attributes of a request as people and programs write them for `als-sink audit resolve`: one JSON object a line. */
import type { Attributes } from '../audit/kubernetes/resolve.ts'
import { show } from '../config/scalars.ts'
import { didYouMean } from '../did-you-mean.ts'

const textKeys = [
  'verb',
  'namespace',
  'apiGroup',
  'apiVersion',
  'resource',
  'subresource',
  'name',
  'path',
] as const satisfies (keyof Attributes)[]
const keys: readonly string[] = [...textKeys, 'user', 'resourceRequest']

/** What is not there is empty; a request that names a resource is one for it. `fault`: a sentence. */
export function readAttributes(line: string): { readonly attributes: Attributes } | { readonly fault: string } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return { fault: `is not JSON: ${(error as Error).message}.` }
  }
  if (!isObject(value)) return { fault: `must be an object of attributes, not ${show(value)}.` }
  const fault = faultOf(value)
  if (fault !== null) return { fault }
  const texts = Object.fromEntries(textKeys.map((key) => [key, value[key] ?? ''])) as Record<
    (typeof textKeys)[number],
    string
  >
  const { resourceRequest = texts.resource !== '' } = value
  const user = value['user'] as Partial<NonNullable<Attributes['user']>> | null | undefined
  return {
    attributes: {
      ...texts,
      user: user ? { name: user.name ?? '', groups: user.groups ?? [] } : null,
      resourceRequest: resourceRequest as boolean,
    },
  }
}

function faultOf(value: Readonly<Record<string, unknown>>): string | null {
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) return `${unknown} is no attribute of a request.${didYouMean(unknown, keys)}`
  const wrong = textKeys.find((key) => value[key] !== undefined && typeof value[key] !== 'string')
  if (wrong !== undefined) return `${wrong} must be a text, not ${show(value[wrong])}.`
  const { resourceRequest, user } = value
  if (resourceRequest !== undefined && typeof resourceRequest !== 'boolean') {
    return `resourceRequest must be true or false, not ${show(resourceRequest)}.`
  }
  return isUser(user) ? null : `user must be null or { "name": …, "groups": […] }, not ${show(user)}.`
}

function isUser(user: unknown): boolean {
  if (user === undefined || user === null) return true
  if (!isObject(user)) return false
  const { name = '', groups = [] } = user
  // Go prints an empty list of groups as null.
  const isList = groups === null || (Array.isArray(groups) && groups.every((group) => typeof group === 'string'))
  return typeof name === 'string' && isList
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
