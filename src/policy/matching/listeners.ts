/**
 * The listeners that a proxy has by its own document, or by that of its gateway, as Kuma makes and names them. They are few; those that it
 * has for the services and instances of the mesh may be thousands, and are in `outbound-listeners.ts`.
 */
import { addressKey, plainHost } from './host.ts'
import { isHTTP } from './inventory.ts'
import { kriOf } from './kri.ts'
import type { ListenerSketch, Traffic } from './listener-sketch.ts'
import { outboundListener } from './outbound-listeners.ts'
import type { MeshProxy } from './proxy.ts'

const outside: Traffic = { kind: 'outside' }
const inbound: Traffic = { kind: 'inbound' }
const none: Traffic = { kind: 'none' }

/** What the Dataplane's own document says, in its order; on a builtin gateway what its MeshGateway says. */
export function listOwnListeners(proxy: MeshProxy): readonly ListenerSketch[] {
  const { outbounds } = proxy.dataplane.networking
  if (proxy.type === 'builtin') return [...gatewayListeners(proxy), ...zoneListeners(proxy)]
  return [
    ...inboundListeners(proxy),
    ...zoneListeners(proxy),
    ...firstOfEachName(outbounds.map((outbound) => outboundListener(outbound, proxy))),
    ...passthroughListeners(proxy),
  ]
}

/** What lies outside, by way of the transparent proxy's own port. */
export function outsideListener(family: 'ipv4' | 'ipv6', port: number): ListenerSketch {
  return {
    name: `outbound:passthrough:${family}`,
    kind: 'passthrough',
    host: anyHost[family],
    port,
    direction: 'OUTBOUND',
    protocol: 'tcp',
    destinationService: 'external',
    traffic: outside,
  }
}

const anyHost = { ipv4: '0.0.0.0', ipv6: '::' } as const

/** Two inbounds on one address are one listener. */
function inboundListeners(proxy: MeshProxy): ListenerSketch[] {
  const { dataplane, type, features, service } = proxy
  const listeners = new Map<string, ListenerSketch>()
  for (const { name, address, port, protocol } of type === 'sidecar' ? dataplane.networking.inbounds : []) {
    const key = addressKey(plainHost(address), port)
    if (listeners.has(key)) continue
    const isNamed = features.workloads && name !== null
    listeners.set(key, {
      name: `inbound:${address}:${port}`,
      kind: 'inbound',
      host: address,
      port,
      direction: 'INBOUND',
      protocol: isHTTP(protocol) ? 'http' : 'tcp',
      destinationService: isNamed ? kriOf('Dataplane', dataplane.meta, name) : service,
      traffic: inbound,
    })
  }
  return [...listeners.values()]
}

function zoneListeners({ dataplane, features }: MeshProxy): ListenerSketch[] {
  if (!features.zoneListeners) return []
  return dataplane.networking.zoneListeners.map(({ type, address, port }) => ({
    name: `inbound:${address}:${port}`,
    kind: type === 'ZoneIngress' ? 'zoneIngress' : 'zoneEgress',
    host: address,
    port,
    direction: 'UNSPECIFIED',
    protocol: 'tcp',
    destinationService: 'unknown',
    traffic: inbound,
  }))
}

/** Those of a transparent proxy; what comes in unknown is never logged. */
function passthroughListeners({ dataplane }: MeshProxy): ListenerSketch[] {
  const transparent = dataplane.networking.transparentProxying
  if (transparent === null) return []
  const { redirectPortInbound, redirectPortOutbound, ipFamilyMode } = transparent
  const families = ipFamilyMode === 'IPv4' ? (['ipv4'] as const) : (['ipv4', 'ipv6'] as const)
  const incoming = families.map(
    (family): ListenerSketch => ({
      name: `inbound:passthrough:${family}`,
      kind: 'inboundPassthrough',
      host: anyHost[family],
      port: redirectPortInbound,
      direction: 'INBOUND',
      protocol: 'tcp',
      destinationService: 'unknown',
      traffic: none,
    }),
  )
  const outgoing = families.map((family) => outsideListener(family, redirectPortOutbound))
  return [...(redirectPortInbound ? incoming : []), ...(redirectPortOutbound ? outgoing : [])]
}

/** One listener for each port, in both directions: what leaves for the services, and what came in. */
function gatewayListeners({ dataplane, gateway, service, features }: MeshProxy): ListenerSketch[] {
  const ports = new Map<number, ListenerSketch[]>()
  for (const { port, protocol } of gateway?.listeners ?? []) {
    if (ports.has(port)) continue
    const common = {
      name: `${gateway!.resource.meta.name}:${protocol}:${port}`,
      kind: 'gateway',
      host: dataplane.networking.address,
      port,
      protocol: protocol === 'HTTP' || protocol === 'HTTPS' ? 'http' : 'tcp',
    } as const
    ports.set(port, [
      { ...common, direction: 'OUTBOUND', destinationService: '*', traffic: { kind: 'gateway' } },
      {
        ...common,
        direction: 'INBOUND',
        destinationService: service,
        traffic: features.gatewayInbound ? inbound : none,
      },
    ])
  }
  return [...ports.values()].flat()
}

function firstOfEachName(listeners: readonly ListenerSketch[]): readonly ListenerSketch[] {
  return [...new Map(listeners.toReversed().map((listener) => [listener.name, listener])).values()].toReversed()
}
