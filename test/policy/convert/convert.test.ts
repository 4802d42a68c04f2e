/** Policies of old in the words of new versions: what becomes of them, what is told, and what is left alone. */
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { describeChange } from '../../../src/policy/convert/change.ts'
import { convertFiles } from '../../../src/policy/convert/convert.ts'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'

const systemNamespaces = ['kuma-system', 'kong-mesh-system']

function convert(text: string, version: KumaVersion, more: readonly string[] = []) {
  const files = [text, ...more].map((text, i) => ({ file: `p${i}.yaml`, text }))
  const { text: output, changes } = convertFiles(files, { version, systemNamespaces })
  return {
    output,
    documents: parseAllDocuments(output).map((document) => document.toJS() as Doc),
    changes: changes.filter(({ kind }) => kind === 'changed').map(describeChange),
    left: changes.filter(({ kind }) => kind === 'left').map(describeChange),
  }
}

// biome-ignore lint/suspicious/noExplicitAny: documents of any kind, looked into by their tests
type Doc = any

const policy = (spec: string, head = 'name: p') => `type: MeshAccessLog\n${head}\nmesh: default\nspec: ${spec}\n`
const to = (backend: string, target = '{ kind: Mesh }') =>
  `to: [ { targetRef: ${target}, default: { backends: [ ${backend} ] } } ]`
const file = '{ type: File, file: { path: /x } }'
const otel = (settings: string) => `{ type: OpenTelemetry, openTelemetry: ${settings} }`
const backendOf = (document: Doc) => document.spec.to[0].default.backends[0]

describe('the dialect of 2.2', () => {
  const old = `# Everything of the mesh.
type: MeshAccessLog
name: everything
mesh: default
spec:
  targetRef:
    kind: Mesh
  to:
    # All destinations.
    - targetRef:
        kind: Mesh
      default:
        backends:
          # For the collector.
          - tcp:
              address: 127.0.0.1:5000 # by TCP
              format:
                plain: '%DURATION%'
`

  test('gets its types, and keeps its comments', () => {
    const { output, changes, left } = convert(old, '2.14')
    expect(output).toBe(
      old
        .replace('          - tcp:', '          - type: Tcp\n            tcp:')
        .replace("                plain: '", "                type: Plain\n                plain: '"),
    )
    expect(changes).toEqual([
      'p0.yaml, line 15: spec.to[0].default.backends[0] without a type → type: Tcp, because since 2.3 `type` names the member to read.',
      'p0.yaml, line 18: spec.to[0].default.backends[0].tcp.format without a type → type: Plain, because since 2.3 `type` names the member to read.',
    ])
    expect(left).toEqual([])
  })

  test('had no eye for a type that says something else', () => {
    const { documents, changes, left } = convert(
      policy(
        `{ targetRef: { kind: Mesh }, ${to('{ type: Tcp, file: { path: /x, format: { type: Json, plain: a } } }')} }`,
      ),
      '2.14',
    )
    expect(backendOf(documents[0])).toEqual({
      type: 'File',
      file: { path: '/x', format: { type: 'Plain', plain: 'a' } },
    })
    expect(changes[0]).toContain('backends[0].type: Tcp → type: File')
    expect(left).toEqual([])
  })

  test('stays as it is where it cannot be told which member is meant', () => {
    const { documents, left } = convert(
      policy(`{ ${to('{ file: { path: /x }, tcp: { address: "a.b:1" } }')} }`),
      '2.14',
    )
    expect(backendOf(documents[0])).not.toHaveProperty('type')
    expect(left).toEqual([
      expect.stringContaining('spec.to[0].default.backends[0].type is left as it is, because Kuma 2.14'),
    ])
  })
})

describe('what the documentation shows and Kuma does not read', () => {
  test('stray quotes around JSON values are taken away', () => {
    const json = `{ type: File, file: { path: /x, format: { type: Json, json: [
      { key: method, value: '"%REQ(:METHOD)%' }, { key: for, value: '"%REQ(X-FORWARDED-FOR)%"' }, { key: ok, value: 'a' } ] } } }`
    const { documents, changes, left } = convert(policy(`{ ${to(json)} }`), '2.14')
    expect(backendOf(documents[0]).file.format.json).toEqual([
      { key: 'method', value: '%REQ(:METHOD)%' },
      { key: 'for', value: '%REQ(X-FORWARDED-FOR)%' },
      { key: 'ok', value: 'a' },
    ])
    expect(changes).toHaveLength(2)
    expect(left).toEqual([])
  })

  test('quotes within a value are told and left', () => {
    const json = `{ type: File, file: { path: /x, format: { type: Json, json: [ { key: k, value: 'say "hi" now' } ] } } }`
    const { documents, left } = convert(policy(`{ ${to(json)} }`), '2.14')
    expect(backendOf(documents[0]).file.format.json[0].value).toBe('say "hi" now')
    expect(left).toEqual([expect.stringContaining('.format.json[0] is left as it is')])
  })

  test('values that stand beside their empty list are put into it, however deep', () => {
    const body = `{ endpoint: "otel:4317", body: { kvlistValue: null, values: [
      { key: a, value: { arrayValue: , values: [ { stringValue: x } ] } } ] } }`
    const { documents, changes, left } = convert(policy(`{ ${to(otel(body))} }`), '2.14')
    expect(backendOf(documents[0]).openTelemetry.body).toEqual({
      kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ stringValue: 'x' }] } } }] },
    })
    expect(changes).toHaveLength(2)
    expect(left).toEqual([])
  })
})

describe('from and rules', () => {
  test('from becomes rules, without its target', () => {
    const { output, changes } = convert(
      policy(`
  targetRef: { kind: Mesh }
  # Who calls us.
  from:
    - targetRef: { kind: Mesh }
      default:
        backends: [ ${file} ]`),
      '2.10',
    )
    expect(output).toContain('  # Who calls us.\n  rules:\n    - default:\n        backends: [')
    expect(changes).toEqual([
      expect.stringMatching(/^p0.yaml, line 7: spec.from → spec.rules, because from is deprecated/),
    ])
  })

  test('before 2.10 there are no rules to become', () => {
    const text = policy(
      `{ targetRef: { kind: Mesh }, from: [ { targetRef: { kind: Mesh }, default: { backends: [] } } ] }`,
    )
    expect(convert(text, '2.9')).toMatchObject({ changes: [], left: [] })
  })

  test('several lists under from are many since 2.14, and that is told', () => {
    const item = `{ targetRef: { kind: Mesh }, default: { backends: [ ${file} ] } }`
    const text = policy(`{ from: [ ${item}, ${item} ] }`)
    expect(convert(text, '2.14').changes[0]).toContain('Mind: each of these items now logs by itself')
    expect(convert(text, '2.13').changes[0]).not.toContain('Mind')
  })

  test('a policy for both directions becomes two', () => {
    const kubernetes = `apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata:
  name: both
  namespace: kuma-system
  uid: 3f0c
  resourceVersion: "7"
  labels: { kuma.io/mesh: demo }
spec:
  ${to(file)}
  from: [ { targetRef: { kind: Mesh }, default: { backends: [] } } ]
`
    const taken = kubernetes.replace('name: both', 'name: both-inbound').replace(/^ {2}from.*\n/m, '')
    const { documents, changes, left } = convert(kubernetes, '2.14', [taken])
    expect(documents.map(({ metadata }) => metadata.name)).toEqual(['both', 'both-inbound-2', 'both-inbound'])
    const [outbound, inbound] = documents
    expect(Object.keys(outbound.spec)).toEqual(['to'])
    expect(inbound.spec).toEqual({ rules: [{ default: { backends: [] } }] })
    expect(inbound.metadata).toEqual({
      name: 'both-inbound-2',
      namespace: 'kuma-system',
      labels: { 'kuma.io/mesh': 'demo' },
    })
    expect(outbound.metadata.uid).toBe('3f0c')
    expect(changes).toContainEqual(
      expect.stringContaining('both with to and rules → both with to, and both-inbound-2 with rules'),
    )
    expect(left).toEqual([])
  })
})

describe('the top targetRef', () => {
  const convertTop = (target: string, version: KumaVersion = '2.14', section = to(file)) =>
    convert(policy(`{ targetRef: ${target}, ${section} }`), version)

  test('tags become labels, and what differs is told', () => {
    const { documents, changes, left } = convertTop('{ kind: MeshSubset, tags: { app: shop, version: canary } }')
    expect(documents[0].spec.targetRef).toEqual({ kind: 'Dataplane', labels: { app: 'shop', version: 'canary' } })
    expect(changes).toEqual([
      expect.stringMatching(/→ Dataplane, labels app=shop, version=canary, .*Mind: labels are not tags/),
    ])
    expect(left).toEqual([])
  })

  test('a subset of everything is the mesh', () => {
    const { documents } = convertTop('{ kind: MeshSubset, proxyTypes: [ Sidecar ] }')
    expect(documents[0].spec.targetRef).toEqual({ kind: 'Mesh', proxyTypes: ['Sidecar'] })
  })

  test.each([
    [
      '{ kind: MeshSubset, tags: { kuma.io/service: web } }',
      'MeshSubset kuma.io/service=web',
      'no label says kuma.io/service',
    ],
    ['{ kind: MeshService, name: web }', 'MeshService web', 'no label says kuma.io/service'],
    [
      '{ kind: MeshServiceSubset, name: web, tags: { a: b } }',
      'MeshServiceSubset web',
      'no label says kuma.io/service',
    ],
    ['{ kind: MeshSubset, tags: { kuma.io/protocol: http } }', 'MeshSubset', 'no label says kuma.io/protocol'],
    [
      '{ kind: MeshSubset, tags: { a: b }, proxyTypes: [ Gateway ] }',
      'MeshSubset a=b',
      'does not select builtin gateways',
    ],
  ])('%s has no equal, so it stays and is told', (target, what, because) => {
    const { documents, changes, left } = convertTop(target)
    expect(documents[0].spec.targetRef).toEqual(parseAllDocuments(target)[0]!.toJS())
    expect(changes).toEqual([])
    expect(left).toEqual([expect.stringContaining(`spec.targetRef (${what}`)])
    expect(left[0]).toContain(because)
  })

  test('builtin gateways are gone after 2.14', () => {
    expect(convertTop('{ kind: MeshGateway, name: edge }', '3.0-dev').left).toEqual([
      expect.stringContaining('builtin gateways are gone'),
    ])
    expect(convertTop('{ kind: MeshGateway, name: edge }', '2.14').left).toEqual([])
  })

  test('proxyTypes go after 2.14 where nothing changes by that', () => {
    const rules = `rules: [ { default: { backends: [ ${file} ] } } ]`
    const target = (types: string) => `{ kind: Mesh, proxyTypes: [ ${types} ] }`
    expect(convertTop(target('Sidecar, Gateway'), '3.0-dev').documents[0].spec.targetRef).toEqual({ kind: 'Mesh' })
    expect(convertTop(target('Sidecar'), '3.0-dev', rules)).toMatchObject({ left: [], changes: [expect.any(String)] })
    expect(convertTop(target('Sidecar'), '3.0-dev').left).toEqual([
      expect.stringContaining('policy is for all proxies'),
    ])
    expect(convertTop(target('Gateway'), '3.0-dev', rules).left).toHaveLength(1)
    expect(convertTop(target('Gateway'), '2.14').changes).toEqual([])
  })

  test('a Dataplane by its name is found by labels after 2.14', () => {
    const { documents } = convertTop(
      '{ kind: Dataplane, name: shop-01, sectionName: http }',
      '3.0-dev',
      'rules: [ { default: { backends: [] } } ]',
    )
    expect(documents[0].spec.targetRef).toEqual({
      kind: 'Dataplane',
      labels: { 'kuma.io/display-name': 'shop-01' },
      sectionName: 'http',
    })
  })
})

describe('destinations', () => {
  const service = (target: string, version: KumaVersion, more: string[] = []) =>
    convert(policy(`{ ${to(file, target)} }`), version, more)

  test('the tag of a Kubernetes service becomes name, namespace and port', () => {
    const { documents, changes } = service('{ kind: MeshService, name: payments_money_svc_8080 }', '2.9')
    expect(documents[0].spec.to[0].targetRef).toEqual({
      kind: 'MeshService',
      name: 'payments',
      namespace: 'money',
      sectionName: '8080',
    })
    expect(changes[0]).toContain('Mind: if port 8080 has a name')
    expect(service('{ kind: MeshService, name: payments_money_svc_8080 }', '2.8').changes).toEqual([])
    expect(service('{ kind: MeshService, name: payments_money_svc }', '2.9').documents[0].spec.to[0].targetRef).toEqual(
      {
        kind: 'MeshService',
        name: 'payments',
        namespace: 'money',
      },
    )
  })

  test('a port is called by its name when the service is among the documents', () => {
    const known = `apiVersion: kuma.io/v1alpha1
kind: MeshService
metadata: { name: payments, namespace: money }
spec: { ports: [ { port: 8080, name: api } ] }
`
    const { documents } = service('{ kind: MeshService, name: payments_money_svc_8080 }', '2.14', [known])
    expect(documents[0].spec.to[0].targetRef.sectionName).toBe('api')
  })

  test.each([
    ['{ kind: MeshService, name: ledger, sectionName: http }', { 'kuma.io/display-name': 'ledger' }, 'http'],
    ['{ kind: MeshExternalService, name: aurora }', { 'kuma.io/display-name': 'aurora' }, undefined],
    [
      '{ kind: MeshService, name: payments_money_svc_8080 }',
      { 'kuma.io/display-name': 'payments', 'k8s.kuma.io/namespace': 'money' },
      '8080',
    ],
  ])('after 2.14 %s is named by labels', (target, labels, sectionName) => {
    const { documents, left } = service(target, '3.0-dev')
    const { kind } = parseAllDocuments(target)[0]!.toJS() as { kind: string }
    expect(documents[0].spec.to[0].targetRef).toEqual({ kind, labels, ...(sectionName ? { sectionName } : {}) })
    expect(left).toEqual([])
  })
})

describe('collectors', () => {
  test('an endpoint becomes a resource and a reference to it after 2.14, once for all who use it', () => {
    const text = policy(
      `{ ${to(`${otel('{ endpoint: "otel.obs" }')}, ${otel('{ endpoint: "otel.obs:4317", body: hi }')}`)} }`,
    )
    const { documents, changes, left } = convert(text, '3.0-dev')
    expect(documents).toHaveLength(2)
    const [{ spec }, collector] = documents
    const labels = { 'kuma.io/display-name': 'otel-obs-4317' }
    expect(spec.to[0].default.backends[1]).toEqual({
      type: 'OpenTelemetry',
      openTelemetry: { backendRef: { kind: 'MeshOpenTelemetryBackend', labels }, body: 'hi' },
    })
    expect(collector).toEqual({
      type: 'MeshOpenTelemetryBackend',
      name: 'otel-obs-4317',
      mesh: 'default',
      spec: { endpoint: { address: 'otel.obs', port: 4317 }, protocol: 'grpc' },
    })
    expect(changes).toHaveLength(2)
    expect(left).toEqual([])
  })

  test.each([
    [
      'https://otel:4318/prefix/v1/logs',
      { endpoint: { address: 'otel', port: 4318, path: '/prefix' }, protocol: 'http' },
    ],
    ['[2001:db8::1]:4317', { endpoint: { address: '2001:db8::1', port: 4317 }, protocol: 'grpc' }],
    ['2001:db8::1', { endpoint: { address: '2001:db8::1', port: 4317 }, protocol: 'grpc' }],
    ['otel:', { endpoint: { address: 'otel', port: 4317 }, protocol: 'grpc' }],
  ])('%s', (endpoint, spec) => {
    const { documents } = convert(policy(`{ ${to(otel(`{ endpoint: "${endpoint}" }`))} }`), '3.0-dev')
    expect(documents[1].spec).toEqual(spec)
  })

  test.each(['otel:abc', '%KUMA_MESH%.obs:4317', 'otel:99999', 'ftp://otel'])(
    '%s has no one host and port',
    (endpoint) => {
      const { documents, left } = convert(policy(`{ ${to(otel(`{ endpoint: "${endpoint}" }`))} }`), '3.0-dev')
      expect(documents).toHaveLength(1)
      expect(left).toEqual([expect.stringContaining(`openTelemetry (endpoint ${endpoint}) is left as it is`)])
    },
  )

  test('2.14 still takes endpoints, but no URLs', () => {
    const endpoint = (text: string) => convert(policy(`{ ${to(otel(`{ endpoint: "${text}" }`))} }`), '2.14').documents
    expect(endpoint('otel:4317')).toHaveLength(1)
    expect(endpoint('http://otel:4318')).toHaveLength(2)
  })

  test("on Kubernetes the resource is the mesh operator's", () => {
    const text = `apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: { name: p, namespace: kuma-system, labels: { kuma.io/mesh: demo } }
spec: { ${to(otel('{ endpoint: "otel:4317" }'))} }
`
    expect(convert(text, '3.0-dev').documents[1].metadata).toEqual({
      name: 'otel-4317',
      namespace: 'kuma-system',
      labels: { 'kuma.io/mesh': 'demo' },
    })
  })
})

describe('files', () => {
  test('other kinds pass by, and an older policy is named', () => {
    const dataplane = 'type: Dataplane\nname: shop-01\nmesh: default\n# where\nnetworking: { address: 10.0.0.1 }\n'
    const { output, left } = convert(`${dataplane}---\ntype: TrafficLog\nname: old\n`, '2.14')
    expect(output).toBe(`${dataplane}---\ntype: TrafficLog\nname: old\n`)
    expect(left).toEqual([expect.stringMatching(/^p0.yaml, line 7: the TrafficLog is left/)])
  })

  test('what kubectl prints is converted within its list', () => {
    const item = `{ apiVersion: kuma.io/v1alpha1, kind: MeshAccessLog, metadata: { name: p, namespace: kuma-system },
  spec: { ${to(file)}, from: [ { targetRef: { kind: Mesh }, default: { backends: [] } } ] } }`
    const { documents } = convert(`apiVersion: v1\nkind: List\nitems:\n- ${item}\n`, '2.14')
    expect(documents).toHaveLength(1)
    expect(documents[0].items.map((each: Doc) => each.metadata.name)).toEqual(['p', 'p-inbound'])
  })

  test('items of a list of policies need not say what they are', () => {
    const text =
      'apiVersion: kuma.io/v1alpha1\nkind: MeshAccessLogList\nitems:\n- metadata: { name: p }\n  spec:\n    to:\n    - targetRef: { kind: Mesh }\n      default: { backends: [ { file: { path: /x } } ] }\n'
    const { output } = convert(text, '2.14')
    expect(output).toBe(text.replace('[ { file', '[ { type: File, file'))
  })

  test('anchors are written out, so that a change stays where it is meant', () => {
    const text = policy(`
  to:
    - targetRef: { kind: Mesh }
      default: &d { backends: [ { file: { path: /x } } ] }
    - targetRef: { kind: MeshService, name: a }
      default: *d`)
    const { documents, output, left } = convert(text, '2.14')
    expect(output).not.toMatch(/[&*]d/)
    expect(documents[0].spec.to[1].default).toEqual(documents[0].spec.to[0].default)
    expect(left).toEqual([])
  })

  test.each([
    [
      'type: MeshAccessLog\nname: a\nname: b\n',
      /line 1: the document is left as it is, because Map keys must be unique/,
    ],
    [policy('{ <<: { to: [] } }'), /merge keys/],
    ['type: [\n', /the document is left/],
  ])('what cannot be read is printed as it was: %j', (text, because) => {
    const { output, left } = convert(text, '2.14')
    expect(output).toBe(text)
    expect(left).toEqual([expect.stringMatching(because)])
  })

  test('faults that no dialect explains are told with their lines', () => {
    const { left } = convert(
      policy(
        '\n  targetRef: { kind: Mesh }\n  to:\n    - targetRef: { kind: MeshSubset }\n      default: { backends: [] }',
      ),
      '2.14',
    )
    expect(left).toEqual([
      expect.stringMatching(
        /^p0.yaml, line 7: spec.to\[0\].targetRef.kind is left as it is, because Kuma 2.14 refuses it/,
      ),
    ])
  })
})
