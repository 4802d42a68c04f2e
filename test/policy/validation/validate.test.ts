/** Whose rules a policy is judged by, who judges, and what is said of it besides. */
import { describe, expect, test } from 'vitest'
import { validateMeshAccessLog } from '../../../src/policy/validation/validate.ts'
import {
  backendPath as at,
  faultsOf,
  fromYaml,
  linesOf,
  policy,
  warningsOf,
  withBackend,
  withTo,
  withTop,
} from './policy-text.ts'

const judge = (document: unknown) => {
  const { faults, warnings, version } = validateMeshAccessLog(document, { version: null })
  const versions = warnings.find(({ code }) => code === 'kuma_versions')
  return { faults: linesOf(faults), version, versions: versions?.message }
}

describe('without a version', () => {
  test('what every release takes is judged by the newest, and nothing is said of versions', () => {
    const typed = '{type: File, file: {path: /x}}'
    const old = policy(`{targetRef: {kind: Mesh}, to: [{targetRef: {kind: Mesh}, default: {backends: []}}]}`)
    expect(judge(old)).toEqual({ faults: [], version: '2.14', versions: undefined })
    expect(judge(withBackend(typed))).toMatchObject({ faults: [], version: '2.14', versions: undefined })
  })

  test('versions in a row are told as a range', () => {
    const sectioned = withTo('{kind: MeshService, labels: {a: b}, sectionName: http}')
    expect(judge(sectioned).versions).toContain('This is a policy for Kuma 2.10 to 3.0-dev only.\n')
  })

  test('what some take is taken, and it is said which do, and what another says', () => {
    const typeless = withBackend('{file: {path: /x}}')
    expect(judge(typeless)).toEqual({
      faults: [],
      version: '2.2',
      versions: `This is a policy for Kuma 2.2 only.\nKuma 2.14: ${at}.type: in body is required.`,
    })
    const gateway = policy(
      '{targetRef: {kind: MeshGateway, name: gw}, to: [{targetRef: {kind: MeshService, name: s}, default: {backends: []}}]}',
    )
    expect(judge(gateway)).toMatchObject({
      faults: [],
      version: '2.8',
      versions: expect.stringContaining('This is a policy for Kuma 2.4 to 2.8 only.'),
    })
  })

  test('what none takes but this sink does is taken, and it is said', () => {
    const tls = withBackend('{type: Tcp, tcp: {address: "tls://logs:5000"}}')
    expect(judge(tls)).toEqual({
      faults: [],
      version: '2.14',
      versions: `No version of Kuma takes this policy; this sink does.\nKuma 2.14: ${at}.tcp.address: tcp backend requires valid address.`,
    })
  })

  test.each([
    ['2.14', withBackend('{type: File, file: {path: x}}')],
    [
      '2.14',
      policy('{rules: [{default: {backends: [{type: File, file: {path: x}}, {type: File, file: {path: y}}]}}]}'),
    ],
    ['2.2', withBackend('{file: {path: x, format: {plain: a}}}')],
    ['2.14', withTop('{kind: Meshes}')],
  ])('what none takes is judged by the version that it comes nearest to, %s, which is named', (version, document) => {
    const verdict = judge(document)
    expect(verdict.faults).not.toEqual([])
    expect(verdict).toMatchObject({ version, versions: expect.stringContaining(`judged as one for Kuma ${version}`) })
  })
})

describe('this sink as the judge', () => {
  const sink = { as: 'sink' } as const

  test.each([
    ['{file: {path: /x, format: {json: [{key: a, value: b}]}}}'],
    ['{type: Tcp, tcp: {address: "tls://logs:5000", format: {plain: a}}}'],
    ['{type: OpenTelemetry, openTelemetry: {endpoint: "https://otel/v1/logs"}}'],
    ['{openTelemetry: {endpoint: "otel-%KUMA_MESH%:4317"}}'],
  ])('takes %s, which Kuma 2.14 does not', (backend) => {
    expect(faultsOf(withBackend(backend), '2.14', sink)).toEqual([])
    if (!backend.includes('KUMA')) expect(faultsOf(withBackend(backend), '2.14')).not.toEqual([])
  })

  test.each([
    '{file: {path: /x}, tcp: {address: "logs:5000"}}',
    '{file: {path: x}}',
    '{type: Tcp, tcp: {address: "tls://"}}',
  ])('refuses %s as well', (backend) => {
    expect(faultsOf(withBackend(backend), '2.14', sink)).not.toEqual([])
  })

  test('takes the policy of any version, and looks no further', () => {
    const gateway = policy(
      '{targetRef: {kind: MeshGateway, name: gw}, to: [{targetRef: {kind: MeshService, name: s}, default: {backends: []}}]}',
    )
    expect(validateMeshAccessLog(gateway, { version: null, as: 'sink' })).toEqual({
      faults: [],
      warnings: [],
      version: '2.8',
    })
    const refused = withBackend('{type: File, file: {path: x}}')
    expect(validateMeshAccessLog(refused, { version: null, as: 'sink' })).toMatchObject({
      faults: [{}],
      version: '2.14',
    })
  })

  test('refuses an endpoint that differs from entry to entry, which Kuma takes', () => {
    const document = withBackend('{type: OpenTelemetry, openTelemetry: {endpoint: "%REQ(x)%:4317"}}')
    expect(faultsOf(document, '2.14', sink)).toEqual([
      `${at}.openTelemetry.endpoint: must not hold %REQ(x)%: it differs from entry to entry, and each value would need a connection of its own.`,
    ])
    expect(faultsOf(document, '2.14')).toEqual([])
    expect(validateMeshAccessLog(document, { version: null }).faults).toHaveLength(1)
  })

  test('says nothing of what only Kuma makes of it', () => {
    const document = policy(
      '{targetRef: {kind: MeshService, name: a}, from: [{targetRef: {kind: Mesh}, default: {backends: [{type: OpenTelemetry, openTelemetry: {endpoint: "o-%KUMA_MESH%", body: {boolValue: true}}}]}}]}',
    )
    expect(warningsOf(document, '2.14', sink)).toEqual([])
    expect(warningsOf(document, '2.14')).toHaveLength(5)
  })
})

test('documented kinds only, if that is asked', () => {
  const documented = { targetRefs: 'documented' } as const
  expect(faultsOf(withTop('{kind: MeshService, name: a}'), '2.14', documented)).toEqual([
    'spec.targetRef.kind: MeshService is taken by Kuma 2.14, but not documented here.',
  ])
  expect(faultsOf(withTop('{kind: MeshService, name: a}'), '2.8', documented)).toEqual([])
  expect(faultsOf(withTo('{kind: MeshMultiZoneService, name: a}'), '2.14', documented)).toHaveLength(1)
  expect(faultsOf(withTop('{kind: Nothing}'), '2.14', documented)).toHaveLength(1)
})

describe('deprecations of Kuma', () => {
  const from = policy(
    '{targetRef: {kind: MeshSubset, tags: {a: b}}, from: [{targetRef: {kind: Mesh}, default: {backends: []}}]}',
  )
  test.each([
    ['2.9', []],
    ['2.10', ['deprecated spec.targetRef.kind', 'deprecated spec.from']],
    ['2.14', ['deprecated spec.targetRef.kind', 'deprecated spec.from']],
  ] as const)('in %s', (version, warnings) => {
    expect(warningsOf(from, version)).toEqual(warnings)
  })

  test('are not told of a policy that is refused anyway', () => {
    const refused = policy('{targetRef: {kind: MeshService}, to: [{targetRef: {kind: Mesh}, default: {backends: []}}]}')
    expect(warningsOf(refused, '2.14')).toEqual([])
  })
})

describe('around the spec', () => {
  const spec = { to: [{ targetRef: { kind: 'Mesh' }, default: { backends: [] } }] }
  const universal = (envelope: object) => ({ type: 'MeshAccessLog', name: 'a', mesh: 'default', spec, ...envelope })

  test.each<[object, '2.8' | '2.9' | '2.10', string[]]>([
    [{}, '2.10', []],
    [
      { mesh: 'A' },
      '2.10',
      ["mesh: invalid characters. Valid characters are numbers, lowercase latin letters and '-', '_', '.' symbols."],
    ],
    [{ name: true }, '2.10', ['name: in body must be of type string: "boolean".']],
    [{ name: 'a_b' }, '2.9', []],
    [{ name: '-a' }, '2.9', []],
    [
      { name: 'a_b' },
      '2.10',
      [
        "name: invalid characters. A lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character.",
      ],
    ],
    [
      { name: 'A' },
      '2.9',
      ["name: invalid characters. Valid characters are numbers, lowercase latin letters and '-', '_', '.' symbols."],
    ],
    [{ name: '' }, '2.10', ['name: cannot be empty.']],
    [{ name: 'a'.repeat(254) }, '2.10', ['name: value length must less or equal 253.']],
    [{ labels: { a: 1 } }, '2.10', ['labels.a: in body must be of type string: "number".']],
    [{ spec: undefined }, '2.9', ['spec: in body is required.']],
    [{ spec: undefined }, '2.8', ['spec.targetRef: in body is required.']],
  ])('%j in %s', (envelope, version, faults) => {
    expect(faultsOf(universal(envelope), version)).toEqual(faults)
  })

  test('a policy without a mesh is one of the default mesh', () => {
    expect(faultsOf({ type: 'MeshAccessLog', name: 'a', spec }, '2.14')).toEqual([])
  })

  test.each([null, 5, 'text', [], {}])('%j is no policy, and no reason to throw', (document) => {
    for (const version of ['2.2', '2.14', null] as const) {
      expect(validateMeshAccessLog(document, { version }).faults).not.toEqual([])
    }
  })

  const kubernetes = (to: string, namespace = 'shop', rest = '') =>
    fromYaml(
      `{apiVersion: kuma.io/v1alpha1, kind: MeshAccessLog, metadata: {name: a, namespace: ${namespace}}, spec: {targetRef: {kind: Mesh}, to: [${to}] ${rest}}}`,
    )
  const destination = (ref: string) => `{targetRef: ${ref}, default: {backends: []}}`
  const own = destination('{kind: MeshService, name: a}')
  const others = destination('{kind: MeshService, name: a, namespace: other}')
  const from = `, from: [${destination('{kind: Mesh}')}]`

  test.each<[string, string, '2.8' | '2.9' | '2.14', string[]]>([
    [own, '', '2.9', []],
    [`${own}, ${others}`, '', '2.9', [": it's not allowed to mix producer and consumer items in the same policy."]],
    [`${own}, ${others}`, '', '2.8', []],
    [`${own}, ${destination('{kind: MeshService, name: b, namespace: shop}')}`, '', '2.14', []],
    [`${own}, ${destination('{kind: MeshHTTPRoute, name: b}')}`, '', '2.14', []],
    [own, from, '2.14', [": it's not allowed to mix 'to' and 'from' arrays in the same policy."]],
  ])('in an application namespace a policy is about one thing: %s%s in %s', (to, rest, version, faults) => {
    expect(faultsOf(kubernetes(to, 'shop', rest), version)).toEqual(faults)
    expect(faultsOf(kubernetes(to, 'kuma-system', rest), version)).toEqual([])
    expect(faultsOf(kubernetes(to, 'shop', rest), version, { systemNamespaces: ['shop'] })).toEqual([])
  })

  test('an object of Kubernetes names its version and itself', () => {
    const object = { apiVersion: 'kuma.io/v1', kind: 'MeshAccessLog', metadata: { labels: { a: 1 } }, spec }
    expect(faultsOf(object, '2.14')).toEqual([
      'apiVersion: must be kuma.io/v1alpha1, not "kuma.io/v1".',
      'metadata.name: in body is required.',
      'metadata.labels.a: in body must be of type string: "number".',
    ])
  })
})
