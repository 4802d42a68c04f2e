/** What an accepted document becomes: complete, in the program's units, frozen. */
import { describe, expect, test } from 'vitest'
import type { Config, FileBackend } from '../../src/config/config.ts'
import { loadDocuments } from '../../src/config/load.ts'
import { validate } from '../../src/config/validate.ts'

function configOf(text: string): Config {
  const [document] = loadDocuments('sink.yaml', text)
  expect(document!.faults).toEqual([])
  return document!.config!
}

const fileOf = (lines: string) =>
  configOf(`pipelines:\n- backends:\n  - type: File\n    file:\n      path: /x\n${lines}`).pipelines[0]!
    .backends[0] as FileBackend

test('the empty document is valid, and has every default', () => {
  expect(configOf('')).toEqual({
    listen: {
      grpc: [{ kind: 'tcp', host: '127.0.0.1', port: 9001, text: '127.0.0.1:9001', tls: null }],
      http: { kind: 'tcp', host: '127.0.0.1', port: 9002, text: '127.0.0.1:9002', tls: null },
    },
    limits: { memoryBytesMax: 268_435_456, streamsMax: 10_000, connectionsMax: 5_000, messageBytesMax: 16_777_216 },
    pipelines: [
      {
        name: 'default',
        match: { entries: 'all', logName: '*', nodeId: '*', nodeCluster: '*' },
        backends: [
          {
            type: 'File',
            name: 'default/file',
            path: 'pipelines[0].backends[0]',
            file: {
              path: '/dev/stdout',
              format: {
                kind: 'preset',
                preset: 'envoy',
                omitEmptyValues: false,
                path: 'pipelines[0].backends[0].file',
              },
              mode: 0o640,
              makeDirectory: false,
              fsync: 'never',
              rotation: null,
            },
            textSafety: { escapeControl: false, wholeCharacters: false, finiteNumbers: false },
            contentTypeListed: false,
            queue: { bytesMax: 67_108_864, whenFull: 'block', flushAfterMs: 1000 },
            spool: null,
            deadLetter: null,
          },
        ],
      },
    ],
    timeZone: null,
    policies: [],
    kuma: {
      values: {},
      version: '2.14',
      targetRefs: 'accepted',
      systemNamespaces: ['kuma-system', 'kong-mesh-system'],
      defaultFormat: 'documented',
      jsonTypes: 'typed',
      sortKeys: false,
      sourceFromPeer: false,
      resolveGatewayDestination: false,
      legacyDoubleNewline: false,
      legacyLogName: false,
      allow: { paths: ['/'], hosts: ['*'] },
      keptOut: [],
    },
    audit: null,
    log: { level: 'info' },
    shutdown: { graceMs: 10_000 },
  })
})

test('a key with nothing behind it is a key left out', () => {
  expect(configOf('limits:\npipelines:\nlog: {level: }\n')).toEqual(configOf(''))
})

describe('policies', () => {
  test.each<[string, string[]]>([
    ['policies: shop/', ['shop/']],
    ['policies: [policies/*.yaml, one.json]', ['policies/*.yaml', 'one.json']],
    ['policies:', []],
  ])('%s', (written, patterns) => expect(configOf(written).policies).toEqual(patterns))

  test('say where entries go, so there is no pipeline beside them unless it is written', () => {
    expect(configOf('policies: shop/').pipelines).toEqual([])
    expect(configOf('policies: []').pipelines).toHaveLength(1)
    expect(configOf('policies: shop/\npipelines: [{name: mine}]').pipelines).toMatchObject([{ name: 'mine' }])
  })
})

test.each<[string, string]>([
  ['"2.10"', '2.10'],
  ['v2.14.3', '2.14'],
  ['2.14', '2.14'],
  ['"3.0"', '3.0-dev'],
])('kuma.version %s is %s', (written, version) => {
  expect(configOf(`kuma: {version: ${written}}`).kuma.version).toBe(version)
})

test('the result is frozen to its last list', () => {
  const config = configOf('')
  expect(() => Object.assign(config.limits, { streamsMax: 1 })).toThrow(TypeError)
  expect(() => (config.pipelines as unknown[]).push(1)).toThrow(TypeError)
})

describe('values in a language of their own', () => {
  test.each<[string, number]>([
    ['1048576', 1_048_576],
    ['2MiB', 2_097_152],
    ['"2 MiB"', 2_097_152],
    ['1.5GiB', 1_610_612_736],
    ['20MB', 20_000_000],
    ['2Mi', 2_097_152],
  ])('a size of %s', (written, bytes) => {
    expect(configOf(`limits: {memory: ${written}, messageBytes: 1KiB}`).limits.memoryBytesMax).toBe(bytes)
  })

  test.each<[string, number]>([
    ['1s', 1000],
    ['500ms', 500],
    ['0s', 0],
    ['1.5s', 1500],
    ['1m30s', 90_000],
  ])('a duration of %s', (written, ms) => {
    expect(fileOf(`    queue: {flushAfter: ${written}}`).queue.flushAfterMs).toBe(ms)
  })

  test.each([
    ['127.0.0.1:9001', { kind: 'tcp', host: '127.0.0.1', port: 9001 }],
    ['"[::1]:9001"', { kind: 'tcp', host: '::1', port: 9001 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['unix:/run/als.sock', { kind: 'unix', path: '/run/als.sock' }],
    ['unix:///run/als.sock', { kind: 'unix', path: '/run/als.sock', text: 'unix:/run/als.sock' }],
    ['{address: "a.example:1"}', { kind: 'tcp', host: 'a.example', port: 1 }],
  ])('an address of %s', (written, address) => {
    expect(configOf(`listen: {grpc: ${written}}`).listen.grpc).toEqual([expect.objectContaining(address)])
  })

  test('several addresses', () => {
    const { grpc } = configOf('listen: {grpc: [127.0.0.1:1, unix:/x]}').listen
    expect(grpc.map(({ text }) => text)).toEqual(['127.0.0.1:1', 'unix:/x'])
  })
})

describe('formats', () => {
  test.each([
    [
      'format: {type: Plain, plain: "%PROTOCOL%"}',
      { kind: 'text', text: '%PROTOCOL%\n', path: 'pipelines[0].backends[0].file.format.plain' },
    ],
    ['format: {type: Plain, plain: "a\\n"}', { kind: 'text', text: 'a\n\n' }],
    ['format: {preset: kuma, omitEmptyValues: true}', { kind: 'preset', preset: 'kuma', omitEmptyValues: true }],
    ['logFormat: {text_format_source: {inline_string: "a"}}', { kind: 'text', text: 'a' }],
    ['logFormat: {text_format: ""}', { kind: 'text', text: '' }],
    [
      'logFormat: {json_format: {a: null, b: [null, 1]}, omit_empty_values: true}',
      { kind: 'json', json: { a: null, b: [null, 1] }, omitEmptyValues: true },
    ],
    [
      'logFormat: {text_format: a, content_type: text/plain, json_format_options: {sort_properties: true}}',
      { kind: 'text', text: 'a' },
    ],
  ])('%s', (line, format) => {
    expect(fileOf(`      ${line}`).file.format).toMatchObject(format)
  })

  test('Json keeps the list as it is', () => {
    const pairs = [
      { key: 'z', value: '1' },
      { key: 'a', value: '2' },
      { key: 'z', value: '3' },
    ]
    const { format } = fileOf(`      format: ${JSON.stringify({ type: 'Json', json: pairs })}`).file
    expect(format).toMatchObject({ kind: 'pairs', pairs, path: 'pipelines[0].backends[0].file.format.json' })
  })
})

const nothing = { readFile: () => new Uint8Array(), realPath: (path: string) => path, variables: {} }

describe('names of backends', () => {
  test('are made of the pipeline, and unique', () => {
    const file = (path: string, name = '') => ({ type: 'File', file: { path }, ...(name && { name }) })
    const tcp = { type: 'Tcp', tcp: { address: 'a:1' } }
    const otlp = { type: 'OpenTelemetry', openTelemetry: { endpoint: 'a' } }
    const { config } = validate(
      {
        pipelines: [
          { name: 'access', backends: [file('/a'), file('/b'), file('/c', 'access/file-2')] },
          { backends: [tcp, otlp, tcp] },
        ],
      },
      nothing,
    )
    expect(config!.pipelines.map(({ name, backends }) => [name, ...backends.map((b) => b.name)])).toEqual([
      ['access', 'access/file', 'access/file-3', 'access/file-2'],
      ['pipeline-2', 'pipeline-2/tcp', 'pipeline-2/opentelemetry', 'pipeline-2/tcp-2'],
    ])
  })
})
