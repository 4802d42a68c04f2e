/** `als-sink policy inspect`: listener by listener what is logged and why, for programs and for people. */
import { describe, expect, test } from 'vitest'
import type { Inspection } from '../../src/cli/inspection.ts'
import { runHere } from './run-here.ts'
import { everyone, gatewayFolder, inbound, shopFolder, writeFolder } from './shop.ts'

const inspect = (folder: string, ...flags: string[]) =>
  runHere('policy', 'inspect', folder, '--dataplane', 'shop-01', ...flags)

async function inspectJson(folder: string, ...flags: string[]): Promise<Inspection> {
  const run = await inspect(folder, '--output', 'json', ...flags)
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout) as Inspection
}

describe('as JSON', () => {
  test('shows a gateway that logs both ways as one listener, outgoing first', async () => {
    const { listeners } = await inspectJson(gatewayFolder())
    expect(listeners.map(({ address }) => address)).toEqual(['10.0.0.9:8080'])
    expect(listeners[0]!.loggers).toMatchObject([
      { direction: 'OUTBOUND', policy: 'everyone' },
      { direction: 'INBOUND', policy: 'inward' },
    ])
  })

  test('lists every listener with its loggers, markers filled in', async () => {
    const { dataplane, version, policies, listeners } = await inspectJson(shopFolder())
    expect({ dataplane, version }).toEqual({ dataplane: { name: 'shop-01', mesh: 'default' }, version: '2.14' })
    expect(policies.map(({ name, targetRef }) => [name, targetRef])).toEqual([
      ['everyone', 'Mesh'],
      ['shop-in', 'Dataplane app=shop'],
    ])
    expect(
      listeners.map(({ listener, direction, protocol, loggers }) => [listener, direction, protocol, loggers.length]),
    ).toEqual([
      ['inbound:192.168.0.7:8080', 'INBOUND', 'http', 2],
      ['outbound:127.0.0.1:10001', 'OUTBOUND', 'http', 1],
      ['outbound:127.0.0.1:10002', 'OUTBOUND', 'tcp', 1],
      ['inbound:passthrough:ipv4', 'INBOUND', 'tcp', 0],
      ['outbound:passthrough:ipv4', 'OUTBOUND', 'tcp', 1],
    ])
    const [{ address, loggers }] = listeners as [Inspection['listeners'][number]]
    expect(address).toBe('192.168.0.7:8080')
    expect(loggers).toEqual([
      expect.objectContaining({
        type: 'File',
        path: '/log/in',
        json: { user: '%FILTER_STATE(user)%', dst: 'shop' },
        policy: 'shop-in',
        backend: 'spec.rules[1].default.backends[0]',
        why: 'shop-in/rules[1].matches[0]',
        when: { spiffeID: { type: 'Prefix', value: 'spiffe://default/ns/web' } },
      }),
      expect.objectContaining({
        type: 'OpenTelemetry',
        endpoint: 'otel.obs:4317',
        body: { kvlistValue: { values: [{ key: 'trace', value: { stringValue: '%REQ(X-Trace?X-Other)%' } }] } },
        attributes: [
          { key: 'host', value: { stringValue: '%RESP(X-Served-By)% in default' } },
          { key: 'id', value: { stringValue: '%CONNECTION_ID%' } },
        ],
        policy: 'shop-in',
      }),
    ])
    expect(loggers[1]).not.toHaveProperty('when')
    expect(listeners[2]!.loggers[0]).toMatchObject({
      type: 'File',
      path: '/log/out',
      text: expect.stringMatching(
        /^\[%START_TIME%\] %RESPONSE_FLAGS% default 192\.168\.0\.7\(shop\)->%UPSTREAM_HOST%\(mysql\) .*\n$/,
      ),
    })
  })

  test('shows only what is asked for', async () => {
    const folder = shopFolder()
    const names = async (...flags: string[]) =>
      (await inspectJson(folder, ...flags)).listeners.map(({ listener }) => listener)
    expect(await names('--direction', 'outbound')).toHaveLength(3)
    expect(await names('--listener', '127.0.0.1:10001')).toEqual(['outbound:127.0.0.1:10001'])
    expect(await names('--listener', 'outbound:passthrough:ipv4')).toEqual(['outbound:passthrough:ipv4'])
  })

  test('decides by the version, the default format and the system namespaces that it is told', async () => {
    const aaa = everyone.replace('name: everyone', 'name: aaa').replace('/log/out', '/log/aaa')
    const folder = shopFolder({ 'aaa.yaml': aaa, 'sink.yml': 'kuma: { defaultFormat: kuma }\n' })
    const text = async (...flags: string[]) => {
      const { listeners } = await inspectJson(
        `${folder}/{dataplane,everyone,aaa}.yaml`,
        '--listener',
        'outbound:127.0.0.1:10001',
        ...flags,
      )
      return listeners[0]!.loggers[0] as unknown as { path: string; text: string }
    }
    expect((await text()).path).toBe('/log/aaa')
    expect((await text('--kuma-version', '2.5')).path).toBe('/log/out')
    expect((await text()).text).not.toContain('X-B3-TRACEID')
    expect((await text('-c', `${folder}/sink.yml`)).text).toContain('X-B3-TRACEID')
  })

  test('reads the policies that sink.yaml names', async () => {
    const folder = shopFolder()
    const config = writeFolder({ 'sink.yml': `policies: [ ${folder} ]\n` })
    const run = await runHere(
      'policy',
      'inspect',
      '-c',
      `${config}/sink.yml`,
      '--dataplane',
      'shop-01',
      '--output',
      'json',
    )
    expect((JSON.parse(run.stdout) as Inspection).policies).toHaveLength(2)
  })

  test('tells which rule keeps a listener silent', async () => {
    const silent = everyone.replace('everyone', 'quiet').replace(/\[ \{ type.*/, '[]')
    const folder = shopFolder({ 'quiet.yaml': silent.replace('kind: Mesh }', 'kind: Dataplane }') })
    const { listeners } = await inspectJson(folder, '--listener', '127.0.0.1:10001')
    expect(listeners[0]).toMatchObject({ loggers: [], silences: [{ why: 'quiet/to[0], over everyone/to[0]' }] })
    const { stdout } = await inspect(folder)
    expect(stdout).toContain('to payments\n  quiet/to[0], over everyone/to[0]: nothing is logged\n')
  })

  test('tells policies that select nobody', async () => {
    const folder = shopFolder({ 'typo.yaml': inbound.replace('app: shop', 'app: shpo').replace('shop-in', 'typo') })
    expect((await inspectJson(folder)).warnings).toEqual(['No Dataplane of these documents is selected by typo.'])
  })

  test('tells what this sink cannot carry out', async () => {
    const nowhere = everyone.replace(
      '{ type: File, file: { path: /log/out } }',
      '{ type: Tcp, tcp: { address: 127.0.0.1 } }',
    )
    const { warnings } = await inspectJson(shopFolder({ 'everyone.yaml': nowhere }))
    expect(warnings).toContainEqual(
      expect.stringMatching(/^everyone \(\S+everyone.yaml\): spec.to\[0\].default.backends\[0\].tcp.address .*port/),
    )
  })
})

test('for people: policies in order, then each listener with what decided', async () => {
  const { stdout, code } = await inspect(shopFolder())
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^Dataplane shop-01 in mesh default, by the rules of Kuma 2\.14\.\n\nPolicies, the weakest first\n {2}everyone {2}Mesh {16}\S+everyone\.yaml\n {2}shop-in {3}Dataplane app=shop {2}\S+inbound\.yaml\n/,
  )
  expect(stdout).toContain(`inbound:192.168.0.7:8080  INBOUND, http
  shop-in/rules[1].matches[0], when the peer's SPIFFE ID begins with spiffe://default/ns/web
    File /log/in
      {"user":"%FILTER_STATE(user)%","dst":"shop"}
  shop-in/rules[0]
    OpenTelemetry otel.obs:4317
      {"kvlistValue":{"values":[{"key":"trace","value":{"stringValue":"%REQ(X-Trace?X-Other)%"}}]}}
      host: %RESP(X-Served-By)% in default
      id: %CONNECTION_ID%
`)
  expect(stdout).toContain('inbound:passthrough:ipv4  INBOUND, tcp\n  no rule, so nothing is logged\n')
})

describe('faults', () => {
  test('a faulty document is shown with its line, and the others are inspected all the same', async () => {
    const bad = `---\n${everyone.replace('name: everyone', 'name: bad').replace('type: File', 'type: Fill')}`
    const folder = shopFolder({ 'bad.yaml': `${everyone.replace('name: everyone', 'name: good')}${bad}` })
    const { code, stdout, stderr } = await inspect(folder)
    expect(code).toBe(1)
    expect(stderr).toMatch(/bad\.yaml:19:29 spec\.to\[0\]\.default\.backends\[0\]\.type: /)
    expect(stderr).toContain(
      '  backends: [ { type: Fill, file: { path: /log/out } } ]\n                                ^^^^\n',
    )
    expect(stdout).toContain('  good ')
    expect(stdout).not.toContain('  bad ')
  })

  test('a version that was asked for judges the documents', async () => {
    expect((await inspect(shopFolder(), '--kuma-version', '2.9')).stderr).toContain('inbound.yaml')
    const old = everyone.replace('type: File, ', '')
    const folder = shopFolder({ 'everyone.yaml': old })
    expect(await inspect(folder)).toMatchObject({ code: 0, stderr: '' })
    expect(await inspect(folder, '--kuma-version', '2.14')).toMatchObject({ code: 1 })
  })

  test('of two documents that are the same resource the first counts', async () => {
    const { code, stderr, stdout } = await inspect(shopFolder({ 'zzz.yaml': everyone }))
    expect(code).toBe(1)
    expect(stderr).toMatch(/zzz\.yaml.*MeshAccessLog everyone of mesh default stands in \S+everyone\.yaml too/)
    expect(stdout).toContain('File /log/out')
  })

  test.each([
    [['--dataplane', 'shop-1'], 'There is no Dataplane shop-1 in mesh default.\nDid you mean shop-01?'],
    [['--dataplane', 'other'], 'There are shop-01, pay-01.'],
    [['--dataplane', 'shop-01', '--mesh', 'demo'], 'hold Dataplanes of other meshes: default.'],
  ])('an unknown proxy is told with what there is: %j', async (flags, message) => {
    const { code, stdout, stderr } = await runHere('policy', 'inspect', shopFolder(), ...flags)
    expect(stderr).toContain(message)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  test.each([
    [['policy'], 2, /Usage: als-sink policy/],
    [['policy', 'inspect', '/nowhere'], 2, /--dataplane/],
    [['policy', 'inspect', '--dataplane', 'a'], 2, /Which documents\?/],
    [['policy', 'inspect', '/nowhere', '--dataplane', 'a'], 1, /^\/nowhere names no file/],
    [['policy', 'inspect', '/', '--dataplane', 'a', '--kuma-version', '2.1'], 2, /Known versions are 2\.2, .*3\.0-dev/],
  ])('%j', async (args, code, complaint) => {
    const run = await runHere(...args)
    expect(run.stderr).toMatch(complaint)
    expect(run.code).toBe(code)
  })
})
