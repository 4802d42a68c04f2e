/**
 * The operators that Kuma adds, in everything that a policy renders itself: text and JSON, in files and over TCP, for HTTP and TCP traffic in
 * every direction. What goes to a collector: `open-telemetry.test.ts`.
 */
import { describe, expect, test } from 'vitest'
import {
  everythingOut,
  forms,
  frontend,
  httpEntry,
  intoFrontend,
  nodeOf,
  rules,
  tcpEntry,
  toBackend,
  topMesh,
  universal,
} from './documents.ts'
import { walk } from './walk.ts'

const operators = [
  '%KUMA_MESH%',
  '%KUMA_SOURCE_SERVICE%',
  '%KUMA_DESTINATION_SERVICE%',
  '%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%',
  '%KUMA_TRAFFIC_DIRECTION%',
]

/** One element: as text, and as JSON. */
const backends = (member: 'file' | 'tcp') => {
  const [type, place] = member === 'file' ? ['File', 'path: /dev/stdout'] : ['Tcp', 'address: 127.0.0.1:5000']
  const pairs = operators.map((value) => `{ key: "${value.slice(6, -1).toLowerCase()}", value: "${value}" }`)
  return `- type: ${type}
  ${member}:
    ${place}
    format: { type: Plain, plain: "${operators.join(' ')}" }
- type: ${type}
  ${member}:
    ${place}
    format: { type: Json, json: [ ${pairs.join(', ')} ] }
`
}

const linesOf = (mesh: string, source: string, destination: string, address: string, direction: string) => {
  const values = [mesh, source, destination, address, direction]
  const names = operators.map((operator) => operator.slice(6, -1).toLowerCase())
  return `${values.join(' ')}\n${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, values[i]])))}\n`
}

describe.each(['file', 'tcp'] as const)('in a backend of kind %s', (member) => {
  const received = (walked: Awaited<ReturnType<typeof walk>>) => (member === 'file' ? walked.stdout : walked.tcp)

  test.each(forms)('they say who calls whom in traffic that leaves, be it HTTP or TCP: $form', async (form) => {
    const walked = await walk({
      documents: [everythingOut(backends(member)), frontend(form, 'canary')],
      traffic: [
        { from: nodeOf(form, 'frontend-canary'), http: [httpEntry(toBackend)] },
        { from: nodeOf(form, 'frontend-canary'), tcp: [tcpEntry(toBackend)] },
      ],
    })
    const lines = linesOf('default', 'frontend', form.service('backend'), '192.168.0.1', 'OUTBOUND')
    expect(received(walked)).toBe(lines + lines)
  })

  test.each(forms)('they say INBOUND, and no source, in traffic that comes in: $form', async (form) => {
    const walked = await walk({
      documents: [form.policy('in', rules(backends(member)), 'kuma-demo'), frontend(form, 'canary')],
      traffic: [
        { from: nodeOf(form, 'frontend-canary'), http: [httpEntry(intoFrontend)] },
        { from: nodeOf(form, 'frontend-canary'), tcp: [tcpEntry(intoFrontend)] },
      ],
    })
    const lines = linesOf('default', 'unknown', 'frontend', '192.168.0.1', 'INBOUND')
    expect(received(walked)).toBe(lines + lines)
  })

  test('they say UNSPECIFIED where a zone proxy takes and hands on', async () => {
    const egress = universal.dataplane(
      'egress',
      'app: egress',
      'address: 10.0.0.3\nlisteners: [ { type: ZoneEgress, port: 10002, name: egress } ]\n',
    )
    const walked = await walk({
      documents: [universal.policy('in', `${topMesh}${rules(backends(member))}`, ''), egress],
      traffic: [{ from: 'default.egress', tcp: [tcpEntry({ host: '10.0.0.3', port: 10_002 })] }],
    })
    expect(received(walked)).toBe(linesOf('default', 'unknown', 'unknown', '10.0.0.3', 'UNSPECIFIED'))
  })
})

describe('the source of traffic that comes in', () => {
  const peer = {
    downstreamDirectRemoteAddress: { socketAddress: { address: '10.9.8.7', portValue: 40_000 } },
    tlsProperties: { peerCertificateProperties: { subjectAltName: [{ uri: 'spiffe://default/web' }] } },
  }

  test('is the client with sourceFromPeer, as the words of the documentation promise it', async () => {
    const { stdout } = await walk({
      documents: [universal.policy('in', rules(backends('file')), ''), frontend(universal, 'canary')],
      traffic: [{ from: 'default.frontend-canary', http: [httpEntry(intoFrontend, peer)] }],
      kuma: { sourceFromPeer: true },
    })
    expect(stdout).toBe(linesOf('default', 'web', 'frontend', '10.9.8.7', 'INBOUND'))
  })
})

test('in the path of a file they are filled in too, which Kuma does not do', async () => {
  const backend = '- type: File\n  file: { path: "/var/log/%KUMA_MESH%-%KUMA_DESTINATION_SERVICE%.log" }\n'
  const walked = await walk({
    documents: [everythingOut(backend), frontend(universal, 'canary')],
    traffic: [{ from: 'default.frontend-canary', tcp: [tcpEntry(toBackend)] }],
  })
  expect(walked.file('default-backend.log')).toContain('(frontend)->')
})
