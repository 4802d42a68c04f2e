/** `als-sink envoy --policies … --dataplane …`: loggers by listener. A real Envoy judges them in test/envoy/policies.test.ts. */
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { runHere } from './run-here.ts'
import { everyone, gatewayFolder, shopFolder, writeFolder } from './shop.ts'

interface Answer {
  readonly listeners: readonly {
    readonly listener: string
    readonly address: string
    readonly kind: string
    // biome-ignore lint/suspicious/noExplicitAny: Envoy's own configuration
    readonly access_log: readonly any[]
  }[]
  readonly clusters: readonly { readonly name: string; readonly load_assignment: object }[]
}

interface Tag {
  readonly tag: string
  readonly literal: { readonly value: string }
}

async function envoyJson(...flags: string[]): Promise<Answer> {
  const run = await runHere('envoy', '--dataplane', 'shop-01', '--output', 'json', ...flags)
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout) as Answer
}

describe('the loggers of a proxy', () => {
  test('each listener that logs has one, of its kind, with the needs of all its backends', async () => {
    const { listeners, clusters } = await envoyJson('--policies', shopFolder())
    expect(listeners.map(({ listener, address, kind }) => [listener, address, kind])).toEqual([
      ['inbound:192.168.0.7:8080', '192.168.0.7:8080', 'http'],
      ['outbound:127.0.0.1:10001', '127.0.0.1:10001', 'http'],
      ['outbound:127.0.0.1:10002', '127.0.0.1:10002', 'tcp'],
      ['outbound:passthrough:ipv4', '0.0.0.0:15001', 'tcp'],
    ])
    const [inbound, payments, mysql] = listeners.map(({ access_log: [logger] }) => logger)
    expect(inbound.name).toBe('envoy.access_loggers.http_grpc')
    expect(inbound.typed_config).toMatchObject({
      additional_request_headers_to_log: ['x-trace', 'x-other'],
      additional_response_headers_to_log: ['x-served-by'],
      common_config: {
        log_name: 'kuma:default:shop-01:inbound:http:shop',
        filter_state_objects_to_log: ['user'],
        custom_tags: [
          { tag: 'kuma.mesh', literal: { value: 'default' } },
          { tag: 'kuma.traffic_direction', literal: { value: 'INBOUND' } },
          { tag: 'kuma.source_service', literal: { value: 'unknown' } },
          { tag: 'kuma.destination_service', literal: { value: 'shop' } },
          { tag: 'kuma.source_address', literal: { value: '192.168.0.7' } },
          { tag: 'kuma.zone', literal: { value: 'east' } },
          { tag: 'kuma.listener', literal: { value: 'inbound:192.168.0.7:8080' } },
          { tag: 'als:%CONNECTION_ID%', value: expect.any(String) },
        ],
      },
    })
    // The default format of HTTP. Verbs that HTTP does not name come in the list only.
    expect(payments.typed_config.additional_request_headers_to_log).toEqual([':method'])
    expect(payments.typed_config.additional_response_headers_to_log).toEqual(['x-envoy-upstream-service-time'])
    expect(mysql.name).toBe('envoy.access_loggers.tcp_grpc')
    expect(Object.keys(mysql.typed_config)).toEqual(['@type', 'common_config'])
    expect(clusters).toEqual([expect.objectContaining({ name: 'als_sink' })])
  })

  test('parts of the log name may hold anything', async () => {
    const dataplane = `type: Dataplane
mesh: default
name: shop-01
networking:
  address: 10.0.0.1
  inbound: [ { port: 80, tags: { kuma.io/service: shop } } ]
  outbound: [ { port: 10001, tags: { kuma.io/service: "a:b/c %" } } ]
`
    const { listeners } = await envoyJson('--policies', shopFolder({ 'dataplane.yaml': dataplane }))
    expect(listeners[0]!.access_log[0].typed_config.common_config.log_name).toBe(
      'kuma:default:shop-01:outbound:tcp:a%3Ab%2Fc%20%25',
    )
  })

  test('a builtin gateway has a logger for each direction, told apart by their tags', async () => {
    const folder = gatewayFolder(' port: web ')
    const { listeners } = await envoyJson('--policies', folder)
    expect(listeners.map(({ listener, address }) => [listener, address])).toEqual([
      ['edge:HTTP:8080', '10.0.0.9:8080'],
      ['edge:HTTP:8080', '10.0.0.9:8080'],
    ])
    const tags = listeners.map(({ access_log: [logger] }) =>
      Object.fromEntries(logger.typed_config.common_config.custom_tags.map((tag: Tag) => [tag.tag, tag.literal.value])),
    )
    expect(tags).toMatchObject([
      { 'kuma.traffic_direction': 'OUTBOUND', 'kuma.source_service': 'edge', 'kuma.destination_service': '*' },
      { 'kuma.traffic_direction': 'INBOUND', 'kuma.source_service': 'unknown', 'kuma.destination_service': 'edge' },
    ])
    const { stdout } = await runHere('envoy', '--policies', folder, '--dataplane', 'shop-01')
    expect(stdout).toContain('edge:HTTP:8080, at 10.0.0.9:8080: for its HTTP connection manager, INBOUND.')
  })

  test('the name of the stream, its buffer and the sink are as asked for', async () => {
    const folder = shopFolder()
    const config = writeFolder({ 'sink.yml': `listen: { grpc: "127.0.0.1:7777" }\npolicies: [ ${folder} ]\n` })
    const { listeners, clusters } = await envoyJson('-c', `${config}/sink.yml`, '--log-name', 'mine', '--outage', '2s')
    expect(listeners[0]!.access_log[0].typed_config.common_config).toMatchObject({
      log_name: 'mine',
      buffer_size_bytes: 2_048_000,
    })
    expect(JSON.stringify(clusters[0]!.load_assignment)).toContain('"port_value":7777')
  })

  test('is one YAML document, with a heading for each listener', async () => {
    const run = await runHere('envoy', '--policies', `${shopFolder()}/*.yaml`, '--dataplane', 'shop-01')
    const document = parseDocument(run.stdout)
    expect(document.errors).toEqual([])
    const { listeners, clusters } = document.toJS() as Answer
    expect(listeners).toHaveLength(4)
    expect(clusters).toHaveLength(1)
    expect(run.stdout).toContain(`  # inbound:192.168.0.7:8080, at 192.168.0.7:8080: for its HTTP connection manager.
  # Decided by shop-in/rules[1].matches[0].
  # Decided by shop-in/rules[0].
  # Rules for a route, a SPIFFE ID or a server name need nothing more here: every entry says them itself.
  - listener: inbound:192.168.0.7:8080
`)
  })

  test('a backend that cannot be used is told, and the others are there', async () => {
    const backends =
      '[ { type: File, file: { path: /log/out, format: { type: Plain, plain: "%RESPONSE_COD%" } } }, { type: Tcp, tcp: { address: 127.0.0.1 } }, { type: File, file: { path: /ok, format: { type: Plain, plain: "%RESP(x-ok)%" } } } ]'
    const folder = shopFolder({ 'everyone.yaml': everyone.replace(/\[ \{ type: File.*/, backends) })
    const run = await runHere('envoy', '--policies', folder, '--dataplane', 'shop-01', '--output', 'json')
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(
      /^everyone \(\S+everyone.yaml\): \S+backends\[0\]\.file\.format\.plain %RESPONSE_COD% is not/m,
    )
    expect(run.stderr).toMatch(/^everyone \(\S+everyone.yaml\): \S+backends\[1\]\.tcp\.address .*port/m)
    const { listeners } = JSON.parse(run.stdout) as Answer
    expect(listeners[1]!.access_log[0].typed_config.additional_response_headers_to_log).toEqual(['x-ok'])
  })

  test('an older Envoy gets what it takes, and a warning for the rest', async () => {
    const run = await runHere('envoy', '--policies', shopFolder(), '--dataplane', 'shop-01', '--envoy-version', '1.36')
    expect(run.stderr).toContain('warning: %CONNECTION_ID%: no entry has it')
    expect(run.stdout).not.toContain('als:%CONNECTION_ID%')
    expect(run.code).toBe(0)
  })
})

test.each([
  [['--dataplane', 'shop-01'], 'Which documents?'],
  [['--policies', '/tmp'], 'Give --dataplane'],
  [['--policies', '/tmp', '--dataplane', 'a', '--text', 'x'], 'not both'],
])('wrong usage: %j', async (flags, complaint) => {
  const { code, stderr } = await runHere('envoy', ...flags)
  expect(stderr).toContain(complaint)
  expect(code).toBe(2)
})
