/** An entry of a builtin gateway that says nothing of Kuma is one for both directions, and each is logged with its own values. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { entryAt, meshRig, plainFile, policy } from './rig.ts'

const edge = [
  {
    type: 'Dataplane',
    mesh: 'default',
    name: 'edge-01',
    networking: { address: '192.168.0.9', gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } },
  },
  {
    type: 'MeshGateway',
    mesh: 'default',
    name: 'edge',
    selectors: [{ match: { 'kuma.io/service': 'edge' } }],
    conf: { listeners: [{ port: 8080, protocol: 'HTTP' }] },
  },
]

const line = '%KUMA_TRAFFIC_DIRECTION% %KUMA_SOURCE_SERVICE%->%KUMA_DESTINATION_SERVICE% %REQ(:PATH)%'

test.each([
  { resolveGatewayDestination: false, destination: '*' },
  { resolveGatewayDestination: true, destination: 'shop' },
])('$destination is the destination of what leaves', async ({ destination, ...kuma }) => {
  const rig = await meshRig({ 'edge.yaml': edge }, () => ({ kuma }))
  const backends = [plainFile(join(rig.folder, 'both.log'), line)]
  const targetRef = { kind: 'Mesh' }
  rig.write(
    'logs.yaml',
    policy('out', { targetRef, to: [{ targetRef, default: { backends } }] }),
    policy('in', { targetRef, rules: [{ default: { backends } }] }),
  )
  await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
  const proxy = rig.proxy({ node: { id: 'default.edge-01', cluster: 'edge' }, logName: 'any' })
  const upstreamCluster = 'shop-8bbcf1a20f3c4d5e'
  const tagged = { upstreamCluster, customTags: { 'kuma.traffic_direction': 'INBOUND' } }
  const path = (text: string) => ({ request: { path: text } })
  await proxy.send('http', entryAt('192.168.0.9', 8080, { upstreamCluster }, path('/1')))
  await proxy.send('http', entryAt('192.168.0.9', 8080, tagged, path('/2')))
  await until('the lines', () => rig.lines('both.log').length === 3)
  expect(rig.lines('both.log')).toEqual([
    `OUTBOUND edge->${destination} /1`,
    'INBOUND unknown->edge /1',
    'INBOUND unknown->edge /2',
  ])
})
