/** Each kind of backend: what its keys become, what they are by default, and every way to get them wrong, with its place. */
import { describe, expect, test } from 'vitest'
import type { Backend, FileBackend, OpenTelemetryBackend, TcpBackend } from '../../src/config/config.ts'
import { loadDocuments } from '../../src/config/load.ts'

/** The document holds one backend, on a line of its own; columns are told from where it begins. */
function load(backend: string, rest = '') {
  const text = `pipelines: [{name: p, backends: [\n ${backend}\n ]}]\n${rest}`
  const [{ config, faults }] = loadDocuments('sink.yaml', text) as [ReturnType<typeof loadDocuments>[number]]
  const tell = faults.map(
    (f) => `${f.column! - 1} ${f.code} ${f.path.replace(/^pipelines\[0]\.backends\[0]\.?/, '')}: ${f.message}`,
  )
  return { backend: config?.pipelines[0]?.backends[0], faults: tell }
}

function backendOf<B extends Backend>(written: string, rest = ''): B {
  const { backend, faults } = load(written, rest)
  expect(faults).toEqual([])
  return backend as B
}

const fileOf = (keys: string) => `{type: File, file: {path: /x${keys && `, ${keys}`}}}`
const tcpOf = (keys: string) => `{type: Tcp, tcp: {${keys}}}`
const otlpOf = (keys: string) => `{type: OpenTelemetry, openTelemetry: {${keys}}}`

describe('File', () => {
  const rotation = { maxBytes: 104_857_600, maxRetainedFiles: 10, maxAgeDays: 30, compress: false }

  test.each<[string, object]>([
    ['', { makeDirectory: false, fsync: 'never', rotation: null, mode: 0o640 }],
    ['fsync: interval', { fsync: 'interval' }],
    ['fsync: always', { fsync: 'always' }],
    ['makeDirectory: true', { makeDirectory: true }],
    ['rotation: {}', { rotation }],
    ['rotation: {enabled: true}', { rotation }],
    ['rotation: {enabled: false, maxSizeMb: 1}', { rotation: null }],
    ['rotation: {maxSizeMb: 1, compress: true}', { rotation: { ...rotation, maxBytes: 1_048_576, compress: true } }],
    [
      'rotation: {maxRetainedFiles: 0, maxAgeDays: 0}',
      { rotation: { ...rotation, maxRetainedFiles: 0, maxAgeDays: 0 } },
    ],
  ])('%s', (keys, file) => expect(backendOf<FileBackend>(fileOf(keys)).file).toMatchObject(file))

  test.each([
    ['fsync: sometimes', '38 wrong_value file.fsync: must be never, interval or always, not "sometimes".'],
    [
      'fsync: allways',
      '38 wrong_value file.fsync: must be never, interval or always, not "allways". Did you mean always?',
    ],
    ['makeDirectory: 1', '46 wrong_type file.makeDirectory: must be true or false, not 1.'],
    ['makeDirectorys: true', '31 unknown_key file.makeDirectorys: is not a key here. Did you mean makeDirectory?'],
    ['rotation: true', '41 wrong_type file.rotation: must be a mapping of keys, not true.'],
    ['rotation: {maxSizeMb: 0}', '53 wrong_value file.rotation.maxSizeMb: must be at least 1, not 0.'],
    ['rotation: {maxSizeMb: 100MiB}', '53 wrong_type file.rotation.maxSizeMb: must be a number, not "100MiB".'],
    ['rotation: {maxRetainedFiles: -1}', '60 wrong_value file.rotation.maxRetainedFiles: must be at least 0, not -1.'],
    ['rotation: {maxAgeDays: 1.5}', '54 wrong_type file.rotation.maxAgeDays: must be a whole number, not 1.5.'],
    [
      'rotation: {maxAge: 3, maxSizeMB: 1}',
      '53 unknown_key file.rotation.maxSizeMB: is not a key here. Did you mean maxSizeMb?',
    ],
    ['rotation: {compress: gzip}', '52 wrong_type file.rotation.compress: must be true or false, not "gzip".'],
  ])('%s is refused', (keys, fault) => expect(load(fileOf(keys)).faults).toContain(fault))

  test('what is no file cannot be rotated', () => {
    expect(load('{type: File, file: {path: /dev/stdout, rotation: {}}}').faults).toEqual([
      '40 conflict file.rotation: stands beside /dev/stdout, which is no file to rotate.',
    ])
    backendOf('{type: File, file: {path: /dev/stdout, rotation: {enabled: false}}}')
  })
})

describe('Tcp', () => {
  const plain = { kind: 'tcp', host: 'logs', port: 5000, text: 'logs:5000' }

  test('has every default', () => {
    expect(backendOf(tcpOf('address: "logs:5000"'))).toEqual({
      type: 'Tcp',
      name: 'p/tcp',
      path: 'pipelines[0].backends[0]',
      tcp: {
        address: plain,
        tls: null,
        format: { kind: 'preset', preset: 'envoy', omitEmptyValues: false, path: 'pipelines[0].backends[0].tcp' },
        legacyDoubleNewline: false,
      },
      textSafety: { escapeControl: false, wholeCharacters: false, finiteNumbers: false },
      contentTypeListed: false,
      queue: { bytesMax: 67_108_864, whenFull: 'dropOldest', flushAfterMs: 1000 },
      spool: null,
      deadLetter: null,
    })
  })

  const tls = { ca: null, cert: null, key: null, serverName: null }
  test.each<[string, object]>([
    ['address: "[::1]:5000"', { address: { host: '::1', port: 5000, text: '[::1]:5000' } }],
    ['address: tcp://logs:5000', { address: plain, tls: null }],
    ['address: tls://logs:5000', { address: plain, tls }],
    ['address: tls://logs:5000, tls: {ca: ca.pem}', { address: plain, tls: { ...tls, ca: 'ca.pem' } }],
    ['address: "logs:5000", tls: {}', { address: plain, tls }],
    [
      'address: "logs:5000", tls: {cert: c, key: k, serverName: s}',
      { tls: { ca: null, cert: 'c', key: 'k', serverName: 's' } },
    ],
    ['address: "logs:5000", format: {type: Plain, plain: x}', { format: { kind: 'text', text: 'x\n' } }],
    ['address: "logs:5000", logFormat: {text_format: x}', { format: { kind: 'text', text: 'x' } }],
  ])('%s', (keys, tcp) => expect(backendOf<TcpBackend>(tcpOf(keys)).tcp).toMatchObject(tcp))

  test('the double newline is its own affair, or as Kuma has it everywhere', () => {
    const newlines = (keys: string, kuma: boolean) =>
      backendOf<TcpBackend>(tcpOf(`address: "a:1"${keys}`), `kuma: {legacyDoubleNewline: ${kuma}}`).tcp
        .legacyDoubleNewline
    expect([newlines('', false), newlines('', true)]).toEqual([false, true])
    expect([newlines(', legacyDoubleNewline: true', false), newlines(', legacyDoubleNewline: false', true)]).toEqual([
      true,
      false,
    ])
  })

  const expected = 'must be an address with its port, such as logs:5000 or [::1]:5000'
  test.each([
    ['', '13 missing tcp.address: is required.'],
    [
      'address: logs',
      `28 wrong_value tcp.address: ${expected}, not "logs". Which port? Write logs:5000, or whichever it is.`,
    ],
    [
      'address: 10.0.0.5',
      `28 wrong_value tcp.address: ${expected}, not "10.0.0.5". Which port? Write 10.0.0.5:5000, or whichever it is.`,
    ],
    [
      'address: "[::1]"',
      `28 wrong_value tcp.address: ${expected}, not "[::1]". Which port? Write [::1]:5000, or whichever it is.`,
    ],
    [
      'address: "::1"',
      `28 wrong_value tcp.address: ${expected}, not "::1". Which port? Write [::1]:5000, or whichever it is.`,
    ],
    ['address: "logs:"', `28 wrong_value tcp.address: ${expected}, not "logs:".`],
    ['address: "logs:0"', `28 wrong_value tcp.address: ${expected}, not "logs:0".`],
    ['address: "logs:65536"', `28 wrong_value tcp.address: ${expected}, not "logs:65536".`],
    ['address: "logs:5000/path"', `28 wrong_value tcp.address: ${expected}, not "logs:5000/path".`],
    ['address: http://logs:80', `28 wrong_value tcp.address: ${expected}, not "http://logs:80".`],
    ['address: unix:/run/logs.sock', `28 wrong_value tcp.address: ${expected}, not "unix:/run/logs.sock".`],
    ['address: "%KUMA_MESH%:5000"', `28 wrong_value tcp.address: ${expected}, not "%KUMA_MESH%:5000".`],
    ['address: 5000', `28 wrong_value tcp.address: ${expected}, not 5000.`],
    ['adress: "a:1"', '19 unknown_key tcp.adress: is not a key here. Did you mean address?'],
    ['address: "a:1", tls: true', '40 wrong_type tcp.tls: must be a mapping of keys, not true.'],
    ['address: "a:1", tls: {CA: x}', '41 unknown_key tcp.tls.CA: is not a key here. Did you mean ca?'],
    ['address: "a:1", tls: {ca: ""}', '45 wrong_value tcp.tls.ca: must not be empty.'],
    ['address: "a:1", tls: {cert: c}', '35 missing tcp.tls.key: is required beside cert.'],
    ['address: "a:1", tls: {key: k}', '35 missing tcp.tls.cert: is required beside key.'],
    [
      'address: "tcp://a:1", tls: {}',
      '41 conflict tcp.tls: stands beside an address that says there is none; leave its scheme out.',
    ],
    ['address: "a:1", legacyDoubleNewline: 2', '56 wrong_type tcp.legacyDoubleNewline: must be true or false, not 2.'],
    [
      'address: "a:1", format: {preset: envoy}, logFormat: {text_format: a}',
      '60 conflict tcp.logFormat: stands beside format; a backend has one of the two.',
    ],
  ])('%s is refused', (keys, fault) => expect(load(tcpOf(keys)).faults).toContain(fault))
})

describe('OpenTelemetry', () => {
  test('has every default', () => {
    expect(backendOf(otlpOf('endpoint: otel'))).toEqual({
      type: 'OpenTelemetry',
      name: 'p/opentelemetry',
      path: 'pipelines[0].backends[0]',
      openTelemetry: {
        endpoint: { protocol: 'grpc', host: 'otel', port: 4317, path: '', tls: false, text: 'grpc://otel:4317' },
        tls: null,
        body: null,
        defaultBody: 'envoy',
        attributes: [],
        typedValues: false,
        compression: 'gzip',
        headers: {},
        timeoutMs: 10_000,
        serviceName: null,
        severity: false,
        traceContext: false,
      },
      textSafety: { escapeControl: false, wholeCharacters: false, finiteNumbers: false },
      contentTypeListed: false,
      queue: { bytesMax: 67_108_864, whenFull: 'dropOldest', flushAfterMs: 1000 },
      spool: null,
      deadLetter: null,
    })
  })

  const tls = { ca: null, cert: null, key: null, serverName: null }
  test.each<[string, object]>([
    ['endpoint: "http://otel:4318"', { endpoint: { protocol: 'http', path: '/v1/logs' }, tls: null }],
    ['endpoint: "grpcs://otel"', { endpoint: { tls: true, text: 'grpcs://otel:4317' }, tls }],
    ['endpoint: "https://otel", tls: {ca: x}', { endpoint: { tls: true }, tls: { ...tls, ca: 'x' } }],
    ['endpoint: "otel:4317", tls: {}', { endpoint: { tls: true, text: 'grpcs://otel:4317' }, tls }],
    ['endpoint: "::1", tls: {}', { endpoint: { text: 'grpcs://[::1]:4317' } }],
    ['endpoint: "%KUMA_MESH%.otel"', { endpoint: { text: 'grpc://east.otel:4317' } }],
    ['endpoint: otel, body: "%PATH%"', { body: '%PATH%' }],
    ['endpoint: otel, body: {intValue: 5}', { body: { intValue: 5 } }],
    // The engine wants to see the null: it is how a mis-indented list is known.
    ['endpoint: otel, body: {kvlistValue: null, values: []}', { body: { kvlistValue: null, values: [] } }],
    ['endpoint: otel, body: null', { body: null }],
    [
      'endpoint: otel, attributes: [{key: a, value: ""}, {key: a, value: "%PATH%"}]',
      {
        attributes: [
          { key: 'a', value: '' },
          { key: 'a', value: '%PATH%' },
        ],
      },
    ],
    [
      'endpoint: otel, typedValues: true, severity: true, traceContext: true',
      { typedValues: true, severity: true, traceContext: true },
    ],
    ['endpoint: otel, compression: none, timeout: 500ms', { compression: 'none', timeoutMs: 500 }],
    ['endpoint: otel, serviceName: gateway', { serviceName: 'gateway' }],
    [
      'endpoint: otel, headers: {Authorization: Bearer x, x-scope: ""}',
      { headers: { authorization: 'Bearer x', 'x-scope': '' } },
    ],
  ])('%s', (keys, openTelemetry) => {
    const backend = backendOf<OpenTelemetryBackend>(otlpOf(keys), 'kuma: {values: {mesh: east}}')
    expect(backend.openTelemetry).toMatchObject(openTelemetry)
  })

  test.each([
    ['', '23 missing openTelemetry.endpoint: is required.'],
    ['endpoint: "otel:abc"', '49 wrong_value openTelemetry.endpoint: has the port "abc"; it must be from 1 to 65535.'],
    ['endpoint: 4317', '49 wrong_value openTelemetry.endpoint: must be host'],
    ['endpoint: "%REQ(A)%:1"', '49 wrong_value openTelemetry.endpoint: must not hold %REQ(A)%'],
    [
      'endpoint: "%KUMA_ZONE%"',
      '49 wrong_value openTelemetry.endpoint: has %KUMA_ZONE%, and nothing says what that is here.',
    ],
    ['endpont: otel', '39 unknown_key openTelemetry.endpont: is not a key here. Did you mean endpoint?'],
    [
      'endpoint: "grpc://otel", tls: {}',
      '64 conflict openTelemetry.tls: stands beside an address that says there is none',
    ],
    [
      'endpoint: "http://otel", tls: {}',
      '64 conflict openTelemetry.tls: stands beside an address that says there is none',
    ],
    ['endpoint: otel, tls: {key: k}', '55 missing openTelemetry.tls.cert: is required beside key.'],
    ['endpoint: otel, attributes: {a: b}', '67 wrong_type openTelemetry.attributes: must be a list, not {"a":"b"}.'],
    ['endpoint: otel, attributes: [{key: a}]', '68 missing openTelemetry.attributes[0].value: is required.'],
    [
      'endpoint: otel, attributes: [{key: "", value: x}]',
      '74 wrong_value openTelemetry.attributes[0].key: must not be empty.',
    ],
    [
      'endpoint: otel, attributes: [{key: a, vlue: x}]',
      '77 unknown_key openTelemetry.attributes[0].vlue: is not a key here. Did you mean value?',
    ],
    [
      'endpoint: otel, compression: zip',
      '68 wrong_value openTelemetry.compression: must be gzip or none, not "zip". Did you mean gzip?',
    ],
    [
      'endpoint: otel, timeout: 10',
      '64 wrong_value openTelemetry.timeout: must be a duration with its unit, such as 1s or 500ms, not 10.',
    ],
    ['endpoint: otel, timeout: 0s', '64 wrong_value openTelemetry.timeout: must be at least 1ms, not "0s".'],
    ['endpoint: otel, timeout: 2h', '64 wrong_value openTelemetry.timeout: must be at most 3600s, not "2h".'],
    ['endpoint: otel, severity: info', '65 wrong_type openTelemetry.severity: must be true or false, not "info".'],
    [
      'endpoint: otel, typedValue: true',
      '55 unknown_key openTelemetry.typedValue: is not a key here. Did you mean typedValues?',
    ],
    ['endpoint: otel, serviceName: ""', '68 wrong_value openTelemetry.serviceName: must not be empty.'],
    ['endpoint: otel, headers: [a]', '64 wrong_type openTelemetry.headers: must be a mapping of keys, not ["a"].'],
    ['endpoint: otel, headers: {"a b": x}', '65 wrong_key openTelemetry.headers.a b: must be named with letters'],
    [
      'endpoint: otel, headers: {grpc-timeout: x}',
      '65 wrong_key openTelemetry.headers.grpc-timeout: is set by the protocol itself.',
    ],
    [
      'endpoint: otel, headers: {Content-Type: x}',
      '65 wrong_key openTelemetry.headers.Content-Type: is set by the protocol itself.',
    ],
    ['endpoint: otel, headers: {a-bin: x}', '65 wrong_key openTelemetry.headers.a-bin: ends with -bin'],
    [
      'endpoint: otel, headers: {a: x, A: y}',
      '71 wrong_key openTelemetry.headers.A: is given twice; case does not count.',
    ],
    [
      'endpoint: otel, headers: {a: "x\\ny"}',
      '68 wrong_value openTelemetry.headers.a: must be printable ASCII on one line.',
    ],
  ])('%s is refused', (keys, fault) => {
    expect(load(otlpOf(keys)).faults).toContainEqual(expect.stringContaining(fault))
  })

  test('a fault of a header does not show what may be secret', () => {
    expect(load(otlpOf('endpoint: otel, headers: {authorization: "secret\\n"}')).faults.join()).not.toContain('secret')
  })
})

describe('every backend', () => {
  const kinds = [fileOf(''), tcpOf('address: "a:1"'), otlpOf('endpoint: a')]
  const withKey = (kind: string, key: string) => kind.replace(/}$/, `, ${key}}`)

  test.each(kinds)('%s may have a spool and a dead letter', (kind) => {
    const spooled = backendOf(withKey(kind, 'name: a/b, spool: {dir: /var/spool}, deadLetter: {path: /var/dead}'))
    expect(spooled.spool).toEqual({ folder: '/var/spool/a%2Fb', bytesMax: 1_073_741_824 })
    expect(spooled.deadLetter).toBe('/var/dead')
  })

  test.each([
    ['x', '/s/x'],
    ['..', '/s/%2E%2E'],
    ['a b', '/s/a%20b'],
    ['é', '/s/%C3%A9'],
    ['a%2Fb', '/s/a%252Fb'],
  ])('the backend %j has a folder of its own in the spool', (name, folder) => {
    expect(backendOf(withKey(kinds[1]!, `name: "${name}", spool: {dir: /s, maxBytes: 8MiB}`)).spool).toEqual({
      folder,
      bytesMax: 8_388_608,
    })
  })

  test.each([
    ['spool: {}', 'missing spool.dir: is required.'],
    ['spool: {dir: ""}', 'wrong_value spool.dir: must not be empty.'],
    ['spool: /x', 'wrong_type spool: must be a mapping of keys, not "/x".'],
    ['spool: {dir: /x, maxByte: 1GiB}', 'unknown_key spool.maxByte: is not a key here. Did you mean maxBytes?'],
    ['spool: {dir: /x, maxBytes: 1MiB}', 'wrong_value spool.maxBytes: must be between 8MiB and 1TiB, not "1MiB".'],
    ['deadLetter: {}', 'missing deadLetter.path: is required.'],
    ['deadLetter: /x', 'wrong_type deadLetter: must be a mapping of keys, not "/x".'],
    ['deadLetters: {}', 'unknown_key deadLetters: is not a key here. Did you mean deadLetter?'],
    [
      `name: ${'ü'.repeat(43)}, spool: {dir: /x}`,
      "wrong_value name: is the name of its spool's folder too, where it takes 258 bytes",
    ],
  ])('%s is refused', (key, fault) => {
    for (const kind of kinds) expect(load(withKey(kind, key)).faults).toContainEqual(expect.stringContaining(fault))
  })

  test.each([
    ['{type: File, file: {path: /x}, tcp: {}}', 'tcp: belongs to type: Tcp, not File.'],
    [
      '{type: Tcp, tcp: {address: "a:1"}, openTelemetry: {}}',
      'openTelemetry: belongs to type: OpenTelemetry, not Tcp.',
    ],
    [
      '{type: OpenTelemetry, openTelemetry: {endpoint: a}, file: {}}',
      'file: belongs to type: File, not OpenTelemetry.',
    ],
    ['{type: tcp}', 'type: must be File, Tcp or OpenTelemetry, not "tcp". Did you mean Tcp?'],
    ['{type: Tcp}', 'missing tcp: is required.'],
    ['{type: OpenTelemetry}', 'missing openTelemetry: is required.'],
  ])('%s is refused', (backend, fault) => {
    expect(load(backend).faults).toEqual([expect.stringContaining(fault)])
  })
})
