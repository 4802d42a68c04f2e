/** Policies' backends as the configuration's: formats, destinations, delivery, faults; and what they render once compiled. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../../src/compile.ts'
import type { Backend, Config } from '../../../src/config/config.ts'
import { loadDocuments } from '../../../src/config/load.ts'
import { unidentified } from '../../../src/identifier.ts'
import { type LoweringOptions, lowerPolicyBackend } from '../../../src/policy/lowering/lower-policy-backend.ts'
import type { PolicyBackend } from '../../../src/policy/resources.ts'
import { encodeEntry, httpEntry, memory, tcpEntry } from '../../engine/entries.ts'
import { otelBackend } from '../support/otel-backend.ts'
import { fileBackend, json, loweringOptions, otlpBackend, plain, tcpBackend } from '../support/policy-backend.ts'

const context = { name: 'shop/to/0/1', values: { mesh: 'default', zone: 'east', workload: '', sourceService: 'shop' } }
const place = 'spec.to[0].default.backends[1]'

const lower = (backend: PolicyBackend, options: Partial<LoweringOptions> = {}) =>
  lowerPolicyBackend(backend, context, { ...loweringOptions, ...options })

function lowered(backend: PolicyBackend, options: Partial<LoweringOptions> = {}): Backend {
  const result = lower(backend, options)
  if (!('backend' in result)) throw new Error(JSON.stringify(result))
  return result.backend
}

/** The configuration's own backend, with no more than its type and its place. */
function ownBackend(document: string): Backend {
  return loadDocuments('sink.yaml', `pipelines: [{backends: [${document}]}]`)[0]!.config!.pipelines[0]!.backends[0]!
}

describe('delivery is that of the configuration’s own backends', () => {
  test.each([
    [fileBackend(), '{type: File, file: {path: /var/log/mesh.log}}'],
    [tcpBackend(), '{type: Tcp, tcp: {address: logs:5000}}'],
    [otlpBackend(), '{type: OpenTelemetry, openTelemetry: {endpoint: otel}}'],
  ])('%#', (backend, document) => {
    const own = ownBackend(document)
    const { name, path } = { name: 'shop/to/0/1', path: place }
    const format = { kind: 'preset', preset: 'kuma-documented', omitEmptyValues: false, path: expect.any(String) }
    expect(lowered(backend)).toEqual({
      ...own,
      name,
      path,
      ...(own.type === 'File' ? { file: { ...own.file, format } } : {}),
      ...(own.type === 'Tcp' ? { tcp: { ...own.tcp, format } } : {}),
      ...(own.type === 'OpenTelemetry'
        ? { openTelemetry: { ...own.openTelemetry, defaultBody: 'kuma-documented' } }
        : {}),
    })
  })
})

describe('formats', () => {
  const formatOf = (backend: PolicyBackend, options: Partial<LoweringOptions> = {}) => {
    const result = lowered(backend, options)
    return result.type === 'File' ? result.file.format : result.type === 'Tcp' ? result.tcp.format : null
  }

  test('the default is a preset, by a switch', () => {
    const preset = { kind: 'preset', omitEmptyValues: false }
    expect(formatOf(fileBackend())).toEqual({ ...preset, preset: 'kuma-documented', path: `${place}.file` })
    expect(formatOf(tcpBackend(), { defaultFormat: 'kuma' })).toEqual({
      ...preset,
      preset: 'kuma',
      path: `${place}.tcp`,
    })
  })

  test.each([
    ['a', 'a\n'],
    ['a\n', 'a\n\n'],
    ['%KUMA_MESH% 100%%', '%KUMA_MESH% 100%%\n'],
  ])('Plain %j has one line end more', (text, line) => {
    expect(formatOf(fileBackend(plain(text, true)))).toEqual({
      kind: 'text',
      text: line,
      omitEmptyValues: true,
      path: `${place}.file.format.plain`,
    })
  })

  test('Json keeps its pairs; order and types are the policies’ switches', () => {
    const format = json([
      ['b', '%DURATION%'],
      ['a', '%KUMA_MESH%'],
    ])
    const expected = { kind: 'pairs', pairs: format.json, omitEmptyValues: false, path: `${place}.tcp.format.json` }
    expect(formatOf(tcpBackend(format))).toEqual({ ...expected, sortKeys: false, jsonTypes: 'typed' })
    expect(formatOf(tcpBackend(format), { sortKeys: true, jsonTypes: 'string' })).toEqual({
      ...expected,
      sortKeys: true,
      jsonTypes: 'string',
    })
  })
})

describe('destinations', () => {
  test('markers are filled in', () => {
    expect(lowered(fileBackend(null, '/logs/%KUMA_SOURCE_SERVICE%/../%KUMA_MESH%.log'))).toMatchObject({
      file: { path: '/logs/default.log' },
    })
    expect(lowered(tcpBackend(null, '%KUMA_MESH%.obs:5000'))).toMatchObject({
      tcp: { address: { host: 'default.obs' } },
    })
    expect(lowered(otlpBackend({ endpoint: 'otel.%KUMA_ZONE%' }))).toMatchObject({
      openTelemetry: { endpoint: { host: 'otel.east' } },
    })
  })

  test.each([
    [tcpBackend(null, 'logs:1'), null],
    [tcpBackend(null, 'tls://logs:1'), { ca: null, cert: null, key: null, serverName: null }],
  ])('TLS is asked for by tls:// alone: %#', (backend, tls) => {
    expect(lowered(backend)).toMatchObject({ tcp: { tls } })
  })

  test.each([
    ['otel', null],
    ['http://otel', null],
    ['grpcs://otel', { ca: null, cert: null, key: null, serverName: null }],
    ['https://otel', { ca: null, cert: null, key: null, serverName: null }],
  ])('or by the scheme of a URL: %s', (endpoint, tls) => {
    expect(lowered(otlpBackend({ endpoint }))).toMatchObject({ openTelemetry: { tls } })
  })

  test('the second newline of old is a switch', () => {
    expect(lowered(tcpBackend(), { legacyDoubleNewline: true })).toMatchObject({ tcp: { legacyDoubleNewline: true } })
  })

  test('the resource of log records tells what is known of the proxy, since 2.14', () => {
    const expected = [
      ['kuma.mesh', 'default'],
      ['kuma.zone', 'east'],
    ]
    expect(lower(otlpBackend())).toMatchObject({ resourceAttributes: expected })
    expect(lower(otlpBackend(), { version: '2.13' })).toMatchObject({ resourceAttributes: [] })
    expect(lower(fileBackend())).toMatchObject({ resourceAttributes: [] })
  })

  test('a reference that leads nowhere is passed over, one that leads somewhere is followed', () => {
    const backend = otlpBackend({ endpoint: null, backendRef: { team: 'obs' } })
    expect(lower(backend)).toEqual({
      skipped: `${place}.openTelemetry.backendRef leads nowhere: no MeshOpenTelemetryBackend has the labels team: obs.`,
    })
    expect(lowered(backend, { otelBackends: [otelBackend('main', { team: 'obs' })] })).toMatchObject({
      openTelemetry: { endpoint: { text: 'grpc://main.obs:4317' } },
    })
  })

  test.each<[string, PolicyBackend, string, string]>([
    ['a relative path', fileBackend(null, 'mesh.log'), 'file.path', 'must be an absolute path'],
    ['a path of each entry', fileBackend(null, '/logs/%PROTOCOL%'), 'file.path', 'must not hold %PROTOCOL%'],
    [
      'a path that is not allowed',
      fileBackend(null, '/etc/passwd'),
      'file.path',
      'is not within kuma.allow.paths (/logs)',
    ],
    ['an address without a port', tcpBackend(null, 'logs.obs'), 'tcp.address', 'Which port?'],
    [
      'an address that is not allowed',
      tcpBackend(null, 'evil:1'),
      'tcp.address',
      'leads to evil:1, which is not within',
    ],
    ['no endpoint', otlpBackend({ endpoint: 'a b' }), 'openTelemetry.endpoint', 'must be host'],
    [
      'an endpoint that is not allowed',
      otlpBackend({ endpoint: 'evil' }),
      'openTelemetry.endpoint',
      'leads to evil:4317',
    ],
    [
      'a reference to where is not allowed',
      otlpBackend({ endpoint: null, backendRef: { a: 'b' } }),
      'openTelemetry.backendRef',
      'leads to evil.obs:4317',
    ],
  ])('%s is a fault at its place', (_name, backend, path, message) => {
    const allow = { paths: ['/logs'], hosts: ['*.good'] }
    expect(lower(backend, { allow, otelBackends: [otelBackend('evil', { a: 'b' })] })).toEqual({
      faults: [{ code: 'wrong_value', path: `${place}.${path}`, message: expect.stringContaining(message) }],
    })
  })
})

describe('compiled', () => {
  const config = loadDocuments('sink.yaml', 'kuma: {values: {mesh: default, sourceService: shop}}')[0]!.config!

  function render(backend: Backend, kind: 'http' | 'tcp'): string {
    const pipelines: Config['pipelines'] = [{ ...config.pipelines[0]!, backends: [backend] }]
    const program = compile({ ...config, pipelines }, memory).pipelines[0]!.backends[0]!.programs[kind]
    const entry = encodeEntry(kind, kind === 'http' ? httpEntry() : tcpEntry())
    memory.bytes.set(entry, memory.inputAt)
    const runs = program.bindStream(unidentified)
    const out = program.render(memory.inputAt, memory.inputAt + entry.length, memory.outputAt, runs, 0)
    return Buffer.from(memory.bytes.subarray(memory.outputAt, out)).toString('latin1')
  }

  const start = '[2020-02-18T21:52:17.987Z]'
  const lines = {
    http:
      `${start} default "GET /api?id=7&q=a%20b HTTP/1.1" 200 URX,UF 234 567 124 - "-" "curl/8" "-" ` +
      '"backend.internal:8080" "shop" "-" "-" "10.0.0.2:443"',
    tcp: `${start} UF,URX default -(shop)->10.0.0.2:443(-) took 124ms, sent 567 bytes, received: 234 bytes`,
  }

  test.each(['http', 'tcp'] as const)('the default format is that of the entry: %s', (kind) => {
    expect(render(lowered(fileBackend()), kind)).toBe(`${lines[kind]}\n`)
  })

  test.each(['http', 'tcp'] as const)('so is the default body: %s', (kind) => {
    const record = render(lowered(otlpBackend({ body: { unknown: 1 } })), kind)
    expect(record).toContain(lines[kind])
    expect(record).not.toContain('\n\n')
  })

  test('with trace ids, when Kuma’s own is asked for', () => {
    const record = render(lowered(otlpBackend(), { defaultFormat: 'kuma' }), 'http')
    expect(record).toContain('"curl/8" "-" "-" "backend.internal:8080"')
  })

  test('Json has its switches', () => {
    const format = json([
      ['start', '%START_TIME%'],
      ['bytes_received', '%BYTES_RECEIVED%'],
      ['mesh', '%KUMA_MESH%'],
      ['method', '"%REQ(:METHOD)%'],
      ['none', '%REQ(x-none)%'],
    ])
    expect(render(lowered(fileBackend(format)), 'http')).toBe(
      '{"start":"2020-02-18T21:52:17.987Z","bytes_received":234,"mesh":"default","method":"\\"GET","none":null}\n',
    )
    expect(render(lowered(fileBackend(format), { jsonTypes: 'string', sortKeys: true }), 'http')).toBe(
      '{"bytes_received":"234","mesh":"default","method":"\\"GET","none":null,"start":"2020-02-18T21:52:17.987Z"}\n',
    )
  })

  test('markers work in bodies, attributes and keys', () => {
    const backend = otlpBackend({
      attributes: [{ key: 'of-%KUMA_MESH%', value: 'in %KUMA_SOURCE_SERVICE%' }],
      body: { kvlistValue: { values: [{ key: 'k-%KUMA_MESH%', value: { stringValue: 'v-%KUMA_MESH%' } }] } },
    })
    const record = render(lowered(backend), 'tcp')
    for (const text of ['of-default', 'in shop', 'k-default', 'v-default']) expect(record).toContain(text)
  })
})
