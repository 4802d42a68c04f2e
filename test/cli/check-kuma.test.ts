/** `check` and Kuma's documents: what a version of Kuma says of them, and what this sink does. */
import { describe, expect, test } from 'vitest'
import { checkKuma, type KumaCheckOptions } from '../../src/cli/check-kuma.ts'
import { loadDocuments } from '../../src/config/load.ts'

function check(text: string, options: Partial<KumaCheckOptions> = {}) {
  return loadDocuments('all.yaml', text).map((document) =>
    checkKuma(document, { kumaVersion: null, envoyVersion: null, ...options }),
  )
}

const policy = (backends: string) =>
  `type: MeshAccessLog\nname: a\nmesh: default\nspec:\n  targetRef: {kind: Mesh}\n  to:\n  - targetRef: {kind: Mesh}\n    default:\n      backends:\n${backends}\n`
const plain = (format: string) =>
  policy(`      - type: File\n        file: {path: /x, format: {type: Plain, plain: "${format}"}}`)
const at = 'spec.to[0].default.backends[0]'

describe('a policy', () => {
  test('without faults has none, nor anything that is odd', () => {
    expect(check(plain('%START_TIME% %KUMA_SOURCE_SERVICE% => %KUMA_DESTINATION_SERVICE% %DURATION%'))).toEqual([
      { faults: [], warnings: [] },
    ])
  })

  test('is told its faults with line and column', () => {
    const [verdict] = check(policy('      - type: File\n        file: {path: x}\n      - {}'))
    expect(verdict!.faults.map(({ path, line, column }) => [path, line, column])).toEqual([
      [`spec.to[0].default.backends[1].type`, 12, 9],
    ])
    const [alone] = check(policy('      - type: File\n        file: {path: x}'), { kumaVersion: '2.14' })
    expect(alone!.faults).toEqual([
      {
        code: 'wrong_value',
        path: `${at}.file.path`,
        message: expect.stringContaining('file backend requires a valid path'),
        line: 11,
        column: 22,
      },
    ])
  })

  test('whose format does not compile is refused, with the caret within the format', () => {
    const [verdict] = check(plain('a %PROTOCL%'))
    expect(verdict!.faults).toEqual([
      expect.objectContaining({
        code: 'unknown_operator',
        path: `${at}.file.format.plain`,
        line: 11,
        column: 58,
        message: expect.stringContaining('Did you mean %PROTOCOL%?'),
      }),
    ])
  })

  test('whose format does not compile is taken by Kuma, and it is said what comes of it', () => {
    const [verdict] = check(plain('a %PROTOCL%'), { kumaVersion: '2.14' })
    expect(verdict!.faults).toEqual([])
    expect(verdict!.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('\nKuma takes it as it is; Envoy refuses the listener that it comes into.'),
    ])
  })

  test.each<[string, string[], string[]]>([
    ['{stringValue: "%PROTOCL%"}', [`${at}.openTelemetry.body.stringValue`], ['Envoy refuses']],
    ['{stringValue: a, intValue: 5}', [`${at}.openTelemetry.body.intValue`], ['this sink does not']],
    ['{stringValue: 5}', [`${at}.openTelemetry.body.stringValue`], ['this sink does not']],
    ['{foo: 1}', [], []],
    ['5', [], []],
  ])('with the body %s', (body, faults, said) => {
    const text = policy(`      - type: OpenTelemetry\n        openTelemetry: {endpoint: otel, body: ${body}}`)
    expect(check(text)[0]!.faults.map(({ path }) => path)).toEqual(faults)
    const [kuma] = check(text, { kumaVersion: '2.13' })
    expect(kuma!.faults).toEqual([])
    for (const words of said) expect(kuma!.warnings.map(({ message }) => message).join('\n')).toContain(words)
  })

  test('says which lists of the logger its formats need, and what an older Envoy does not take', () => {
    const [verdict] = check(plain('%REQ(X-A)% %RESPONSE_HEADER(b)%'), { envoyVersion: '1.36' })
    expect(verdict!.warnings.map(({ code }) => code)).toEqual(['logger_setting', 'logger_setting', 'envoy_version'])
    expect(verdict!.warnings[0]).toMatchObject({ path: `${at}.file.format.plain`, line: 11 })
  })

  test('with a repeated key is taken, and it is said which one counts', () => {
    const [verdict] = check(plain('a').replace('name: a', 'name: a\nname: b'))
    expect(verdict).toEqual({
      faults: [],
      warnings: [expect.objectContaining({ code: 'duplicate_key', path: 'name', line: 2 })],
    })
  })
})

describe('other documents', () => {
  test.each([
    'type: Dataplane\nname: a\nmesh: default\nnetworking: {address: 127.0.0.1, inbound: [{port: 80, tags: {kuma.io/service: a}}]}',
    'type: MeshService\nname: a\nmesh: default\nspec: {ports: [{port: 80}]}',
    'apiVersion: kuma.io/v1alpha1\nkind: Mesh\nmetadata: {name: default}',
  ])('of Kuma are read: %j', (text) => {
    expect(check(text)).toEqual([{ faults: [], warnings: [] }])
  })

  test('of Kuma have faults of their own', () => {
    const [verdict] = check('type: Dataplane\nname: a\nmesh: default\nnetworking: {}')
    expect(verdict!.faults).toEqual([expect.objectContaining({ path: 'networking.address', line: 4 })])
  })

  test('of the older policy are named, and no more', () => {
    const [verdict] = check('type: TrafficLog\nname: a\nmesh: default')
    expect(verdict!.faults).toEqual([])
    expect(verdict!.warnings).toEqual([expect.objectContaining({ message: expect.stringContaining('MeshAccessLog') })])
  })

  test('that are nearly of Kuma are told the word', () => {
    const [verdict] = check('type: MeshAccesLog\nname: a\nmesh: default')
    expect(verdict!.faults).toEqual([
      expect.objectContaining({ path: 'type', message: expect.stringContaining('Did you mean MeshAccessLog?') }),
    ])
  })

  test.each(['log: {level: warn}', 'a: [', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}', 'type: Recipe'])(
    'are not its business: %j',
    (text) => {
      expect(check(text)).toEqual([null])
    },
  )
})

test('a list is judged item by item, with the places of its items', () => {
  const item = (path: string) =>
    `- apiVersion: kuma.io/v1alpha1\n  kind: MeshAccessLog\n  metadata: {name: a, namespace: kuma-system}\n  spec: {targetRef: {kind: Mesh}, to: [{targetRef: {kind: Mesh}, default: {backends: [{type: File, file: {path: ${path}}}]}}]}\n`
  const [verdict] = check(`apiVersion: v1\nkind: List\nitems:\n${item('/x')}${item('y')}`, { kumaVersion: '2.14' })
  expect(verdict!.faults).toEqual([expect.objectContaining({ path: `items[1].${at}.file.path`, line: 11 })])
})
