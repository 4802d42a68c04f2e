/**
 * Where a running sink does something else than Kuma, on purpose, and no other test says so: the rows of `docs/kuma.md` that come true only when
 * an entry does.
 */
import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { everythingOut, frontend, nodeOf, tcpEntry, toBackend, universal } from './documents.ts'
import { walk } from './walk.ts'

async function sent(
  backend: string,
  { version = '2.14', service = 'backend' }: { version?: KumaVersion; service?: string } = {},
) {
  return walk({
    documents: [
      everythingOut(backend),
      frontend(universal, 'canary').replace('kuma.io/service: backend', `kuma.io/service: "${service}"`),
    ],
    traffic: [{ from: nodeOf(universal, 'frontend-canary'), tcp: [tcpEntry(toBackend)] }],
    kuma: { version },
  })
}

const plain = (text: string) =>
  `- type: File\n  file: { path: /dev/stdout, format: { type: Plain, plain: '${text}' } }\n`

describe('operators of Kuma', () => {
  test('give values, which are no part of the format whatever they hold', async () => {
    const { stdout } = await sent(plain('<%KUMA_DESTINATION_SERVICE%>'), { service: '50%DURATION%' })
    expect(stdout).toBe('<50%DURATION%>\n')
  })

  test('are not meant where the percent signs are doubled', async () => {
    expect((await sent(plain('%%KUMA_MESH%%'))).stdout).toBe('%KUMA_MESH%\n')
  })

  test.each<KumaVersion>(['2.2', '2.13'])('that came with 2.14 are known by the rules of %s too', async (version) => {
    expect((await sent(plain('<%KUMA_ZONE%> <%KUMA_WORKLOAD%>'), { version })).stdout).toBe('<> <>\n')
  })
})

describe('a backend', () => {
  test('of a type is that, whatever stands beside it', async () => {
    const { stdout } = await sent(
      '- type: File\n  file: { path: /dev/stdout, format: { type: Json, plain: x, json: [ { key: a, value: b } ] } }\n  tcp: { address: "127.0.0.1:5000" }\n',
    )
    expect(stdout).toBe('{"a":"b"}\n')
  })

  test('writes JSON over TCP as it does to a file', async () => {
    const { tcp } = await sent(
      '- type: Tcp\n  tcp: { address: "127.0.0.1:5000", format: { type: Json, json: [ { key: b, value: "<&>" }, { key: a, value: "%DURATION%" } ] } }\n',
    )
    expect(tcp).toBe('{"b":"<&>","a":42}\n')
  })
})

describe('refused, with the place', () => {
  test.each([
    ['a TCP address without a port', '{ type: Tcp, tcp: { address: 10.0.0.9 } }', 'backends[0].tcp.address'],
    ['a path that is a folder', '{ type: File, file: { path: /var/log/ } }', 'backends[0].file.path'],
    ['a path of Windows', '{ type: File, file: { path: "C:\\\\logs\\\\a.log" } }', 'backends[0].file.path'],
    [
      'two members in a body',
      '{ type: OpenTelemetry, openTelemetry: { endpoint: "localhost:1", body: { stringValue: a, intValue: 5 } } }',
      'openTelemetry.body',
    ],
    [
      'a port that is no number',
      '{ type: OpenTelemetry, openTelemetry: { endpoint: "localhost:abc" } }',
      'openTelemetry.endpoint',
    ],
    [
      'an endpoint that differs from entry to entry',
      '{ type: OpenTelemetry, openTelemetry: { endpoint: "%REQ(X)%:1" } }',
      'openTelemetry.endpoint',
    ],
    [
      'a format that Envoy refuses',
      '{ type: File, file: { path: /dev/stdout, format: { type: Plain, plain: "%REQ(%" } } }',
      'file.format.plain',
    ],
  ])('%s', async (_, backend, place) => {
    const { complaints, unmatchedEntries } = await sent(`- ${backend}\n`)
    expect(complaints.join('\n')).toContain(place)
    expect(unmatchedEntries).toBe(1)
  })
})

test.each(['Start Time', 'otel.x', '%KUMA_MESH%'])(
  'taken: an attribute that 2.14 would not let be called %s',
  async (key) => {
    const backend = `- type: OpenTelemetry\n  openTelemetry: { endpoint: "localhost:", attributes: [ { key: "${key}", value: x } ] }\n`
    const { complaints, written } = await walk({
      documents: [everythingOut(backend), frontend(universal, 'canary')],
      traffic: [],
    })
    expect([complaints, written]).toEqual([[], {}])
  },
)
