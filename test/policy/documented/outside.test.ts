/**
 * Traffic that leaves the mesh, and traffic of builtin gateways, as Kuma's documentation describes them; and the smallest documents of three
 * dialects.
 */
import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import {
  type Form,
  forms,
  fromMesh,
  httpEntry,
  httpLine,
  meshService,
  nodeOf,
  tcpEntry,
  tcpLine,
  toBackend,
  toMesh,
  topMesh,
} from './documents.ts'
import { walk } from './walk.ts'

const stdout = '- type: File\n  file:\n    path: /dev/stdout\n'
const versions: readonly KumaVersion[] = ['2.3', '2.9', '2.14']

/** A client with one outbound, and with a transparent proxy for all the rest. */
const client = (form: Form, outbound: string) =>
  form.dataplane(
    'client',
    'app: client',
    `address: 192.168.0.1
inbound: [ { port: 8080, tags: { kuma.io/service: client } } ]
outbound: [ ${outbound} ]
transparentProxying: { redirectPortInbound: 15006, redirectPortOutbound: 15001 }
`,
  )

const wide = (form: Form, spec: string) => form.policy('outside', `${topMesh}${spec}`, 'kuma-system')
const to = (kind: string, name: string) => toMesh(stdout).replace('kind: Mesh', `kind: ${kind}\n      name: ${name}`)

const internet = { host: '93.184.216.34', port: 443 }

describe.each(forms)('$form', (form) => {
  const from = nodeOf(form, 'client')

  describe.each(versions)('by the rules of Kuma %s', (version) => {
    test('an ExternalService is targeted as the MeshService of its kuma.io/service', async () => {
      const spec =
        'tags: { kuma.io/service: httpbin, kuma.io/protocol: http }\nnetworking: { address: httpbin.org:443 }\n'
      const external =
        form.form === 'Universal'
          ? `type: ExternalService\nname: bin\nmesh: default\n${spec}`
          : `apiVersion: kuma.io/v1alpha1\nkind: ExternalService\nmesh: default\nmetadata: { name: bin }\nspec:\n${spec.replaceAll(/^(?=.)/gm, '  ')}`
      const { stdout: lines, unmatchedEntries } = await walk({
        documents: [
          wide(form, to('MeshService', 'httpbin')),
          external,
          client(form, '{ port: 10001, tags: { kuma.io/service: httpbin } }'),
        ],
        traffic: [{ from, http: [httpEntry(toBackend)], tcp: [tcpEntry(internet)] }],
        kuma: { version },
      })
      expect(lines).toBe(httpLine('client', 'httpbin'))
      expect(unmatchedEntries).toBe(1)
    })

    test('other traffic is targeted by Mesh, and its destination is external', async () => {
      const { stdout: lines } = await walk({
        documents: [wide(form, toMesh(stdout)), client(form, '')],
        traffic: [
          { from, tcp: [tcpEntry(internet, { upstreamCluster: 'outbound:passthrough:ipv4' }), tcpEntry(internet)] },
          {
            from,
            tcp: [tcpEntry({ host: '2606:2800::1', port: 443 }, { upstreamCluster: 'outbound:passthrough:ipv6' })],
          },
        ],
        kuma: { version },
      })
      expect(lines).toBe(tcpLine('client', 'external').repeat(3))
    })
  })

  test('a MeshExternalService is targeted by its own kind', async () => {
    const external = meshService(form, 'aurora')
      .replace('MeshService', 'MeshExternalService')
      .replace(/spec: .*/, 'spec: { match: { type: HostnameGenerator, port: 3306, protocol: tcp } }')
    const { stdout: lines } = await walk({
      documents: [
        form.policy(
          'outside',
          `${topMesh}${to('MeshExternalService', 'aurora\n      namespace: kuma-demo')}`,
          'kuma-system',
        ),
        external,
        client(
          form,
          '{ port: 10001, backendRef: { kind: MeshExternalService, name: aurora, namespace: kuma-demo, port: 3306 } }',
        ),
      ],
      traffic: [{ from, tcp: [tcpEntry(toBackend)] }],
    })
    expect(lines).toBe(tcpLine('client', 'aurora'))
  })
})

describe.each(forms)('a builtin gateway, $form', (form) => {
  const gateway = form.dataplane(
    'edge-01',
    'app: edge',
    'address: 10.0.0.9\ngateway: { type: BUILTIN, tags: { kuma.io/service: edge } }\n',
  )
  const spec = `selectors: [ { match: { kuma.io/service: edge } } ]
conf: { listeners: [ { port: 80, protocol: HTTP, tags: { port: public } }, { port: 8080, protocol: HTTP, tags: { port: private } } ] }
`
  const meshGateway =
    form.form === 'Universal'
      ? `type: MeshGateway\nname: edge\nmesh: default\n${spec}`
      : `apiVersion: kuma.io/v1alpha1\nkind: MeshGateway\nmesh: default\nmetadata: { name: edge }\nspec:\n${spec.replaceAll(/^(?=.)/gm, '  ')}`
  const publicPort = { host: '10.0.0.9', port: 80 }
  const privatePort = { host: '10.0.0.9', port: 8080 }

  const linesOf = async (top: string, version: KumaVersion, section = toMesh(stdout), kuma: object = {}) => {
    const sent = [publicPort, privatePort].map((port) => httpEntry(port, { upstreamCluster: 'backend' }))
    const walked = await walk({
      documents: [form.policy('gateway', `targetRef: ${top}\n${section}`, 'kuma-system'), gateway, meshGateway],
      traffic: [{ from: nodeOf(form, 'edge-01'), http: sent }],
      kuma: { version, ...kuma },
    })
    expect(walked.complaints).toEqual([])
    return walked.stdout
  }
  const line = httpLine('edge', '*', '10.0.0.9')

  test.each<[string, string, readonly KumaVersion[]]>([
    ['by Mesh', '{ kind: Mesh }', ['2.3', '2.5', '2.14']],
    ['by kuma.io/service, as a MeshService', '{ kind: MeshService, name: edge }', ['2.3', '2.5', '2.14']],
    ['by kuma.io/service, as a tag', '{ kind: MeshSubset, tags: { kuma.io/service: edge } }', ['2.3', '2.5', '2.14']],
    ['as a MeshGateway', '{ kind: MeshGateway, name: edge }', ['2.6', '2.9', '2.14']],
  ])('is selected %s; the destination of its requests is *', async (_, top, by) => {
    for (const version of by) expect(await linesOf(top, version), version).toBe(line + line)
  })

  test.each<KumaVersion>(['2.6', '2.14'])(
    'is selected listener by listener by the tags of a MeshGateway, Kuma %s',
    async (version) => {
      expect(await linesOf('{ kind: MeshGateway, name: edge, tags: { port: public } }', version)).toBe(line)
    },
  )

  test.each<KumaVersion>(['2.6', '2.14'])('logs what comes in as well, Kuma %s', async (version) => {
    const both = await linesOf('{ kind: Mesh }', version, `${toMesh(stdout)}${fromMesh(stdout)}`)
    const incoming = httpLine('unknown', 'edge', '10.0.0.9')
    expect(both).toBe((line + incoming).repeat(2))
  })

  test('names the service that was chosen, with resolveGatewayDestination', async () => {
    const lines = await linesOf('{ kind: Mesh }', '2.14', toMesh(stdout), { resolveGatewayDestination: true })
    expect(lines).toBe(httpLine('edge', 'backend', '10.0.0.9').repeat(2))
  })
})
