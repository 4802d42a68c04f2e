/**
 * Entries may say where they come from (custom tags, or the log name) when no document does: direction, destination, their own address. From
 * that the Dataplane is completed with the listener that must be there.
 */
import type { EntryFacts } from '../policy/decision.ts'
import { parseAddress } from '../policy/matching/host.ts'
import type { Dataplane } from '../policy/resources.ts'

/** Null: the entry does not say enough. */
export function withImaginedListener(dataplane: Dataplane, facts: EntryFacts): Dataplane | null {
  const at = parseAddress(facts.localAddress)
  const { traffic_direction: direction, destination_service: destination, source_address: address } = facts.tags
  if (at === null || direction === undefined) return null
  const networking = { ...dataplane.networking }
  // What comes in comes to the proxy's own address.
  if (networking.address === '') networking.address = address ?? (direction === 'INBOUND' ? at.host : '')
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
  } else if (
    direction === 'OUTBOUND' &&
    destination !== undefined &&
    destination !== 'external' &&
    destination !== '*'
  ) {
    const outbound = { address: at.host, port: at.port, tags: { 'kuma.io/service': destination }, backendRef: null }
    networking.outbounds = [...networking.outbounds, outbound]
  } else if (direction === 'OUTBOUND') {
    networking.transparentProxying ??= {
      redirectPortInbound: 15_006,
      redirectPortOutbound: 15_001,
      ipFamilyMode: 'DualStack',
      directAccessServices: [],
    }
  } else return null
  return { ...dataplane, networking }
}
