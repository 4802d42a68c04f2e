/** The smallest policies of three dialects: for what comes in, for one service, for everything. */
import { describe, expect, test } from 'vitest'
import { httpEntry, httpLine, tcpEntry } from './documents.ts'
import { walk } from './walk.ts'

const inbound = { host: '192.168.0.1', port: 8080 }
const outbound = { host: '127.0.0.1', port: 10_001 }

const shop = `type: Dataplane
name: shop-01
mesh: default
labels: { app: shop }
networking:
  address: 192.168.0.1
  inbound: [ { port: 8080, tags: { kuma.io/service: shop, app: shop, kuma.io/protocol: http } } ]
  outbound:
    - { port: 10001, backendRef: { kind: MeshService, name: payments, namespace: money, port: 8080 } }
    - { port: 10002, tags: { kuma.io/service: stock } }
`
const payments = `apiVersion: kuma.io/v1alpha1
kind: MeshService
metadata: { name: payments, namespace: money, labels: { kuma.io/mesh: default } }
spec: { ports: [ { name: http, port: 8080, appProtocol: http } ] }
`

const sent = (policy: string) =>
  walk({
    documents: [policy, shop, payments],
    traffic: [
      {
        from: 'default.shop-01',
        http: [httpEntry(inbound), httpEntry(outbound)],
        tcp: [tcpEntry({ host: '127.0.0.1', port: 10_002 })],
      },
    ],
  })

describe('of each dialect', () => {
  test('rules for a Dataplane, as since 2.10', async () => {
    const { stdout, tcp } = await sent(`type: MeshAccessLog
name: shop-inbound
mesh: default
spec:
  targetRef: { kind: Dataplane, labels: { app: shop } }
  rules:
    - default:
        backends:
          - type: File
            file: { path: /dev/stdout }
`)
    expect([stdout, tcp]).toEqual([httpLine('unknown', 'shop'), ''])
  })

  test('one port of one service, on Kubernetes, as since 2.9', async () => {
    const { stdout, tcp } = await sent(`apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata:
  name: shop-out
  namespace: kuma-system
  labels: { kuma.io/mesh: default }
spec:
  targetRef: { kind: MeshSubset, tags: { app: shop } }
  to:
    - targetRef: { kind: MeshService, name: payments, namespace: money, sectionName: http }
      default:
        backends:
          - type: Tcp
            tcp:
              address: 127.0.0.1:5000
              format: { type: Json, json: [ { key: t, value: "%START_TIME%" } ] }
`)
    expect([stdout, tcp]).toEqual(['', '{"t":"2016-04-15T20:17:00.310Z"}\n'])
  })

  test('everything, without a type in it, as 2.2 has it', async () => {
    const { stdout, tcp } = await sent(`type: MeshAccessLog
name: everything
mesh: default
spec:
  targetRef: { kind: Mesh }
  to:
    - targetRef: { kind: Mesh }
      default: { backends: [ { tcp: { address: "127.0.0.1:5000", format: { plain: "%DURATION%" } } } ] }
`)
    expect([stdout, tcp]).toEqual(['', '42\n42\n'])
  })
})

test('a backends list that is empty logs nowhere', async () => {
  const { stdout, tcp, unmatchedEntries } = await sent(
    'type: MeshAccessLog\nname: a\nmesh: default\nspec: { to: [ { targetRef: { kind: Mesh }, default: { backends: [] } } ] }\n',
  )
  expect([stdout, tcp, unmatchedEntries]).toEqual(['', '', 3])
})
