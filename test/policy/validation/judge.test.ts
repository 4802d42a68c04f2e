/** What each version of Kuma says of a policy: its rules one by one, in two looks, all violations of a look together. */
import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { backendPath as at, faultsOf, policy, withBackend, withTo, withTop } from './policy-text.ts'

type Row = [text: string, version: KumaVersion, faults: string[]]

const to = 'to: [{targetRef: {kind: Mesh}, default: {backends: []}}]'
const from = 'from: [{targetRef: {kind: Mesh}, default: {backends: []}}]'
const rules = 'rules: [{default: {backends: []}}]'

describe('to, from and rules', () => {
  test.each<Row>([
    ['{targetRef: {kind: Mesh}}', '2.9', ["spec: at least one of 'from', 'to' has to be defined."]],
    ['{}', '2.14', ["spec: at least one of 'from', 'to' or 'rules' has to be defined."]],
    [`{${from}}`, '3.0-dev', ["spec: at least one of 'to' or 'rules' has to be defined."]],
    ['{to: [], rules: []}', '3.0-dev', ["spec: at least one of 'to' or 'rules' has to be defined."]],
    [`{${to}, ${from}}`, '2.14', []],
    [`{${rules}, ${from}}`, '2.10', ["spec: fields 'to' and 'from' must be empty when 'rules' is defined."]],
    [`{${rules}, ${to}, ${from}}`, '3.0-dev', ["spec: 'to' must be empty when 'rules' is defined."]],
    [`{${rules}, ${from}}`, '3.0-dev', []],
    [`{targetRef: {kind: Mesh}, ${rules}, ${to}}`, '2.9', []],
    [`{${to}}`, '2.8', ['spec.targetRef: in body is required.']],
    [
      `{targetRef: {kind: MeshGatewayRoute, name: r}, ${to}}`,
      '2.2',
      ['spec.to: cannot use "to" when "targetRef" is "MeshGatewayRoute" - there is no outbound.'],
    ],
  ])('%s in %s', (spec, version, faults) => {
    expect(faultsOf(policy(spec), version)).toEqual(faults)
  })
})

describe('the schema is looked at first, and alone if it finds anything', () => {
  test.each<Row>([
    ['null', '2.14', ['spec: in body must be of type object: "null"']],
    ['{to: null}', '2.14', ['spec.to: in body must be of type array: "null".']],
    [
      '{to: {}, targetRef: []}',
      '2.14',
      ['spec.targetRef: in body must be of type object: "array"', 'spec.to: in body must be of type array: "object".'],
    ],
    ['{to: [{}]}', '2.14', ['spec.to[0].targetRef: in body is required.', 'spec.to[0].default: in body is required.']],
    ['{to: [{targetRef: {}, default: {}}]}', '2.10', ['spec.to[0].targetRef.kind: in body is required.']],
    [
      '{targetRef: {}, to: [{targetRef: {kind: Mesh}}]}',
      '2.9',
      ['spec.targetRef.kind: must be defined.', 'spec.to[0].default.backends: must be defined.'],
    ],
    [
      '{targetRef: {}, to: [{targetRef: {kind: Mesh}}]}',
      '2.5',
      ['spec.targetRef.kind: must be set.', 'spec.to[0].default.backends: must be defined.'],
    ],
    [
      `{targetRef: {kind: Mesh, labels: {a: yes}}, ${to}}`,
      '2.14',
      ['spec.targetRef.labels.a: in body must be of type string: "boolean".'],
    ],
    [`{targetRef: {kind: Mesh, labels: {a: yes}}, ${to}}`, '2.8', []],
    [
      `{targetRef: {kind: Mesh, proxyTypes: [Sidecar, Router]}, ${to}}`,
      '2.6',
      ['spec.targetRef.proxyTypes[1]: in body should be one of [Sidecar Gateway].'],
    ],
    [`{targetRef: {kind: Mesh, proxyTypes: [Router]}, ${to}}`, '2.5', []],
    [
      `{targetRef: {kind: Mesh, proxyTypes: []}, ${to}}`,
      '2.9',
      ['spec.targetRef.proxyTypes: in body should have at least 1 items.'],
    ],
    [
      `{targetRef: {kind: Mesh, proxyTypes: []}, ${to}}`,
      '2.10',
      ['spec.targetRef.proxyTypes: must be undefined or have at least one element.'],
    ],
    [`{targetRef: {kind: Mesh, proxyTypes: []}, ${to}}`, '3.0-dev', []],
  ])('%s in %s', (spec, version, faults) => {
    // A full stop where there is help behind.
    const found = faultsOf(policy(spec), version).map((fault) => fault.replace(/"\.$/, '"'))
    expect(found).toEqual(faults.map((fault) => fault.replace(/"\.$/, '"')))
  })
})

describe('a targetRef of the policy', () => {
  test.each<Row>([
    ['{kind: Mesh, name: prod}', '2.14', ['spec.targetRef.name: using name with kind Mesh is not yet supported.']],
    ['{kind: Mesh, name: prod}', '3.0-dev', []],
    ['{kind: Mesh, tags: {a: b}}', '2.4', ['spec.targetRef.tags: cannot be set with kind Mesh.']],
    ['{kind: Mesh, tags: {a: b}}', '2.6', ['spec.targetRef.tags: must not be set with kind Mesh.']],
    ['{kind: Mesh, tags: {}}', '2.14', []],
    [
      '{kind: Mesh, mesh: m, labels: {a: b}, namespace: n, sectionName: s}',
      '2.9',
      ['mesh', 'labels', 'namespace', 'sectionName'].map(
        (field) => `spec.targetRef.${field}: must not be set with kind Mesh.`,
      ),
    ],
    ['{kind: Mesh, labels: {a: b}, namespace: n, sectionName: s}', '2.8', []],
    ['{kind: MeshSubset, name: x}', '2.14', ['spec.targetRef.name: must not be set with kind MeshSubset.']],
    ['{kind: MeshSubset, tags: {a: "*"}}', '2.5', []],
    [
      '{kind: MeshSubset, tags: {a: "*", "b c": "", d: x/y}}',
      '2.6',
      [
        'spec.targetRef.tags["a"]: tag value must consist of alphanumeric characters, dots, dashes and underscores.',
        'spec.targetRef.tags["b c"]: tag name must consist of alphanumeric characters, dots, dashes, slashes and underscores.',
        'spec.targetRef.tags["b c"]: tag value must be non-empty.',
        'spec.targetRef.tags["d"]: tag value must consist of alphanumeric characters, dots, dashes and underscores.',
      ],
    ],
    ['{kind: MeshServiceSubset, name: s, tags: {a: "*", d: x/y}}', '2.14', []],
    ['{kind: MeshServiceSubset}', '2.13', ['spec.targetRef.name: must be set with kind MeshServiceSubset.']],
    ['{kind: MeshGateway}', '2.4', []],
    ['{kind: MeshGateway}', '2.13', ['spec.targetRef.name: must be set with kind MeshGateway.']],
    ['{kind: MeshGateway}', '2.14', ['spec.targetRef.name: must be set when kind is MeshGateway.']],
    ['{kind: MeshService, name: Bad}', '2.4', []],
    [
      '{kind: MeshService, name: Bad}',
      '2.6',
      [
        "spec.targetRef.name: invalid characters: must consist of lower case alphanumeric characters, '-', '.' and '_'.",
      ],
    ],
    ['{kind: Dataplane}', '2.10', []],
    [
      '{kind: Dataplane, name: a, labels: {a: b}}',
      '2.14',
      ['spec.targetRef.labels: either labels or name and namespace must be specified.'],
    ],
    [
      '{kind: Dataplane, sectionName: http}',
      '2.14',
      ['spec.targetRef.sectionName: can only be used with inbound policies.'],
    ],
    [
      '{kind: Dataplane, tags: {a: b}, proxyTypes: [Sidecar]}',
      '2.14',
      ['tags', 'proxyTypes'].map((field) => `spec.targetRef.${field}: must not be set with kind Dataplane.`),
    ],
    ['{kind: Dataplane, name: a, tags: {a: b}}', '3.0-dev', []],
  ])('%s in %s', (targetRef, version, faults) => {
    expect(faultsOf(withTop(targetRef), version)).toEqual(faults)
  })

  test('a section may be named where there are rules', () => {
    expect(faultsOf(policy(`{targetRef: {kind: Dataplane, sectionName: http}, ${rules}}`), '2.14')).toEqual([])
  })
})

describe('a targetRef of a destination', () => {
  const both = 'either labels or name and namespace must be specified'
  test.each<Row>([
    ['{kind: MeshService}', '2.2', ['spec.to[0].targetRef.name: must be set with kind MeshService.']],
    ['{kind: MeshService, labels: {}}', '2.13', ['spec.to[0].targetRef.name: must be set with kind MeshService.']],
    ['{kind: MeshService}', '2.14', ['spec.to[0].targetRef: name or labels must be set when kind is MeshService.']],
    ['{kind: MeshService, name: s}', '3.0-dev', ['spec.to[0].targetRef.labels: must be set when kind is MeshService.']],
    ['{kind: MeshService, labels: {a: b}, namespace: n}', '2.9', [`spec.to[0].targetRef.labels: ${both}.`]],
    [
      '{kind: MeshService, labels: {a: b}, sectionName: http}',
      '2.9',
      ['spec.to[0].targetRef.sectionName: sectionName should not be combined with labels.'],
    ],
    ['{kind: MeshService, labels: {a: b}, sectionName: http}', '2.10', []],
    [
      '{kind: MeshExternalService, name: e, sectionName: http}',
      '2.9',
      ['spec.to[0].targetRef.sectionName: must not be set with kind MeshExternalService.'],
    ],
    ['{kind: MeshMultiZoneService}', '2.14', []],
    [
      '{kind: MeshMultiZoneService}',
      '3.0-dev',
      ['spec.to[0].targetRef.labels: must be set when kind is MeshMultiZoneService.'],
    ],
    [
      '{kind: MeshHTTPRoute, labels: {a: b}, sectionName: r}',
      '3.0-dev',
      ['spec.to[0].targetRef.sectionName: must not be set with kind MeshHTTPRoute.'],
    ],
    ['{kind: MeshHTTPRoute, name: r}', '2.10', ['spec.to[0].targetRef.kind: value is not supported.']],
    ['{kind: MeshHTTPRoute, name: r}', '2.11', []],
    ['{kind: MeshSubset}', '2.13', ["spec.to[0].targetRef.kind: value 'MeshSubset' is not supported."]],
    ['{kind: MeshService, name: backend, namespace: kuma-demo, sectionName: http, _port: 8080}', '2.9', []],
  ])('%s in %s', (targetRef, version, faults) => {
    expect(faultsOf(withTo(targetRef), version)).toEqual(faults)
  })
})

describe('a backend', () => {
  const oneBackend = 'backend must have only one type defined: tcp, file, openTelemetry'
  const oneFormat = 'format must have only one type defined: plain, json'
  test.each<Row>([
    ['{file: {path: /x}}', '2.2', []],
    ['{}', '2.2', [`${at}: ${oneBackend}.`]],
    ['{file: {path: /x}, tcp: {address: "logs:1"}}', '2.2', [`${at}: ${oneBackend}.`]],
    ['{file: {path: /x}}', '2.3', [`${at}.type: in body is required.`]],
    ['{type: file, file: {path: /x}}', '2.14', [`${at}.type: in body should be one of [Tcp File OpenTelemetry].`]],
    ['{type: File}', '2.14', [`${at}.file: must be defined.`]],
    ['{type: Tcp, file: {path: x}}', '2.14', [`${at}.tcp: must be defined.`]],
    ['{type: File, file: {}}', '2.14', [`${at}.file.path: in body is required.`]],
    ['{type: File, file: {path: ""}}', '2.14', [`${at}.file.path: in body should be at least 1 chars long.`]],
    ['{type: Tcp, tcp: {address: logs}}', '2.14', [`${at}.tcp.address: tcp backend requires valid address.`]],
    [
      '{type: Tcp, tcp: {address: "logs:5000"}, file: null}',
      '2.14',
      [`${at}.file: in body must be of type object: "null".`],
    ],
    ['{file: {path: /x, format: {}}}', '2.2', [`${at}.file.format: ${oneFormat}.`]],
    ['{file: {path: /x, format: {plain: a, json: []}}}', '2.2', [`${at}.file.format: ${oneFormat}.`]],
    ['{type: File, file: {path: /x, format: {plain: a}}}', '2.3', [`${at}.file.format.type: in body is required.`]],
    [
      '{type: File, file: {path: /x, format: {type: Json, plain: a}}}',
      '2.14',
      [`${at}.file.format.json: must be defined.`],
    ],
    [
      '{type: File, file: {path: x, format: {type: Json, json: [{key: "", value: ""}]}}}',
      '2.9',
      [
        `${at}.file.format.json[0].key: key cannot be empty.`,
        `${at}.file.format.json[0].value: value cannot be empty.`,
        `${at}.file.path: file backend requires a valid path.`,
      ],
    ],
    [
      '{type: File, file: {path: /x, format: {type: Json, json: [{key: a}]}}}',
      '2.9',
      [`${at}.file.format.json[0].value: value cannot be empty.`],
    ],
    [
      '{type: File, file: {path: /x, format: {type: Json, json: [{key: a}]}}}',
      '2.10',
      [`${at}.file.format.json[0].value: in body is required.`],
    ],
    [
      "{type: File, file: {path: /x, format: {type: Json, json: [{key: '\"', value: a}]}}}",
      '2.14',
      [`${at}.file.format.json[0]: is not a valid JSON object.`],
    ],
    [
      '{type: File, file: {path: /x, format: {type: Plain, plain: 5}}}',
      '2.14',
      [`${at}.file.format.plain: in body must be of type string: "number".`],
    ],
    [
      '{type: File, file: {path: /x, format: {type: Plain, plain: a, omitEmptyValues: "yes"}}}',
      '2.14',
      [`${at}.file.format.omitEmptyValues: in body must be of type boolean: "string".`],
    ],
    ['{type: File, file: {path: /x, format: {type: Plain, plain: a, omitEmptyValues: yes}}}', '2.14', []],
  ])('%s in %s', (backend, version, faults) => {
    expect(faultsOf(withBackend(backend), version)).toEqual(faults)
  })

  test.each(['/x', '/', '//x', '/x/', '/a b', '/a\nb', '/a?b*c', '/tmp/a:b', '/a|b<>', 'C:\\logs\\a.log', 'D:\\x.log'])(
    'takes the path %j',
    (path) => {
      expect(faultsOf(withBackend(JSON.stringify({ type: 'File', file: { path } })), '2.14')).toEqual([])
    },
  )

  test.each(['x', '-', 'stdout', '~/x', 'C:/x', 'C:', '\\\\srv\\share', 'file:///x', ' /x', '/a\0b', 'C:\\a?b'])(
    'refuses the path %j',
    (path) => {
      const faults = faultsOf(withBackend(JSON.stringify({ type: 'File', file: { path } })), '2.14')
      expect(faults).toEqual([`${at}.file.path: file backend requires a valid path.`])
    },
  )
})

describe('an OpenTelemetry backend', () => {
  const where = `${at}.openTelemetry`
  const ref = 'backendRef: {kind: MeshOpenTelemetryBackend, labels: {a: b}}'
  const pattern = "in body should match '^[a-z]([a-z0-9]|[._][a-z0-9])*$'"
  test.each<Row>([
    ['{endpoint: "otel:4317"}', '2.2', []],
    ['{}', '2.13', [`${where}.endpoint: in body is required.`]],
    ['{endpoint: ""}', '2.13', [`${where}.endpoint: in body should be at least 1 chars long.`]],
    [`{${ref}}`, '2.13', [`${where}.endpoint: in body is required.`]],
    [`{${ref}}`, '2.14', []],
    ['{endpoint: ""}', '2.14', [`${where}: openTelemetry must have exactly one defined: endpoint, backendRef.`]],
    [
      `{${ref}, endpoint: "otel:1"}`,
      '2.14',
      [`${where}: openTelemetry must have only one type defined: endpoint, backendRef.`],
    ],
    ['{endpoint: "http://otel:4318/v1/logs"}', '2.13', []],
    ['{endpoint: "http://otel:4318/v1/logs"}', '2.14', [`${where}.endpoint: must be in host:port format, not a URL.`]],
    ['{endpoint: "otel?x"}', '2.14', [`${where}.endpoint: must be in host:port format, not a URL.`]],
    [
      '{backendRef: {kind: MeshOpenTelemetryBackend}}',
      '2.14',
      [`${where}.backendRef: backendRef must have exactly one defined: labels.`],
    ],
    [
      '{backendRef: {kind: MeshService, labels: {a: b}}}',
      '2.14',
      [`${where}.backendRef.kind: in body should be one of [MeshOpenTelemetryBackend].`],
    ],
    ['{endpoint: "otel:1"}', '3.0-dev', [`${where}.backendRef: must be defined.`]],
    [`{${ref}, endpoint: "http://x"}`, '3.0-dev', []],
    ['{endpoint: otel, attributes: [{key: User, value: v}]}', '2.13', []],
    [
      '{endpoint: otel, attributes: [{key: User, value: v}, {key: a..b, value: v}]}',
      '2.14',
      [0, 1].map((i) => `${where}.attributes[${i}].key: ${pattern}.`),
    ],
    [
      '{endpoint: otel, attributes: [{key: otel.scope, value: v}]}',
      '2.14',
      [`${where}.attributes[0].key: must not use the reserved OpenTelemetry prefix 'otel.'.`],
    ],
    ['{endpoint: otel, body: 5}', '2.14', []],
    ['{endpoint: otel, body: [null]}', '2.2', []],
  ])('%s in %s', (openTelemetry, version, faults) => {
    expect(
      faultsOf(
        withBackend(`{${version === '2.2' ? '' : 'type: OpenTelemetry, '}openTelemetry: ${openTelemetry}}`),
        version,
      ),
    ).toEqual(faults)
  })
})

describe('matches of a rule', () => {
  const where = 'spec.rules[0].matches[0]'
  const withMatch = (match: string) => policy(`{rules: [{matches: [${match}], default: {backends: []}}]}`)
  const spiffe = (reason: string) => [`${where}.spiffeID: must be a valid Spiffe ID: ${reason}.`]

  test.each([
    ['spiffe://m', []],
    ['spiffe://m/ns/a', []],
    ['spiffe://m_1.x-y/ns/A.b-c_d', []],
    ['', spiffe('cannot be empty')],
    ['web', spiffe('scheme is missing or invalid')],
    ['spiffe://', spiffe('trust domain is missing')],
    ['spiffe://m/', spiffe('path cannot have a trailing slash')],
    ['spiffe://m/ns/a/', spiffe('path cannot have a trailing slash')],
    ['spiffe://m//a', spiffe('path cannot contain empty segments')],
    ['spiffe://m/../a', spiffe('path cannot contain dot segments')],
    [
      'spiffe://m/a?q',
      spiffe('path segment characters are limited to letters, numbers, dots, dashes, and underscores'),
    ],
    [
      'spiffe://M',
      spiffe('trust domain characters are limited to lowercase letters, numbers, dots, dashes, and underscores'),
    ],
    [
      'spiffe://m:80/a',
      spiffe('trust domain characters are limited to lowercase letters, numbers, dots, dashes, and underscores'),
    ],
  ])('the SPIFFE ID %j', (value, faults) => {
    for (const type of ['Exact', 'Prefix']) {
      expect(faultsOf(withMatch(JSON.stringify({ spiffeID: { type, value } })), '2.14')).toEqual(faults)
    }
  })

  test.each<[string, string[]]>([
    ['{sni: {type: Exact, value: shop.example.com}}', []],
    ['{}', []],
    ['{sni: {type: Exact, value: ""}}', [`${where}.sni.value: must be set.`]],
    ['{sni: {type: Prefix, value: a}}', [`${where}.sni.type: in body should be one of [Exact].`]],
    ['{sni: {value: a}}', [`${where}.sni.type: in body is required.`]],
    ['{spiffeID: {type: Suffix, value: a}}', [`${where}.spiffeID.type: in body should be one of [Exact Prefix].`]],
    [`{sni: {type: Exact, value: ${'a'.repeat(254)}}}`, [`${where}.sni.value: must be no more than 253 characters.`]],
  ])('%s', (match, faults) => {
    expect(faultsOf(withMatch(match), '2.14')).toEqual(faults)
    expect(faultsOf(withMatch(match), '2.13')).toEqual([])
  })

  test.each(['Shop.example.com', '-a', 'a..b', '*.a', 'a_b'])('the server name %s is none', (value) => {
    const [fault] = faultsOf(withMatch(JSON.stringify({ sni: { type: 'Exact', value } })), '2.14')
    expect(fault).toMatch(/sni\.value: a lowercase RFC 1123 subdomain must consist of/)
  })
})
