/**
 * Random meshes: a proxy of any kind, others beside it, the services and routes of a version. The policies are in `policies.ts`. Names, tags and labels come from a handful of words, so that they meet. What Kuma leaves open is left out: two services of one name,
 * policies that nothing sets apart, references to nothing.
 */
import { type KumaVersion, since, until } from '../../src/policy/kuma-version.ts'
import type {
  Dataplane,
  Labels,
  MeshGateway,
  MeshHTTPRoute,
  Outbound,
  Tags,
  ZoneListener,
} from '../../src/policy/resources.ts'
import type { Destination } from '../policy/reference/destinations.ts'
import {
  createDataplane,
  createGateway,
  createRoute,
  createService,
  type DataplaneOptions,
  legacyOutbound,
} from '../policy/support/resource-builders.ts'
import type { Dice } from './dice.ts'

/** What is there to be named and met. */
export interface Mesh {
  readonly version: KumaVersion
  /** Its resources have namespaces. */
  readonly onKubernetes: boolean
  readonly services: readonly Destination['service'][]
  readonly routes: readonly MeshHTTPRoute[]
  readonly proxy: Dataplane
  readonly others: readonly Dataplane[]
  readonly gateway: MeshGateway | null
}

export const serviceTags = ['a', 'b', 'c'] as const
export const namespaces = ['n1', 'n2'] as const
const zones = ['east', 'west'] as const

export function drawMesh(dice: Dice, version: KumaVersion): Mesh {
  const onKubernetes = dice.chance(50)
  const services = since(version, '2.9') ? drawServices(dice, onKubernetes) : []
  const proxy = drawProxy(dice, version, onKubernetes, services)
  const { gateway } = proxy.networking
  return {
    version,
    onKubernetes,
    services,
    routes: since(version, '2.11') ? drawRoutes(dice, onKubernetes) : [],
    proxy,
    others: Array.from({ length: dice.between(0, 2) }, (_, index) =>
      createDataplane(`other-${index}`, {
        address: `192.168.1.${index + 1}`,
        inbounds: [{ port: dice.one([8080, 8081]), tags: drawTags(dice) }],
      }),
    ),
    gateway: gateway?.type === 'BUILTIN' ? drawGateway(dice, gateway.tags) : null,
  }
}

/** Labels that change what holds for a resource, and such that are only there to be asked for. */
export function drawLabels(dice: Dice, zonePercent: number): Labels {
  const origin = dice.one(['', '', 'zone', 'zone', 'global'])
  return {
    ...(dice.chance(40) ? { app: dice.one(['a', 'b']) } : {}),
    ...(dice.chance(30) ? { team: dice.one(['x', 'y']) } : {}),
    ...(dice.chance(zonePercent) ? { 'kuma.io/zone': dice.one(zones) } : {}),
    ...(origin === '' ? {} : { 'kuma.io/origin': origin }),
  }
}

function drawTags(dice: Dice): Tags {
  return {
    ...(dice.chance(90) ? { 'kuma.io/service': dice.one(serviceTags) } : {}),
    ...(dice.chance(60) ? { version: dice.one(['v1', 'v2']) } : {}),
    ...(dice.chance(40) ? { app: dice.one(['a', 'b']) } : {}),
  }
}

const kinds = ['MeshService', 'MeshMultiZoneService', 'MeshExternalService'] as const

/** Each with a label of its own, by which an outbound can mean it alone, and perhaps an address of its own. */
function drawServices(dice: Dice, onKubernetes: boolean): readonly Destination['service'][] {
  const candidates = ['a', 'b'].flatMap((name) =>
    (onKubernetes ? namespaces : [null]).flatMap((namespace) => kinds.map((kind) => ({ kind, name, namespace }))),
  )
  const count = dice.between(0, 4)
  return dice
    .shuffle(candidates)
    .slice(0, count)
    .map(({ kind, name, namespace }, index) => {
      const { 'kuma.io/origin': _, ...labels } = drawLabels(dice, 30)
      const vip = dice.chance(15) ? `fd00::${index + 1}` : `240.0.0.${index + 1}`
      return createService(kind, name, {
        namespace,
        labels: { ...labels, id: `s${index}` },
        ports: kind === 'MeshExternalService' ? { 3306: dice.one(['', 'sql']) } : drawPorts(dice),
        vips: dice.chance(70) ? [vip] : [],
      })
    })
}

function drawPorts(dice: Dice): Readonly<Record<number, string>> {
  return {
    80: dice.one(['http', '']),
    ...(dice.chance(50) ? { 9090: dice.one(['grpc', '']) } : {}),
  }
}

function drawRoutes(dice: Dice, onKubernetes: boolean): readonly MeshHTTPRoute[] {
  return (onKubernetes ? namespaces : [null]).flatMap((namespace) =>
    dice.some(['r1', 'r2']).map((name) => {
      const { 'kuma.io/origin': _, ...labels } = drawLabels(dice, 30)
      return createRoute(name, { namespace, labels, ruleCount: dice.between(1, 2) })
    }),
  )
}

const proxyAddress = '192.168.0.7'

function drawProxy(dice: Dice, version: KumaVersion, onKubernetes: boolean, services: Mesh['services']): Dataplane {
  const type = dice.one(
    until(version, '2.14') ? (['', '', '', 'DELEGATED', 'BUILTIN'] as const) : (['', '', 'DELEGATED'] as const),
  )
  const options: DataplaneOptions = {
    namespace: onKubernetes ? dice.one(namespaces) : null,
    labels: {
      ...drawLabels(dice, 40),
      ...(dice.chance(40) ? { 'kuma.io/workload': 'w' } : {}),
    },
    address: dice.chance(10) ? 'fd00:7::7' : proxyAddress,
    ...(dice.chance(20) ? { advertisedAddress: '203.0.113.7' } : {}),
  }
  switch (type) {
    case 'BUILTIN':
      return createDataplane('proxy', { ...options, gateway: { type, tags: drawTags(dice) } })
    case 'DELEGATED':
      return createDataplane('proxy', {
        ...options,
        ...drawOutgoing(dice, version, services),
        gateway: { type, tags: drawTags(dice) },
      })
    case '':
      return createDataplane('proxy', {
        ...options,
        ...drawOutgoing(dice, version, services),
        inbounds: drawInbounds(dice, version),
        zoneListeners: since(version, '2.14') && dice.chance(40) ? drawZoneListeners(dice) : [],
      })
  }
}

/** Now and then two at one port. In 3.0 an inbound’s own name is a value, so that one listener could have two there. */
function drawInbounds(dice: Dice, version: KumaVersion): NonNullable<DataplaneOptions['inbounds']> {
  return Array.from({ length: dice.between(1, 3) }, (_, index) => ({
    name: dice.one([null, 'http', 'adm']),
    port: since(version, '3.0-dev') ? 8080 + index : dice.one([8080, 8081, 8082]),
    tags: drawTags(dice),
    state: dice.one(['Ready', 'Ready', 'Ready', 'NotReady', 'Ignored'] as const),
  }))
}

function drawOutgoing(
  dice: Dice,
  version: KumaVersion,
  services: Mesh['services'],
): Pick<DataplaneOptions, 'outbounds' | 'transparentProxying'> {
  const outbounds = Array.from({ length: dice.between(0, 4) }, (_, index): Outbound | null => {
    const port = 10001 + index
    const service = services.length > 0 ? dice.one(services) : null
    if (service === null || (until(version, '2.14') && dice.chance(50))) {
      return since(version, '3.0-dev') ? null : legacyOutbound(port, dice.one(serviceTags))
    }
    const byLabels = dice.chance(40)
    return {
      address: '127.0.0.1',
      port,
      tags: {},
      backendRef: {
        kind: service.kind,
        name: byLabels ? null : service.meta.name,
        namespace: byLabels ? null : service.meta.namespace,
        labels: byLabels ? { id: service.meta.labels['id'] ?? '' } : {},
        port: dice.one(service.ports).port,
      },
    }
  })
  const direct = until(version, '2.14') ? dice.one([[], [], ['*'], ['a']]) : []
  return {
    outbounds: outbounds.filter((outbound) => outbound !== null),
    ...(dice.chance(60)
      ? {
          transparentProxying: {
            ipFamilyMode: dice.one(['DualStack', 'IPv4'] as const),
            directAccessServices: direct,
          },
        }
      : {}),
  }
}

function drawZoneListeners(dice: Dice): readonly ZoneListener[] {
  return dice.some(['ZoneIngress', 'ZoneEgress'] as const).map((type) => ({
    type,
    name: dice.one([null, 'http', 'adm']),
    address: '10.0.0.3',
    port: type === 'ZoneIngress' ? 10101 : 10102,
  }))
}

/** Of the name `edge`; it is not always the proxy's. */
function drawGateway(dice: Dice, proxyTags: Tags): MeshGateway {
  const tiers = { 80: dice.one(['public', 'private']), 8080: dice.one(['public', 'private']) }
  const service = dice.chance(20) ? undefined : proxyTags['kuma.io/service']
  const gateway = createGateway('edge', service ?? dice.one(serviceTags), {
    80: { tier: tiers[80] },
    ...(dice.chance(60) ? { 8080: { tier: tiers[8080], version: 'v1' } } : {}),
  })
  return { ...gateway, tags: dice.chance(30) ? { app: 'a' } : {} }
}
