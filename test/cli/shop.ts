/** A small mesh for the commands that work on one proxy: a shop that calls payments and the world, and a policy for each direction. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from './run.ts'

export const dataplane = `type: Dataplane
mesh: default
name: shop-01
labels: { app: shop, kuma.io/zone: east }
networking:
  address: 192.168.0.7
  inbound:
    - { name: http, port: 8080, servicePort: 80, tags: { kuma.io/service: shop, kuma.io/protocol: http } }
  outbound:
    - { port: 10001, tags: { kuma.io/service: payments } }
    - { port: 10002, tags: { kuma.io/service: mysql } }
  transparentProxying: { redirectPortInbound: 15006, redirectPortOutbound: 15001, ipFamilyMode: IPv4 }
---
type: Dataplane
mesh: default
name: pay-01
networking:
  address: 192.168.0.8
  inbound: [ { port: 9090, tags: { kuma.io/service: payments, kuma.io/protocol: http } } ]
`

/** Everything that leaves goes to a file in the default format. */
export const everyone = `type: MeshAccessLog
mesh: default
name: everyone
spec:
  targetRef: { kind: Mesh }
  to:
    - targetRef: { kind: Mesh }
      default:
        backends: [ { type: File, file: { path: /log/out } } ]
`

/** What comes in goes to a collector, and, when it is from the web, to a file. */
export const inbound = `type: MeshAccessLog
mesh: default
name: shop-in
spec:
  targetRef: { kind: Dataplane, labels: { app: shop } }
  rules:
    - default:
        backends:
          - type: OpenTelemetry
            openTelemetry:
              endpoint: otel.obs:4317
              body: { kvlistValue: { values: [ { key: trace, value: { stringValue: "%REQ(X-Trace?X-Other)%" } } ] } }
              attributes: [ { key: host, value: "%RESP(X-Served-By)% in %KUMA_MESH%" }, { key: id, value: "%CONNECTION_ID%" } ]
    - matches: [ { spiffeID: { type: Prefix, value: spiffe://default/ns/web } } ]
      default:
        backends:
          - type: File
            file:
              path: /log/in
              format: { type: Json, json: [ { key: user, value: "%FILTER_STATE(user)%" }, { key: dst, value: "%KUMA_DESTINATION_SERVICE%" } ] }
`

/** A builtin gateway in the place of the shop, with one listener, and `everyone` for both of its directions. `tags`: of the listener. */
export function gatewayFolder(tags = ''): string {
  const gateway = `type: Dataplane
mesh: default
name: shop-01
networking: { address: 10.0.0.9, gateway: { type: BUILTIN, tags: { kuma.io/service: edge } } }
---
type: MeshGateway
mesh: default
name: edge
selectors: [ { match: { kuma.io/service: edge } } ]
conf: { listeners: [ { port: 8080, protocol: HTTP, tags: {${tags}} } ] }
`
  const inward = everyone.replace('name: everyone', 'name: inward').replace('  to:', '  from:')
  return writeFolder({ 'gateway.yaml': gateway, 'everyone.yaml': everyone, 'inward.yaml': inward })
}

/** Writes each text to a file of its own and answers the folder. */
export function writeFolder(texts: Readonly<Record<string, string>>): string {
  const folder = scratch()
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  return folder
}

export function shopFolder(more: Readonly<Record<string, string>> = {}): string {
  return writeFolder({ 'dataplane.yaml': dataplane, 'everyone.yaml': everyone, 'inbound.yaml': inbound, ...more })
}
