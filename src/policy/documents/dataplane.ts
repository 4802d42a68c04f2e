/** Dataplane: one proxy, with the ports that it takes traffic on and the destinations that it knows. */
import type {
  BackendRef,
  Dataplane,
  Inbound,
  Meta,
  Outbound,
  Tags,
  TransparentProxying,
  ZoneListener,
} from '../resources.ts'
import type { Fields } from './fields.ts'

/** `content`: the members that a Universal document has at its top, and a Kubernetes one in `spec`. */
export function readDataplane(content: Fields, meta: Meta): Dataplane {
  if (!content.has('networking'))
    content.fault('missing', 'networking', 'is required: it has the address of the proxy.')
  const networking = content.object('networking')
  const address = content.has('networking') ? networking.needText('address') : ''
  return {
    kind: 'Dataplane',
    meta,
    networking: {
      address,
      advertisedAddress: networking.text('advertisedAddress'),
      inbounds: networking.objects('inbound').map((inbound) => readInbound(inbound, address)),
      outbounds: networking.objects('outbound').map(readOutbound),
      gateway: networking.has('gateway') ? readGateway(networking.object('gateway')) : null,
      zoneListeners: networking.objects('listeners').flatMap((listener) => readZoneListener(listener, address) ?? []),
      transparentProxying: readTransparentProxying(networking.object('transparentProxying')),
    },
  }
}

function readInbound(inbound: Fields, address: string): Inbound {
  const tags = inbound.texts('tags')
  const port = inbound.needPort('port')
  return {
    name: inbound.text('name'),
    address: inbound.text('address') ?? address,
    port,
    servicePort: inbound.port('servicePort') || port,
    protocol: (inbound.text('protocol') ?? tags['kuma.io/protocol'] ?? '').toLowerCase() || null,
    tags,
    state: readState(inbound),
  }
}

/** Kuma's enum, by name or by number, and the flag that came before it. */
function readState(inbound: Fields): Inbound['state'] {
  switch (inbound.value('state')) {
    case 'NotReady':
    case 1:
      return 'NotReady'
    case 'Ignored':
    case 2:
      return 'Ignored'
    default:
      return inbound.has('health') && !inbound.object('health').flag('ready') ? 'NotReady' : 'Ready'
  }
}

function readOutbound(outbound: Fields): Outbound {
  return {
    address: outbound.text('address') ?? '127.0.0.1',
    port: outbound.needPort('port'),
    tags: readDestination(outbound),
    backendRef: outbound.has('backendRef') ? readBackendRef(outbound.object('backendRef')) : null,
  }
}

function readDestination(outbound: Fields): Tags {
  const service = outbound.text('service')
  const tags = outbound.texts('tags')
  return service === null ? tags : { 'kuma.io/service': service, ...tags }
}

const referable = ['MeshService', 'MeshMultiZoneService', 'MeshExternalService'] as const

function readBackendRef(ref: Fields): BackendRef {
  const kind = ref.needText('kind')
  const known = referable.find((each) => each === kind)
  if (kind !== '' && known === undefined) {
    ref.fault(
      'wrong_value',
      'kind',
      `must be ${referable.slice(0, -1).join(', ')} or ${referable.at(-1)}, not ${kind}.`,
    )
  }
  const labels = ref.texts('labels')
  return {
    kind: known ?? 'MeshService',
    name: ref.text('name') ?? labels['kuma.io/display-name'] ?? null,
    namespace: ref.text('namespace') ?? labels['k8s.kuma.io/namespace'] ?? null,
    labels,
    port: ref.port('port') || null,
  }
}

/** Kuma's enum, by name or by number. */
function readGateway(gateway: Fields): NonNullable<Dataplane['networking']['gateway']> {
  const type = gateway.value('type') ?? 'DELEGATED'
  const isBuiltin = type === 'BUILTIN' || type === 1
  if (!isBuiltin && type !== 'DELEGATED' && type !== 0) {
    gateway.fault('wrong_value', 'type', `must be BUILTIN or DELEGATED, not ${JSON.stringify(type)}.`)
  }
  return { type: isBuiltin ? 'BUILTIN' : 'DELEGATED', tags: gateway.texts('tags') }
}

function readZoneListener(listener: Fields, address: string): ZoneListener | null {
  const type = listener.needText('type')
  if (type !== 'ZoneIngress' && type !== 'ZoneEgress') {
    if (type !== '') listener.fault('wrong_value', 'type', `must be ZoneIngress or ZoneEgress, not ${type}.`)
    return null
  }
  return {
    type,
    name: listener.text('name'),
    address: listener.text('address') ?? address,
    port: listener.needPort('port'),
  }
}

/** Kuma takes a proxy for transparent when traffic that leaves it is redirected somewhere. */
function readTransparentProxying(proxying: Fields): TransparentProxying | null {
  const redirectPortOutbound = proxying.port('redirectPortOutbound') ?? 0
  const redirectPortInbound = proxying.port('redirectPortInbound') ?? 0
  if (redirectPortOutbound === 0) return null
  return {
    redirectPortInbound,
    redirectPortOutbound,
    ipFamilyMode: proxying.value('ipFamilyMode') === 'IPv4' ? 'IPv4' : 'DualStack',
    directAccessServices: proxying.words('directAccessServices'),
  }
}
