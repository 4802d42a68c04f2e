/**
 * Of a proxy without a document entries may say themselves where they come from (custom tags, or the log name): direction, destination, their
 * own address. From that its Dataplane is completed with the listener that must be there.
 */
import type { EntryFacts } from '../policy/decision.ts'
import { parseAddress } from '../policy/matching/host.ts'
import type { Dataplane } from '../policy/resources.ts'

/** Null: the entry does not say enough; or there is a document, which knows its listeners. */
export function withImaginedListener(dataplane: Dataplane, facts: EntryFacts): Dataplane | null {
  const at = parseAddress(facts.localAddress)
  const { traffic_direction: direction, destination_service: destination, source_address: address } = facts.tags
  if (at === null || direction === undefined || !isStranger(dataplane)) return null
  // What comes in comes to the proxy's own address.
  const networking = { ...dataplane.networking, address: address ?? (direction === 'INBOUND' ? at.host : '') }
  if (direction === 'INBOUND') {
    const own = destination ?? ''
    const inbound = {
      name: null,
      address: at.host,
      port: at.port,
      servicePort: at.port,
      protocol: facts.kind,
      tags: own === '' ? {} : { 'kuma.io/service': own },
      state: 'Ready' as const,
    }
    networking.inbounds = [...networking.inbounds, inbound]
  } else if (direction !== 'OUTBOUND' || destination === undefined) {
    return null
  } else if (destination !== 'external') {
    const outbound = { address: at.host, port: at.port, tags: { 'kuma.io/service': destination }, backendRef: null }
    networking.outbounds = [...networking.outbounds, outbound]
  } else {
    networking.transparentProxying ??= {
      redirectPortInbound: 15_006,
      redirectPortOutbound: 15_001,
      ipFamilyMode: 'DualStack',
      directAccessServices: [],
    }
  }
  return { ...dataplane, networking }
}

/** A document has an address. */
function isStranger({ networking }: Dataplane): boolean {
  return networking.address === ''
}
