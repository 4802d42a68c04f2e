/**
 * Policies from end to end: real Envoys whose loggers are those that `als-sink envoy` prints, traffic through every kind of listener, and
 * in each destination exactly what the policies say. The same once more with loggers that say nothing of Kuma, by address alone.
 */
import { expect, test } from 'vitest'
import { describeWithOtlpPython } from '../support/otlp-python.ts'
import { until } from '../support/until.ts'
import type { ReceivedRequest } from '../writers/otlp/receiver.ts'
import { type MeshAtWork, meshAtWork } from './mesh-rig.ts'
import type { Places } from './mesh-shop.ts'
import { describeWithEnvoy } from './real-envoy.ts'

/** What the sink's configuration and the loggers change in what is logged. */
interface Variant {
  readonly name: string
  /** As Kuma does it, or better, in both respects. */
  readonly better: boolean
  /** The loggers of the shop say nothing of Kuma. */
  readonly plain: boolean
}

const variants: readonly Variant[] = [
  { name: 'by tags, with the values that Kuma has', better: false, plain: false },
  { name: 'by tags, with sources from peers and destinations of the gateway', better: true, plain: false },
  { name: 'by node id and addresses, with the values that Kuma has', better: false, plain: true },
  {
    name: 'by node id and addresses, with sources from peers and destinations of the gateway',
    better: true,
    plain: true,
  },
]

describeWithEnvoy('a mesh under policies', (binary) => {
  describeWithOtlpPython('is logged as they say', (python) => {
    test.each(variants)(
      '$name',
      async ({ better, plain }) => {
        const mesh = await meshAtWork(binary, python, { sourceFromPeer: better, resolveGatewayDestination: better })
        const { app, said } = mesh.sink
        const id = plain ? 'default.shop-01' : 'whoever'
        const node = { id, cluster: 'shops', locality: { zone: 'rack-1' } }
        const [shop, edge] = await Promise.all([
          mesh.start('shop', node, { plain }),
          mesh.start('edge', { id: 'default.edge-01', cluster: 'edges' }),
        ])
        await callEverything(mesh)
        // The gateway's tagged listener has a logger for each direction; what no policy logs is only sent by loggers that know of none.
        const entries = { http: 7 + 2 + 1, tcp: plain ? 3 : 2 }
        await until('all entries', () => app.intake.httpEntries + app.intake.tcpEntries >= entries.http + entries.tcp)
        for (const envoy of [shop, edge]) expect(await envoy.stat('access_logs.grpc_access_log.logs_dropped')).toBe(0)
        await Promise.all([shop.stop(), edge.stop()])
        await app.stop({ graceMs: 5_000 })

        const { httpEntries, tcpEntries, unmatchedEntries, malformedTotal } = app.intake
        expect({ httpEntries, tcpEntries, unmatchedEntries, malformedTotal }).toEqual({
          httpEntries: entries.http,
          tcpEntries: entries.tcp,
          unmatchedEntries: plain ? 1 : 0,
          malformedTotal: 0,
        })
        expect(logged(mesh)).toEqual(expected(mesh.places, better))
        expect(records(mesh.otlp.requests)).toEqual(expectedRecords(mesh.places, better))
        expect(resources(mesh.otlp.requests)).toEqual([expectedResource(id)])
        expect(app.ledgers.map(({ ledger }) => [ledger.accepted - ledger.written, ledger.droppedTotal])).toEqual(
          app.ledgers.map(() => [0, 0]),
        )
        expect(said.filter(({ level }) => level === 'error')).toEqual([])
      },
      60_000,
    )
  })
})

async function callEverything({ call }: MeshAtWork): Promise<void> {
  await call.http('inbound', 'in-plain', { headers: 'x-forwarded-for: 203.0.113.5\r\n' })
  await call.http('inbound', 'in-alice', { as: 'alice', headers: 'user-agent: "a"\r\n' })
  await call.http('inbound', 'in-bob', { as: 'bob' })
  await call.http('inbound', 'in-dave', { as: 'dave' })
  await call.http('payments', 'pay-1', { headers: 'x-kept: it "is"\r\n' })
  await call.http('payments', 'pay-2', { method: 'PURGE' })
  await call.http('ledger', 'ledger-1')
  await call.tcp('mysql', 'select 1')
  await call.tcp('cache', 'get x')
  await call.tcp('passthrough', 'to the world')
  await call.http('edge', 'edge-1')
  await call.http('edgeByAddress', 'edge-2')
}

/** Everything but what went over OTLP, what differs from run to run masked; each destination's lines sorted. */
function logged({ lines, tcp }: MeshAtWork) {
  const files = ['out.log', 'alice.log', 'edge-in.log', 'edge-out.log']
  const found = [
    ...files.map((file) => [file, lines(file)] as const),
    ['tcp', tcp.text.split('\n').slice(0, -1)] as const,
  ]
  return Object.fromEntries(found.map(([name, all]) => [name, all.map(masked).sort()]))
}

/** Times, Envoy's own durations, and the port that the kernel has given to the server behind. */
function masked(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/ \d+ \d+ (?="-" |"[\d.]+" )/, ' <ms> <ms> ')
    .replace(/"127\.0\.0\.1:\d+"$/, '"<host>"')
}

function expected({ shop, edge, client }: Places, better: boolean) {
  const out = (to: string, by: string, rest: string) =>
    `OUTBOUND default/east shop@${shop} to ${to} by ${by}: ${rest} <time>`
  const payment = (request: string, id: string, kept: string) =>
    `{"start":"<time>","mesh":"default","direction":"OUTBOUND","source":"shop","address":"${shop}","destination":"payments",` +
    `"request":"${request}","id":"${id}","code":200,"kept":${kept},"absent":null}`
  const documented = (id: string, agent: string, host: string, source: string, destination: string, address: string) =>
    `[<time>] default "GET /${id} HTTP/1.1" 200 - 0 27 <ms> <ms> "-" "${agent}" "${id}" "${host}" "${source}" "${destination}" ` +
    `"${address}" "<host>"`
  const edgeIn = (id: string) =>
    `INBOUND default/east unknown@${better ? client : edge} to edge by shop-8bbcf1a20f3c4d5e: GET /${id} ${id} 0 <time>`
  const edgeOut = (id: string, host: string) => documented(id, '-', host, 'edge', better ? 'shop' : '*', edge)
  return {
    'out.log': [
      out('external', 'outbound:passthrough:ipv4', '- - - 12'),
      out('ledger', 'default_ledger___msvc_80', 'GET /ledger-1 ledger-1 0'),
      out('mysql', 'mysql', '- - - 8'),
    ],
    'alice.log': [
      documented('in-alice', '"a"', 'inbound.test', better ? 'a' : 'unknown', 'shop', better ? client : shop),
    ],
    'edge-in.log': [edgeIn('edge-1'), edgeIn('edge-2')],
    'edge-out.log': [edgeOut('edge-1', 'edge.test'), edgeOut('edge-2', 'edgeByAddress.test')],
    tcp: [payment('GET /pay-1', 'pay-1', '"it \\"is\\""'), payment('PURGE /pay-2', 'pay-2', 'null')],
  }
}

/** Of what comes in, by path. */
function expectedRecords({ shop, client }: Places, better: boolean) {
  const record = (path: string, peer: string, source: string) => ({
    body: { path, peer },
    attributes: {
      mesh: 'default',
      source: `${better ? source : 'unknown'} at ${better ? client : shop}`,
      destination: 'shop',
      direction: 'INBOUND',
    },
  })
  const uris = (who: string) => `spiffe://mesh.test/${who},spiffe://mesh.test/${who}/admin`
  return [
    record('/in-alice', uris('a'), 'a'),
    record('/in-bob', uris('b'), 'b'),
    record('/in-dave', '-', 'unknown'),
    record('/in-plain', '-', 'unknown'),
  ]
}

const expectedResource = (node: string) => ({
  log_name: 'MeshAccessLog',
  zone_name: 'rack-1',
  cluster_name: 'shops',
  node_name: node,
  'kuma.mesh': 'default',
  'kuma.zone': 'east',
  'kuma.workload': 'kri_wl_default_east__shop_',
})

function records(requests: readonly ReceivedRequest[]) {
  const all = requests.flatMap(({ resourceLogs }) => resourceLogs).flatMap(({ scopeLogs }) => scopeLogs)
  return all
    .flatMap(({ logRecords }) => logRecords)
    .map(({ body, attributes }) => ({
      body: textsOf(body?.kvlistValue?.values ?? []),
      attributes: textsOf(attributes as KeyValues),
    }))
    .toSorted((a, b) => (String(a.body['path']) < String(b.body['path']) ? -1 : 1))
}

/** Each one once. */
function resources(requests: readonly ReceivedRequest[]) {
  const all = requests.flatMap(({ resourceLogs }) => resourceLogs).map(({ resource }) => textsOf(resource.attributes))
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
}

type KeyValues = ReceivedRequest['resourceLogs'][number]['resource']['attributes']

function textsOf(values: KeyValues): Record<string, string | undefined> {
  return Object.fromEntries(values.map(({ key, value }) => [key, value.stringValue]))
}
