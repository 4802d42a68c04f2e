/** What looks like a JWT and what does not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findTokens } from '../../../src/audit/redact/tokens.ts'

const found = (text: string) => {
  const bytes = Buffer.from(text)
  return findTokens(bytes).map(({ at, end }) => bytes.toString('utf8', at, end))
}

const b64 = (text: string) => Buffer.from(text).toString('base64url')
const jwt = `${b64('{"alg":"RS256","kid":"k"}')}.${b64('{"sub":"a"}')}.${b64('a signature')}`
const jwe = `${b64('{"alg":"dir","enc":"A256GCM"}')}..${b64('iv')}.${b64('text')}.${b64('tag')}`

describe('tokens', () => {
  test.each([
    ['alone', `"${jwt}"`, jwt],
    ['in a sentence', `"Authorization: Bearer ${jwt}, and so on"`, jwt],
    ['of encryption', `"${jwe}"`, jwe],
    ['without a signature', `"${b64('{"alg":"none"}')}.${b64('{}')}."`, `${b64('{"alg":"none"}')}.${b64('{}')}.`],
    ['whose header begins with white space', `"${b64('{ "alg":"RS256"}')}.a.b"`, `${b64('{ "alg":"RS256"}')}.a.b`],
    ['whose header has lines', `"${b64('{\n "alg":"RS256"}')}.a.b"`, `${b64('{\n "alg":"RS256"}')}.a.b`],
    ['as a key', `{"${jwt}":1}`, jwt],
    ['behind an escape', `"a\\n${jwt}\\t"`, jwt],
    ['behind a prefix', `"k8s-v1.${jwt}"`, jwt],
    ['outside of any string', jwt, jwt],
    ['with escapes for its dots', `"${jwt.replaceAll('.', '\\u002e')}"`, jwt.replaceAll('.', '\\u002e')],
    ['with escapes for its letters', `"é \\u0065${jwt.slice(1)} x"`, `\\u0065${jwt.slice(1)}`],
    [
      'that is opaque',
      '"dGhpcyBpcyBub3Q1.IGpzb24gYXQgYWxs.MDEyMzQ1Njc4OWFi"',
      'dGhpcyBpcyBub3Q1.IGpzb24gYXQgYWxs.MDEyMzQ1Njc4OWFi',
    ],
  ])('%s', (_, text, token) => expect(found(text)).toEqual([token]))

  test('all of them, in order', () => {
    expect(found(`{"a":"${jwt} ${jwe}","b":"\\u0065${jwt.slice(1)}","c":["${jwt}"]}`)).toEqual([
      jwt,
      jwe,
      `\\u0065${jwt.slice(1)}`,
      jwt,
    ])
  })
})

describe('other words with dots', () => {
  test.each([
    'rbac.authorization.k8s.io',
    'eyeball.example.com',
    'ewok.forest.moon',
    'eyj.eyj.eyj',
    '10.96.0.9',
    'v1.36.1-rc.0',
    'web-7d4b9c6d5f-abcde.1799a0b1c2d3e4f5.events',
    'a-very-long-label-here.another-very-long-label.and-a-third-long-one.example.org',
    'system:serviceaccount:kube-system:deployment-controller',
    '2026-11-21T08:29:12.664297Z',
    'eyJub3RhdG9rZW4i',
    '0f5a1c52-6a1e-4f0a-9a57-000000007bbc.0f5a1c52-6a1e-4f0a-9a57-000000007bbc.x',
    'kubectl.kubernetes.io/last-applied-configuration',
    '..',
    '\\u0041.b.c',
  ])('%s', (text) => expect(found(`"${text}"`)).toEqual([]))
})

test('a text that begins one token after the other is searched in a time that grows with its length', () => {
  for (const begin of ['ey', 'eyA', 'eyJ']) {
    const began = process.cpuUsage()
    expect(found(`"a.b.${begin.repeat(200_000)}"`)).toEqual([])
    findTokens(Buffer.from(`${begin.repeat(200_000)}.a.b`))
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(2_000)
  }
})

test('what is found around dots is what is found in texts whose strings have to be told apart', () => {
  const pieces = [
    '.',
    '..',
    'a',
    'Zz9',
    'eyJ',
    'ewogIA',
    jwt,
    '\\\\',
    '\\n',
    '\\"',
    '"',
    ' ',
    '-',
    'Abc1Def2Ghi3Jkl4.',
    'é',
    'key',
  ]
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => `"${parts.join('')}" `)
  let tokens = 0
  const property = fc.property(texts, (text) => {
    const expected = found(`${text}"\\u00e9"`)
    tokens += expected.length
    expect(found(text)).toEqual(expected)
  })
  fc.assert(property, { numRuns: 5_000, seed: 3 })
  expect(tokens).toBeGreaterThan(1_000)
})
