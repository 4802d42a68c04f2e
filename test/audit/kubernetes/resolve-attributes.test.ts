/** What an event tells of the request that it is about. */
import { describe, expect, test } from 'vitest'
import { attributesOf } from '../../../src/audit/kubernetes/resolve-attributes.ts'

const created = {
  requestURI: '/apis/apps/v1/namespaces/d/deployments?fieldManager=x',
  verb: 'create',
  user: { username: 'ana', groups: ['g'] },
  objectRef: { resource: 'deployments', namespace: 'd', name: 'web', apiGroup: 'apps', apiVersion: 'v1' },
}
const attributes = {
  user: { name: 'ana', groups: ['g'] },
  verb: 'create',
  resourceRequest: true,
  namespace: 'd',
  apiGroup: 'apps',
  apiVersion: 'v1',
  resource: 'deployments',
  subresource: '',
  name: '',
  path: '/apis/apps/v1/namespaces/d/deployments',
}

test('a create has no name, whatever the object is called later', () => {
  expect(attributesOf(created)).toEqual(attributes)
})

test('by objectRef it has the name that the object got', () => {
  expect(attributesOf(created, 'objectRef')).toEqual({ ...attributes, name: 'web' })
})

test('without a request line the objectRef is all there is', () => {
  const { requestURI: _, ...event } = created
  expect(attributesOf(event)).toEqual({ ...attributes, name: 'web', path: '' })
})

test.each(['/apis/apps/v1/watch', '/apis/apps/v1/%zz'])(
  'the objectRef stands in for the request line %s',
  (requestURI) => {
    expect(attributesOf({ ...created, requestURI })).toMatchObject({ resource: 'deployments', name: 'web' })
  },
)

test('with neither, nothing is known but the path', () => {
  expect(attributesOf({ requestURI: '/api/v1/watch?x' })).toMatchObject({
    resourceRequest: false,
    path: '/api/v1/watch',
  })
  expect(attributesOf({})).toMatchObject({ user: null, verb: '', resourceRequest: false, path: '' })
})

test('an objectRef of v1alpha1 has its group in apiVersion', () => {
  const objectRef = { resource: 'deployments', apiVersion: 'apps/v1' }
  expect(attributesOf({ objectRef })).toMatchObject({ apiGroup: 'apps', apiVersion: 'v1' })
  expect(attributesOf({ objectRef: { resource: 'pods', apiVersion: 'v1' } })).toMatchObject({
    apiGroup: '',
    apiVersion: 'v1',
  })
})

describe('the name in a field selector', () => {
  const requestURI = '/api/v1/secrets?fieldSelector=metadata.name%3Dtls'
  test.each([
    ['list', 'tls'],
    ['watch', 'tls'],
    ['deletecollection', ''],
    ['create', ''],
  ])('counts for %s as %j', (verb, name) => {
    expect(attributesOf({ requestURI, verb }).name).toBe(name)
  })
})

test('the old watch prefix gives a watch without a name', () => {
  const requestURI = '/api/v1/watch/secrets?fieldSelector=metadata.name%3Dtls'
  expect(attributesOf({ requestURI, verb: 'watch' })).toMatchObject({ resource: 'secrets', name: '' })
})

test('a request for another path keeps its method as verb', () => {
  const objectRef = { resource: 'pods' }
  expect(attributesOf({ requestURI: '/healthz?verbose', verb: 'get', objectRef })).toMatchObject({
    resourceRequest: false,
    path: '/healthz',
    verb: 'get',
  })
})

test('a user without a name is nobody', () => {
  expect(attributesOf({ ...created, user: {} }).user).toBeNull()
  expect(attributesOf({ ...created, user: { username: '', groups: [] } }).user).toEqual({ name: '', groups: [] })
})

test.each([
  ['slashes', `/a${'/'.repeat(500_000)}a`],
  ['escapes', `/api/v1/${'%41'.repeat(500_000)}`],
  ['terms of a field selector', `/api/v1/pods?fieldSelector=${'a=b,'.repeat(250_000)}`],
  ['escaped commas', `/api/v1/pods?fieldSelector=metadata.name=${'\\,'.repeat(250_000)}`],
])('a request line of very many %s is read like any other', (_, requestURI) => {
  expect(attributesOf({ requestURI, verb: 'list' }).path).toMatch(/^\/a/)
})
