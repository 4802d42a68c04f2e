/**
 * The bytes of an entry that decide where it goes and what the KUMA_* operators stand for: tables for the machine, which makes a key of them
 * (`machine/keys.ts`) or compares them with an expected key while it scans.
 */
import type { KeyField, KeyTable } from '../machine/keys.ts'
import type { MessageInfo } from '../schema/field-path.ts'
import { loadSchema } from '../schema/load.ts'

/** Of the custom tags that speak of Kuma. */
export const tagPrefix = 'kuma.'

/** The same for a key record: eight bytes as two words, and how many count. */
export const keyPrefix: readonly number[] = [
  ...[0, 4].map((at) => Buffer.from(tagPrefix.padEnd(8, '\0')).readInt32LE(at)),
  tagPrefix.length,
]

/** Which facts make a difference; the custom tags always do. */
export interface NeededFacts {
  readonly localAddress: boolean
  readonly upstreamCluster: boolean
  readonly routeName: boolean
  readonly sni: boolean
  readonly peerUris: boolean
}

const bits = { always: 1, localAddress: 2, upstreamCluster: 3, routeName: 4, tls: 5, sni: 6, peerUris: 7 } as const

/** Bits for the finder's `wanted`. */
export function wanted(needed: NeededFacts): number {
  const names = (Object.keys(needed) as (keyof NeededFacts)[]).filter((name) => needed[name])
  const all = [bits.always, ...names.map((name) => bits[name]), ...(needed.sni || needed.peerUris ? [bits.tls] : [])]
  return all.reduce((mask, bit) => mask | (1 << bit), 0)
}

/** What is left of the table when only these bits are wanted. */
export function wantedOf({ fields }: KeyTable, bitsWanted: number): KeyTable {
  const left = fields.filter(({ bit }) => (bitsWanted & (1 << bit)) !== 0)
  return {
    fields: left.map(({ inside, ...field }) => {
      if (inside === undefined) return field
      return { ...field, inside: inside === 'prefixed' ? inside : wantedOf(inside, bitsWanted) }
    }),
  }
}

let commonTable: KeyTable | undefined

/** The fields of an entry that may be part of its key. */
export function keyTable(entryType: 'HTTPAccessLogEntry' | 'TCPAccessLogEntry'): KeyTable {
  const common = loadSchema().message(`envoy.data.accesslog.v3.${entryType}`).field('common_properties')
  commonTable ??= tableOfCommon(common.message!)
  return { fields: [{ number: common.number, bit: bits.always, inside: commonTable }] }
}

function tableOfCommon(common: MessageInfo): KeyTable {
  const tls = common.field('tls_properties').message!
  const of = (info: MessageInfo, name: string, bit: number, inside?: KeyField['inside']): KeyField => {
    const { number } = info.field(name)
    return inside === undefined ? { number, bit } : { number, bit, inside }
  }
  const tlsTable: KeyTable = {
    fields: [of(tls, 'tls_sni_hostname', bits.sni), of(tls, 'peer_certificate_properties', bits.peerUris)],
  }
  return {
    fields: [
      of(common, 'downstream_local_address', bits.localAddress),
      of(common, 'upstream_cluster', bits.upstreamCluster),
      of(common, 'route_name', bits.routeName),
      of(common, 'tls_properties', bits.tls, tlsTable),
      of(common, 'custom_tags', bits.always, 'prefixed'),
    ],
  }
}
