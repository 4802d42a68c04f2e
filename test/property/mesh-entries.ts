/** What of random entries policies ask for: most come from a listener of the proxy, and some from nowhere. */
import type { EntryFacts } from '../../src/policy/decision.ts'
import { since } from '../../src/policy/kuma-version.ts'
import { kriOf } from '../policy/reference/kri.ts'
import { joinAddress } from '../policy/reference/places.ts'
import type { Dice } from './dice.ts'
import { type Mesh, serviceTags } from './meshes.ts'

export function drawEntry(dice: Dice, mesh: Mesh): EntryFacts {
  const place = dice.one(placesOf(mesh))
  const kind = dice.one(['http', 'tcp'] as const)
  return {
    kind,
    routeName: kind === 'http' ? drawRouteName(dice, mesh) : '',
    sni: dice.one(['', 'x.mesh', 'y.mesh']),
    peerUris: dice.some(['spiffe://m/ns/a/sa/web', 'spiffe://m/ns/a/sa/cron', 'spiffe://m/ns/b/sa/web']),
    tags: drawTags(dice),
    upstreamCluster: drawCluster(dice),
    ...place,
  }
}

type PlaceFacts = Pick<EntryFacts, 'localAddress'> & Partial<EntryFacts>

function placesOf({ proxy, others, services, gateway, version }: Mesh): readonly PlaceFacts[] {
  const { address, inbounds, outbounds, zoneListeners, transparentProxying } = proxy.networking
  const places: PlaceFacts[] = []
  for (const { address: host, port } of [...inbounds, ...outbounds, ...(since(version, '2.14') ? zoneListeners : [])]) {
    places.push({ localAddress: joinAddress(host, port) })
  }
  for (const { port } of gateway?.listeners ?? []) places.push({ localAddress: joinAddress(address, port) })
  if (places.length === 0 || transparentProxying === null) {
    places.push({ localAddress: '127.0.0.1:1', upstreamCluster: 'elsewhere' })
  }
  if (transparentProxying === null) return places

  for (const { vips, ports } of services) {
    for (const host of vips) {
      for (const { port } of ports) {
        const place = { localAddress: joinAddress(host, port) }
        places.push(place, place)
      }
    }
  }
  for (const { networking } of others) {
    for (const { address: host, port } of networking.inbounds) {
      places.push({ localAddress: joinAddress(host, port), upstreamCluster: 'outbound:passthrough:ipv4' })
    }
  }
  if (transparentProxying.ipFamilyMode === 'DualStack') {
    places.push({ localAddress: '[2600::9]:443', upstreamCluster: 'outbound:passthrough:ipv6' })
  }
  places.push(
    { localAddress: '9.9.9.9:443', upstreamCluster: 'outbound:passthrough:ipv4' },
    { localAddress: '9.9.9.9:443', tags: { listener: 'outbound:passthrough:ipv4' } },
    {
      localAddress: joinAddress(address, 7),
      upstreamCluster: `inbound:passthrough:${address.includes(':') ? 'ipv6' : 'ipv4'}`,
    },
  )
  return places
}

function drawRouteName(dice: Dice, { routes }: Mesh): string {
  const named = routes.flatMap(({ meta, ruleCount }) => [
    kriOf('mhttpr', meta),
    ...Array.from({ length: ruleCount }, (_, index) => kriOf('mhttpr', meta, { section: `rule_${index}` })),
  ])
  return dice.one(['', 'default', 'kri_mhttpr_default___unknown_', ...named])
}

function drawCluster(dice: Dice): string {
  return dice.one(['', ...serviceTags, 'elsewhere'])
}

function drawTags(dice: Dice): EntryFacts['tags'] {
  if (dice.chance(80)) return {}
  return dice.one<EntryFacts['tags']>([
    { mesh: 'other' },
    { source_service: 'web', destination_service: 'shop' },
    { zone: 'far', source_address: '10.0.0.1', workload: 'w' },
    { traffic_direction: 'INBOUND' },
    { traffic_direction: 'OUTBOUND' },
  ])
}
