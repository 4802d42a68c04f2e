/** Request lines as kube-apiserver takes them apart, held against its own answers. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RequestPathError, requestInfo } from '../../../src/audit/kubernetes/request-info.ts'

const recorded = readFileSync(new URL('../vectors/k8s-policy/requestinfo.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, string>)

test.each(recorded.map((answer) => [answer['method']!, answer['uri']!, answer] as const))(
  '%s %s',
  (method, uri, answer) => {
    const { method: _, uri: __, ...expected } = answer
    expect(requestInfo(method, uri)).toMatchObject(expected)
  },
)

describe('what is not about a resource', () => {
  test.each([
    '/',
    '/api',
    '/api/',
    '/api/v1',
    '/api/v1/',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1/',
    '/healthz',
    '/apix/v1/pods',
    '*',
    '',
  ])('%j', (uri) => {
    expect(requestInfo('POST', uri)).toMatchObject({ resourceRequest: false, verb: 'post', path: uri, resource: '' })
  })
})

/** `namespace resource/subresource name`, `-` for what is not there. */
function summary(method: string, uri: string): string {
  const { verb, namespace, apiGroup, resource, subresource, name } = requestInfo(method, uri)
  const text = [verb, apiGroup, namespace, subresource ? `${resource}/${subresource}` : resource, name]
  return text.map((each) => each || '-').join(' ')
}

describe('paths', () => {
  test.each([
    ['GET', '/api/v1/pods', 'list - - pods -'],
    ['GET', '//api/v1/pods/', 'list - - pods -'],
    ['GET', 'https://host:6443/api/v1/pods', 'list - - pods -'],
    ['GET', '/api//v1/pods', 'get - - v1 pods'],
    ['GET', '/api/v1/namespaces/d/pods/p%2Flog', 'get - d pods/log p'],
    ['GET', '/api/v1/namespaces/d/pods/%66oo', 'get - d pods foo'],
    ['GET', '/api/v1/namespaces/d/pods//log', 'list - d pods/log -'],
    ['GET', '/api/v1/namespaces', 'list - - namespaces -'],
    ['GET', '/api/v1/namespaces/d/status', 'get - d namespaces/status d'],
    ['PUT', '/api/v1/namespaces/d/finalize', 'update - d namespaces/finalize d'],
    ['DELETE', '/apis/apps/v1/namespaces/d/deployments', 'deletecollection apps d deployments -'],
    ['DELETE', '/apis/apps/v1/namespaces/d/deployments/x', 'delete apps d deployments x'],
    ['GET', '/api/v1/watch/pods', 'watch - - pods -'],
    ['DELETE', '/api/v1/watch/namespaces/d/pods/p', 'watch - d pods p'],
    ['GET', '/api/v1/proxy/namespaces/d/pods/p/a/b', 'proxy - d pods p'],
    ['TRACE', '/api/v1/pods/p', '- - - pods p'],
    ['CONNECT', '/api/v1/pods/p', '- - - pods p'],
    ['get', '/api/v1/pods/p', '- - - pods p'],
  ])('%s %s', (method, uri, expected) => {
    expect(summary(method, uri)).toBe(expected)
  })

  test('are decoded and without their query', () => {
    expect(requestInfo('GET', '/logs/%C3%A4/a%20b?x=1?y').path).toBe('/logs/ä/a b')
  })

  test.each([
    ['/api/v1/watch', 'incomplete'],
    ['/apis/apps/v1/proxy/', 'incomplete'],
    ['/api/v1/pods/%zz', 'malformed'],
    ['/api/v1/pods/%4', 'malformed'],
  ])('%s is an error', (uri, code) => {
    expect(() => requestInfo('GET', uri)).toThrow(expect.objectContaining({ name: 'RequestPathError', code }))
    expect(() => requestInfo('GET', uri)).toThrow(RequestPathError)
  })
})

describe('queries', () => {
  test.each([
    ['watch', 'watch'],
    ['watch=', 'watch'],
    ['watch=yes', 'watch'],
    ['watch=0', 'list'],
    ['watch=False', 'list'],
    ['watch=false&watch=true', 'list'],
    ['%77atch=1', 'watch'],
    ['watch=1;a=b', 'list'],
    ['watch=%zz', 'list'],
    ['limit=x&watch=1', 'watch'],
  ])('%s: %s', (query, verb) => {
    expect(requestInfo('GET', `/api/v1/pods?${query}`).verb).toBe(verb)
  })

  test.each([
    ['metadata.name=a', 'a'],
    ['metadata.name==a', 'a'],
    ['metadata.name%3Da', 'a'],
    ['metadata.namespace=x,metadata.name=a,spec.nodeName=n', 'a'],
    ['metadata.name=b,metadata.name=a', 'a'],
    ['metadata.name!=a', ''],
    ['metadata.name=', ''],
    ['metadata.name=a/b', ''],
    ['metadata.name=..', ''],
    ['metadata.name=a%25b', ''],
    ['metadata.name=a+b', 'a b'],
    ['metadata.name=a\\,b', 'a,b'],
    ['metadata.name=a\\b', ''],
    ['metadata.name=a=b', ''],
    ['metadata.name', ''],
    ['xmetadata.name=a', ''],
    ['metadata.name=a&limit=x', ''],
    ['metadata.name=a&limit=5', 'a'],
    ['', ''],
  ])('of the field selector %s the name is %j', (selector, name) => {
    expect(requestInfo('GET', `/api/v1/pods?fieldSelector=${selector}`).name).toBe(name)
  })

  test('a field selector names nothing where it is not a list that is asked for', () => {
    const uri = '/api/v1/pods?fieldSelector=metadata.name=a'
    expect(requestInfo('DELETE', uri)).toMatchObject({ verb: 'deletecollection', name: '' })
    expect(requestInfo('GET', uri.replace('/pods', '/watch/pods'))).toMatchObject({ verb: 'watch', name: '' })
  })
})
