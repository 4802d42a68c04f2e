/** From addresses and names to the listeners of one proxy. What is found by its address is kept, so that it is decided once. */
import { addressKey, isWildcard, parseAddress, plainHost } from './host.ts'
import type { ListenerSketch } from './listener-sketch.ts'
import { outsideListener } from './listeners.ts'
import { directListener, isDirect, virtualListener } from './outbound-listeners.ts'
import type { MeshProxy } from './proxy.ts'

export interface Lookup {
  /** Several: a gateway's listener, in both directions. Empty: nobody has this name. */
  named(name: string): readonly ListenerSketch[]
  /** What listens at an address, which is that of the proxy, of a service or of an instance. */
  at(host: string, port: number): readonly ListenerSketch[]
  /** What goes outside, by IPv4 or IPv6. Empty: it does not. */
  outside(family: 'ipv4' | 'ipv6'): readonly ListenerSketch[]
  /** The address is the proxy's own. */
  isOwn(host: string): boolean
  /** Traffic may leave the mesh by way of this proxy. */
  readonly mayLeave: boolean
}

/** Where the passthrough listens when the document does not say so. */
const outsidePortDefault = 15_001

export function createLookup(proxy: MeshProxy, own: readonly ListenerSketch[]): Lookup {
  const { networking } = proxy.dataplane
  const byName = new Map<string, ListenerSketch[]>()
  const byAddress = new Map<string, ListenerSketch[]>()
  const byPort = new Map<number, ListenerSketch[]>()
  for (const sketch of own) {
    const host = plainHost(sketch.host)
    add(byName, sketch.name, sketch)
    add(byAddress, addressKey(host, sketch.port), sketch)
    const isPassthrough = sketch.kind === 'passthrough' || sketch.kind === 'inboundPassthrough'
    const isAnywhere = sketch.kind === 'gateway' || (isWildcard(host) && !isPassthrough)
    if (isAnywhere) add(byPort, sketch.port, sketch)
  }

  const found = new Map<string, readonly ListenerSketch[]>()
  const usesServices = networking.transparentProxying !== null || networking.outbounds.length === 0
  const mayLeave = usesServices && proxy.type !== 'builtin'
  const findElsewhere = (host: string, port: number): readonly ListenerSketch[] => {
    const key = addressKey(host, port)
    const known = found.get(key)
    if (known) return known
    const sketch = mayLeave ? findOther(proxy, key) : null
    if (sketch === null) return []
    const sketches = [sketch]
    found.set(key, sketches)
    return sketches
  }

  const outside = new Map<string, ListenerSketch>()
  const ownHosts = new Set([networking.address, ...networking.inbounds.map(({ address }) => address)].map(plainHost))
  return {
    named: (name) => byName.get(name) ?? findByOutboundName(name, findElsewhere),
    at: (host, port) => byAddress.get(addressKey(host, port)) ?? byPort.get(port) ?? findElsewhere(host, port),
    outside: (family) => {
      const known = byName.get(`outbound:passthrough:${family}`)
      if (known || networking.transparentProxying) return known ?? []
      const sketch = outside.get(family) ?? outsideListener(family, outsidePortDefault)
      outside.set(family, sketch)
      return [sketch]
    },
    isOwn: (host) => ownHosts.has(host),
    mayLeave,
  }
}

function findByOutboundName(name: string, find: (host: string, port: number) => readonly ListenerSketch[]) {
  const at = name.startsWith('outbound:') ? parseAddress(name.slice('outbound:'.length)) : null
  return at ? find(at.host, at.port) : []
}

/** At a virtual address of a service, else at an instance's own. */
function findOther(proxy: MeshProxy, key: string): ListenerSketch | null {
  const { mesh, features } = proxy
  const virtual = features.realDestinations ? mesh.virtual.get(key) : undefined
  if (virtual) return virtualListener(key.split('|')[0]!, virtual)
  const instance = mesh.instances.get(key)
  return instance && isDirect(proxy, instance) ? directListener(instance) : null
}

function add<K>(map: Map<K, ListenerSketch[]>, key: K, sketch: ListenerSketch): void {
  const sketches = map.get(key)
  // Of two outbounds or inbounds on one address the first one counts; a gateway's directions are both there.
  if (!sketches) map.set(key, [sketch])
  else if (sketch.kind === 'gateway' && sketches[0]!.name === sketch.name) sketches.push(sketch)
}
