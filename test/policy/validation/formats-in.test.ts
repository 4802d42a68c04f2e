/** The formats of a policy: the ones that are read, with the places where they stand. */
import { expect, test } from 'vitest'
import { formatsIn } from '../../../src/policy/validation/formats-in.ts'
import { backendPath as at, policy, withBackend } from './policy-text.ts'

test.each<[string, object[]]>([
  ['{type: File, file: {path: /x}}', []],
  ['{type: File, file: {path: /x, format: {}}}', []],
  ['{type: Other, file: {path: /x, format: {plain: a}}}', []],
  [
    '{type: File, file: {path: /x, format: {type: Plain, plain: a, json: []}}}',
    [{ kind: 'plain', path: `${at}.file.format.plain`, plain: 'a' }],
  ],
  ['{tcp: {address: x, format: {plain: a}}}', [{ kind: 'plain', path: `${at}.tcp.format.plain`, plain: 'a' }]],
  [
    '{type: Tcp, tcp: {address: x, format: {type: Json, json: [{key: a, value: b}], plain: c}}}',
    [{ kind: 'json', path: `${at}.tcp.format.json`, pairs: [{ key: 'a', value: 'b' }] }],
  ],
  [
    '{type: OpenTelemetry, openTelemetry: {endpoint: x, body: a, attributes: [{key: a, value: b}]}}',
    [{ kind: 'openTelemetry', path: `${at}.openTelemetry`, body: 'a', attributes: [{ key: 'a', value: 'b' }] }],
  ],
])('of %s', (backend, formats) => {
  expect(formatsIn(withBackend(backend))).toEqual(formats)
})

test('of every part of the policy', () => {
  const backends = '{backends: [{type: File, file: {path: /x, format: {type: Plain, plain: a}}}]}'
  const item = `[{targetRef: {kind: Mesh}, default: ${backends}}]`
  const document = policy(`{to: ${item}, from: ${item}, rules: [{default: {}}, {default: ${backends}}]}`)
  expect(formatsIn(document).map(({ path }) => path.replace('.default.backends[0].file.format.plain', ''))).toEqual([
    'spec.to[0]',
    'spec.from[0]',
    'spec.rules[1]',
  ])
})

test.each([null, 5, {}, { spec: { to: 'x' } }])('%j has none', (document) => {
  expect(formatsIn(document)).toEqual([])
})
