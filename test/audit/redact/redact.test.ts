/** Secrets go, wherever they stand; everything else stays byte for byte. */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RedactOptions, redactEvent, redactMeshRecord } from '../../../src/audit/redact/redact.ts'
import { redactedHmacBytesMax } from '../../../src/limits.ts'
import { jsonText } from '../json/arbitraries.ts'

const key = Buffer.from('a key of this deployment')
const all: RedactOptions = { secrets: true, configMaps: true, tokens: true }

function redact(text: string, options = all): { text: string; rules: readonly string[] } {
  const { bytes, rules } = redactEvent(Buffer.from(text), options, key)
  return { text: bytes.toString(), rules }
}

const marker = (text: string) => `redacted:hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`
const marked = (text: string) => `"${marker(text)}"`

const about = (resource: string, more = '') =>
  `"objectRef":{"resource":"${resource}","namespace":"d","name":"s","apiVersion":"v1"${more}}`
const event = (...members: string[]) => `{"level":"RequestResponse",${members.join(',')},"stage":"ResponseComplete"}`
const ofSecret = (request: string, response = 'null') =>
  event(about('secrets'), `"requestObject":${request},"responseObject":${response}`)

const applied = '"kubectl.kubernetes.io/last-applied-configuration":"{\\"data\\":{\\"p\\":\\"cHc=\\"}}"'

describe('bodies about Secrets', () => {
  test.each([
    [
      'an object',
      '{"kind":"Secret","data":{"p":"cHc=","q":"YQ=="},"type":"Opaque"}',
      `{"kind":"Secret","data":{"p":${marked('cHc=')},"q":${marked('YQ==')}},"type":"Opaque"}`,
    ],
    ['stringData', '{"stringData":{"p":"a\\nb"}}', `{"stringData":{"p":${marked('a\nb')}}}`],
    [
      'values that are no strings',
      '{"data":{"p":17,"q":{"a":[1.0]},"r":[true]}}',
      `{"data":{"p":${marked('17')},"q":${marked('{"a":[1.0]}')},"r":${marked('[true]')}}}`,
    ],
    ['a deleted value of a merge patch', '{"data":{"p":null}}', '{"data":{"p":null}}'],
    ['keys with needless escapes', '{"d\\u0061ta":{"p":"cHc="}}', `{"d\\u0061ta":{"p":${marked('cHc=')}}}`],
    [
      'repeated keys',
      '{"data":{"p":"1"},"data":{"p":"2"}}',
      `{"data":{"p":${marked('1')}},"data":{"p":${marked('2')}}}`,
    ],
    ['data that is no object', '{"data":"cHc="}', `{"data":${marked('cHc=')}}`],
    [
      'the last applied configuration',
      `{"metadata":{"annotations":{"a":"1",${applied},"b":"2"},"name":"s"}}`,
      '{"metadata":{"annotations":{"a":"1","b":"2"},"name":"s"}}',
    ],
    [
      'the last applied configuration alone',
      `{"metadata":{"annotations":{${applied}}}}`,
      '{"metadata":{"annotations":{}}}',
    ],
    [
      'a list',
      '{"kind":"SecretList","items":[{"data":{"p":"1"}},{"stringData":{"q":"2"}}]}',
      `{"kind":"SecretList","items":[{"data":{"p":${marked('1')}}},{"stringData":{"q":${marked('2')}}}]}`,
    ],
    [
      'a Table',
      '{"kind":"Table","rows":[{"cells":["s",1],"object":{"data":{"p":"1"}}}]}',
      `{"kind":"Table","rows":[{"cells":["s",1],"object":{"data":{"p":${marked('1')}}}}]}`,
    ],
    ['a Status', '{"kind":"Status","code":404}', '{"kind":"Status","code":404}'],
    ['what is no object', '"cHc="', marked('cHc=')],
    ['white space', '{ "data" : { "p" : "1" } , "x" : [ 1 ] }', `{ "data" : { "p" : ${marked('1')} } , "x" : [ 1 ] }`],
  ])('%s', (_, body, expected) => {
    expect(redact(ofSecret(body)).text).toBe(ofSecret(expected))
    expect(redact(ofSecret('null', body)).text).toBe(ofSecret('null', expected))
  })
})

describe('what is there more than once', () => {
  const values = fc.array(fc.constantFrom('"aa"', '"ab"', '"a"', '"\\u0061a"', '17', '[1]'), { maxLength: 6 })
  const data = (texts: readonly string[]) => `{"data":{${texts.map((text, i) => `"k${i}":${text}`).join(',')}}}`
  const own = (text: string) => marked(text.startsWith('"') ? JSON.parse(text) : text)

  test('each value has a marker of its own, whatever the answer says again of the request', () => {
    fc.assert(
      fc.property(values, values, (request, response) => {
        const expected = ofSecret(data(request.map(own)), data(response.map(own)))
        expect(redact(ofSecret(data(request), data(response))).text).toBe(expected)
      }),
    )
  })

  test('and by the rule of its own kind', () => {
    const large = `"${'a'.repeat(redactedHmacBytesMax)}"`
    const both = (secret: string, configMap: string) =>
      event(
        about('things'),
        `"requestObject":{"kind":"Secret","apiVersion":"v1","data":{"p":${secret}}}`,
        `"responseObject":{"kind":"ConfigMap","apiVersion":"v1","data":{"p":${configMap}}}`,
      )
    expect(redact(both(large, large)).text).toBe(both(own(large), '"redacted"'))
  })
})

describe('operations of a JSON patch to a Secret', () => {
  const ops = (...operations: string[]) => `[${operations.join(',')}]`
  test.each([
    [
      'a value',
      ops('{"op":"replace","path":"/data/p","value":"cHc="}'),
      ops(`{"op":"replace","path":"/data/p","value":${marked('cHc=')}}`),
    ],
    [
      'a value of stringData',
      ops('{"value":"pw","path":"/stringData/p","op":"add"}'),
      ops(`{"value":${marked('pw')},"path":"/stringData/p","op":"add"}`),
    ],
    [
      'a test of a value',
      ops('{"op":"test","path":"/data/p","value":"cHc="}'),
      ops(`{"op":"test","path":"/data/p","value":${marked('cHc=')}}`),
    ],
    [
      'all values',
      ops('{"op":"add","path":"/data","value":{"p":"1","q":null}}'),
      ops(`{"op":"add","path":"/data","value":{"p":${marked('1')},"q":null}}`),
    ],
    [
      'below a value',
      ops('{"op":"add","path":"/data/p/x","value":{"y":1}}'),
      ops(`{"op":"add","path":"/data/p/x","value":${marked('{"y":1}')}}`),
    ],
    [
      'the whole object',
      ops('{"op":"replace","path":"","value":{"type":"t","data":{"p":"1"}}}'),
      ops(`{"op":"replace","path":"","value":{"type":"t","data":{"p":${marked('1')}}}}`),
    ],
    [
      'the whole object by something else',
      ops('{"op":"replace","path":"","value":"cHc="}'),
      ops(`{"op":"replace","path":"","value":${marked('cHc=')}}`),
    ],
    [
      'the last applied configuration',
      ops('{"op":"add","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration","value":"{}"}'),
      ops(
        `{"op":"add","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration","value":${marked('{}')}}`,
      ),
    ],
    [
      'all annotations',
      ops(`{"op":"add","path":"/metadata/annotations","value":{${applied},"a":"1"}}`),
      ops('{"op":"add","path":"/metadata/annotations","value":{"a":"1"}}'),
    ],
    [
      'a path with needless escapes',
      ops('{"op":"add","path":"\\/d\\u0061ta/p","value":"1"}'),
      ops(`{"op":"add","path":"\\/d\\u0061ta/p","value":${marked('1')}}`),
    ],
    ['no path', ops('{"op":"add","value":"cHc="}'), ops(`{"op":"add","value":${marked('cHc=')}}`)],
    ['no operation', ops('"cHc="'), ops(marked('cHc='))],
    [
      'a label',
      ops('{"op":"add","path":"/metadata/labels/a","value":"b"}', '{"op":"remove","path":"/data/p"}'),
      ops('{"op":"add","path":"/metadata/labels/a","value":"b"}', '{"op":"remove","path":"/data/p"}'),
    ],
  ])('%s', (_, body, expected) => expect(redact(ofSecret(body)).text).toBe(ofSecret(expected)))
})

describe('what is about Secrets', () => {
  const body = '"responseObject":{"data":{"p":"cHc="}}'
  const typed = '"responseObject":{"kind":"Secret","apiVersion":"v1","data":{"p":"cHc="}}'
  test.each([
    ['the request line, without objectRef', event('"requestURI":"/api/v1/namespaces/d/secrets/s"', body)],
    [
      'the request line, against objectRef',
      event('"requestURI":"/api/v1/namespaces/d/secrets/s"', about('pods'), body),
    ],
    ['the kind of the body', event(about('pods'), typed)],
    ['the kind of an item', event('"responseObject":{"kind":"List","items":[{"kind":"Secret","data":{"p":"cHc="}}]}')],
    [
      'the kind of the list',
      event('"responseObject":{"kind":"SecretList","apiVersion":"v1","items":[{"data":{"p":"cHc="}}]}'),
    ],
  ])('%s', (_, text) =>
    expect(redact(text)).toEqual({ text: text.replace('"cHc="', marked('cHc=')), rules: ['secret'] }),
  )

  test.each([
    ['another group', event(about('secrets', ',"apiGroup":"example.org"'), body)],
    ['another group in v1alpha1', event('"objectRef":{"resource":"secrets","apiVersion":"example.org/v1"}', body)],
    ['another kind', event(about('pods'), body)],
    ['a kind of another group', event(about('pods'), typed.replace('"v1"', '"example.org/v1"'))],
  ])('not %s', (_, text) => expect(redact(text)).toEqual({ text, rules: [] }))

  test('is left alone when secrets are not to be redacted', () => {
    expect(redact(ofSecret('{"data":{"p":"1"}}'), { ...all, secrets: false }).rules).toEqual([])
  })
})

describe('ConfigMaps', () => {
  const text = (value: string) =>
    event(about('configmaps'), `"requestObject":{"data":{"p":${value}},"binaryData":{"q":${value}}}`)
  test('lose their values', () => {
    expect(redact(text('"v"'))).toEqual({ text: text(marked('v')), rules: ['configmap'] })
  })
  test('have no HMAC of a large value', () => {
    expect(redact(text(`"${'v'.repeat(redactedHmacBytesMax)}"`)).text).toBe(text('"redacted"'))
  })
  test('stay as they are when that is asked for', () => {
    expect(redact(text('"v"'), { ...all, configMaps: false })).toEqual({ text: text('"v"'), rules: [] })
  })
})

describe('requests about tokens keep no body', () => {
  const bodies = '"requestObject":{"spec":{"token":"t"}},"responseObject":{"status":{"token":"t"}}'
  test.each([
    about('serviceaccounts', ',"subresource":"token"'),
    about('tokenreviews', ',"apiGroup":"authentication.k8s.io"'),
    about('tokenrequests'),
    about('selfsubjectreviews'),
    about('certificatesigningrequests', ',"subresource":"approval"'),
    about('oauthaccesstokens', ',"apiGroup":"oauth.openshift.io"'),
    '"requestURI":"/api/v1/namespaces/d/serviceaccounts/s/token"',
  ])('%s', (place) => {
    expect(redact(event(place, bodies))).toEqual({
      text: event(place).replace('RequestResponse', 'Metadata'),
      rules: ['metadata'],
    })
    expect(redact(event(place, bodies), { ...all, tokens: false })).toEqual({ text: event(place, bodies), rules: [] })
  })

  test('nor do those whose body says so', () => {
    expect(redact(event('"requestObject":{"kind":"TokenReview","spec":{"token":"t"}}')).text).not.toContain('spec')
  })

  test('a level that nobody knows stays', () => {
    expect(redact(`{"level":"Foo",${about('tokenreviews')},${bodies}}`).text).toBe(
      `{"level":"Foo",${about('tokenreviews')}}`,
    )
  })

  test('service accounts and pods do', () => {
    for (const place of [about('serviceaccounts'), about('pods', ',"subresource":"token"')]) {
      expect(redact(event(place, bodies)).rules).toEqual([])
    }
  })
})

describe('the query of the request line', () => {
  test.each([
    [
      '/p/exec?command=ls&command=-l+x&container=c',
      `/p/exec?command=${marker('ls')}&command=${marker('-l+x')}&container=c`,
    ],
    ['/p?a=b\\u0026access_token=t\\u0026c=d', `/p?a=b\\u0026access_token=${marker('t')}\\u0026c=d`],
    ['/p?token=t', `/p?token=${marker('t')}`],
    ['/p?PassWord=a=b?c;d', `/p?PassWord=${marker('a=b?c;d')}`],
    ['/p?%74oken=t', `/p?%74oken=${marker('t')}`],
    ['/p?to\\u006ben=t\\u0065', `/p?to\\u006ben=${marker('te')}`],
    ['/p\\u003ftoken=\\"\\ud83d\\ude00é', `/p\\u003ftoken=${marker('"😀é')}`],
    ['/p?a=b?token=t', `/p?a=b?token=${marker('t')}`],
    ['/p?a=b;token=t', `/p?a=b;token=${marker('t')}`],
    ['/p?%ff=a&token=t', `/p?%ff=a&token=${marker('t')}`],
  ])('%s', (uri, expected) => {
    expect(redact(event(`"requestURI":"${uri}"`))).toEqual({
      text: event(`"requestURI":"${expected}"`),
      rules: ['requestURI'],
    })
  })

  test.each(['/token=t', '/p?tokens=t', '/p?token=', '/p?token', '/p?x=command', '/command?a=b'])('%s stays', (uri) => {
    expect(redact(event(`"requestURI":"${uri}"`))).toEqual({ text: event(`"requestURI":"${uri}"`), rules: [] })
  })
})

test('the rules that changed an event are told in order, each once', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'
  const text = event(
    '"requestURI":"/api/v1/secrets?token=x"',
    `"userAgent":"${jwt}"`,
    '"requestObject":{"data":{"a":"1","b":"2"}}',
  )
  expect(redact(text).rules).toEqual(['secret', 'requestURI', 'jwt'])
})

test('what is no event, and speaks of no secrets, is searched for tokens alone', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'
  expect(redact(`{"token": ${jwt}`)).toEqual({ text: `{"token": ${marker(jwt)}`, rules: ['jwt'] })
  expect(redact('[]')).toEqual({ text: '[]', rules: [] })
})

test('mesh records keep their claims, but no token', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'
  const record = (token: string) =>
    Buffer.from(`{"action":"GENERATE_USER_TOKEN","token":{"id":"1","claims":{"name":"ana","raw":"${token}"}}}`)
  const { bytes, rules } = redactMeshRecord(record(jwt), { tokens: true }, key)
  expect({ text: bytes.toString(), rules }).toEqual({ text: record(marker(jwt)).toString(), rules: ['jwt'] })
  const given = record(jwt)
  expect(redactMeshRecord(given, { tokens: false }, key)).toEqual({ bytes: given, rules: [] })
})

/** An event with holes for secrets, in one of the forms that bodies have. */
const forms: Readonly<Record<string, (hole: (i: number) => string) => string>> = {
  object: (hole) =>
    ofSecret(`{"kind":"Secret","data":{"a":${hole(0)},"b":${hole(1)}}}`, `{"stringData":{"a":${hole(2)}}}`),
  list: (hole) => ofSecret('null', `{"items":[{"data":{"a":${hole(0)}}},{"data":{"a":${hole(1)},"b":${hole(2)}}}]}`),
  table: (hole) =>
    ofSecret(
      'null',
      `{"kind":"Table","rows":[{"object":{"data":{"a":${hole(0)},"b":${hole(1)}}}},{"object":{"data":{"c":${hole(2)}}}}]}`,
    ),
  patch: (hole) =>
    ofSecret(
      `[{"op":"add","path":"/data/a","value":${hole(0)}},{"op":"add","path":"/stringData","value":{"b":${hole(1)}}}]`,
      `{"data":{"a":${hole(2)}}}`,
    ),
}

test('no byte of a secret is left, and nothing else is changed', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/]{12,40}={0,2}$/)
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(forms)),
      fc.array(secret, { minLength: 3, maxLength: 3 }),
      jsonText(true),
      (form, secrets, other) => {
        const around = (text: string) => `{"foo":${other},"event":1,${text.slice(1)}`
        const { text, rules } = redact(around(forms[form]!((i) => `"${secrets[i]}"`)))
        expect(text).toBe(around(forms[form]!((i) => marked(secrets[i]!))))
        for (const each of secrets) expect(text).not.toContain(each)
        expect(rules).toEqual(['secret'])
      },
    ),
    { numRuns: 300, seed: 7 },
  )
})
