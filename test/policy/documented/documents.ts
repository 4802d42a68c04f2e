/**
 * The mesh of the documentation's examples, as documents: policies in both forms, the frontends that call a backend, and entries as their
 * proxies send them.
 */

/** What a page shows: the two forms differ in what surrounds the `spec`, and here and there in a name. */
export interface Form {
  readonly form: 'Universal' | 'Kubernetes'
  /** `spec`: YAML. `namespace`: of the Kubernetes form. */
  policy(name: string, spec: string, namespace: string): string
  dataplane(name: string, labels: string, networking: string): string
  /** How `kuma.io/service` is written for port 8080 of a service in kuma-demo. */
  service(name: string): string
}

const indent = (text: string, by: string) => text.trim().replaceAll(/^(?=.)/gm, by)

export const universal: Form = {
  form: 'Universal',
  policy: (name, spec) => `type: MeshAccessLog
name: ${name}
mesh: default
spec:
${indent(spec, '  ')}
`,
  dataplane: (name, labels, networking) => `type: Dataplane
name: ${name}
mesh: default
labels: { k8s.kuma.io/namespace: kuma-demo, ${labels} }
networking:
${indent(networking, '  ')}
`,
  service: (name) => name,
}

export const kubernetes: Form = {
  form: 'Kubernetes',
  policy: (name, spec, namespace) => `apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    kuma.io/mesh: default # optional, defaults to \`default\` if it isn't configured
spec:
${indent(spec, '  ')}
`,
  dataplane: (name, labels, networking) => `apiVersion: kuma.io/v1alpha1
kind: Dataplane
mesh: default
metadata: { name: ${name}, namespace: kuma-demo, labels: { ${labels} } }
spec:
  networking:
${indent(networking, '    ')}
`,
  service: (name) => `${name}_kuma-demo_svc_8080`,
}

export const forms = [universal, kubernetes] as const

/** `node.id` of a Dataplane, as Kuma gives it to Envoy. */
export const nodeOf = ({ form }: Form, name: string) =>
  form === 'Universal' ? `default.${name}` : `default.${name}.kuma-demo`

/** One element of `to` or `from` for the whole mesh, or a rule; `backends`: YAML, a list. */
export const toMesh = (backends: string) => `to:
  - targetRef:
      kind: Mesh
    default:
      backends:
${indent(backends, '        ')}
`
export const fromMesh = (backends: string) => toMesh(backends).replace('to:', 'from:')
export const rules = (backends: string) => `rules:
  - default:
      backends:
${indent(backends, '        ')}
`
export const topMesh = 'targetRef:\n  kind: Mesh\n'

/** A policy for everything that leaves any proxy, in the Universal form. */
export const everythingOut = (backends: string, name = 'default') =>
  universal.policy(name, `${topMesh}${toMesh(backends)}`, '')

/** Where the frontends reach the backend and another service, and where they are reached. */
export const toBackend = { host: '127.0.0.1', port: 10_001 }
export const toOther = { host: '127.0.0.1', port: 10_002 }
const addresses = { canary: '192.168.0.1', stable: '192.168.0.2' }
export const intoFrontend = { host: addresses.canary, port: 8080 }

/**
 * `outbounds`: how they name the backend: by its tag kuma.io/service, or as a MeshService. Versions of Kuma that know labels of a Dataplane
 * find the same words there.
 */
export function frontend(
  form: Form,
  version: 'canary' | 'stable',
  outbounds: 'service' | 'MeshService' = 'service',
): string {
  const tagged = (port: number, name: string) => `{ port: ${port}, tags: { kuma.io/service: ${form.service(name)} } }`
  const real = (port: number, name: string) =>
    `{ port: ${port}, backendRef: { kind: MeshService, name: ${name}, namespace: kuma-demo, port: 8080 } }`
  const outbound = outbounds === 'service' ? tagged : real
  return form.dataplane(
    `frontend-${version}`,
    `app: frontend, version: ${version}`,
    `address: ${addresses[version]}
inbound:
  - { port: 8080, tags: { kuma.io/service: frontend, kuma.io/protocol: http, app: frontend, version: ${version} } }
outbound:
  - ${outbound(toBackend.port, 'backend')}
  - ${outbound(toOther.port, 'other')}
`,
  )
}

/** The MeshServices behind the frontends' outbounds. */
export function meshService({ form }: Form, name: string): string {
  const spec = 'spec: { ports: [ { name: http, port: 8080, appProtocol: http } ] }\n'
  return form === 'Universal'
    ? `type: MeshService\nname: ${name}\nmesh: default\nlabels: { k8s.kuma.io/namespace: kuma-demo }\n${spec}`
    : `apiVersion: kuma.io/v1alpha1\nkind: MeshService\nmetadata: { name: ${name}, namespace: kuma-demo, labels: { kuma.io/mesh: default } }\n${spec}`
}

interface Place {
  readonly host: string
  readonly port: number
}

/** The connection of the documentation's sample: begun at 20:17:00.310, 154 bytes received. */
export function tcpEntry(place: Place, more: object = {}) {
  const address = ({ host, port }: Place) => ({ socketAddress: { address: host, portValue: port } })
  return {
    commonProperties: {
      startTime: '2016-04-15T20:17:00.310Z',
      duration: '0.042s',
      timeToLastDownstreamTxByte: '0.042s',
      downstreamLocalAddress: address(place),
      upstreamRemoteAddress: address({ host: '10.0.0.8', port: 8080 }),
      upstreamLocalAddress: address({ host: '192.168.0.1', port: 51_000 }),
      ...more,
    },
    connectionProperties: { receivedBytes: 154, sentBytes: 26 },
  }
}

export function httpEntry(place: Place, more: object = {}) {
  return {
    commonProperties: tcpEntry(place, more).commonProperties,
    protocolVersion: 'HTTP11',
    request: {
      requestMethod: 'GET',
      path: '/cart',
      authority: 'backend.mesh',
      userAgent: 'curl/7.54.0',
      forwardedFor: '10.1.2.3',
      requestId: 'b8d0',
      requestBodyBytes: 154,
      requestHeaders: { 'x-b3-traceid': '463ac35c9f6413ad' },
    },
    response: { responseCode: 200, responseBodyBytes: 26, responseHeaders: { 'x-envoy-upstream-service-time': '11' } },
  }
}

/** The documentation's default formats, filled in for these entries. */
export const httpLine = (source: string, destination: string, address = addresses.canary) =>
  `[2016-04-15T20:17:00.310Z] default "GET /cart HTTP/1.1" 200 - 154 26 42 11 "10.1.2.3" "curl/7.54.0" "b8d0" "backend.mesh" "${source}" "${destination}" "${address}" "10.0.0.8:8080"\n`
export const tcpLine = (source: string, destination: string, address = addresses.canary) =>
  `[2016-04-15T20:17:00.310Z] - default ${address}(${source})->10.0.0.8:8080(${destination}) took 42ms, sent 26 bytes, received: 154 bytes\n`
