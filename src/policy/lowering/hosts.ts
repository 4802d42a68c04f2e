/** Addresses that policies name: markers are filled in, and hosts are held against `kuma.allow.hosts`. */
import { isIPv6 } from 'node:net'
import type { KumaValues, TcpAddress } from '../../config/config.ts'
import { globsOverlap } from '../../config/glob-overlap.ts'
import { type Parsed, parseTcpAddress } from '../../config/scalars.ts'
import { fillPlace } from './markers.ts'

/** As written, but for the markers. */
export function fillAddress(address: string, values: KumaValues): Parsed<string> {
  return fillPlace(address, { values, each: 'a connection', write: (value) => value })
}

/** `host:port`, `[IPv6]:port`; with `tls://` in front: over TLS. */
export function lowerTcpAddress(
  address: string,
  values: KumaValues,
  allowed: readonly string[],
): Parsed<{ readonly address: TcpAddress; readonly tls: boolean }> {
  const filled = fillAddress(address, values)
  if ('fault' in filled) return filled
  const parsed = parseTcpAddress(filled.value)
  if ('fault' in parsed) return { fault: `${parsed.fault} Kuma takes some that its proxies cannot reach.` }
  const { host, port, scheme } = parsed.value
  const fault = hostFault(host, port, allowed)
  if (fault !== null) return { fault }
  const text = `${bracketed(host)}:${port}`
  return { value: { address: { kind: 'tcp', host, port, text }, tls: scheme === 'tls' } }
}

/** Null: the host, or the host with its port, fits one of the globs. Case does not count. */
export function hostFault(host: string, port: number, allowed: readonly string[]): string | null {
  const name = host.toLowerCase()
  const spellings = [name, bracketed(name), `${bracketed(name)}:${port}`]
  // No spelling holds a star, so to overlap is to match.
  const fits = (glob: string) => spellings.some((spelling) => globsOverlap(glob.toLowerCase(), spelling))
  if (allowed.some(fits)) return null
  const list = allowed.length === 0 ? 'which is empty' : allowed.join(', ')
  return `leads to ${bracketed(host)}:${port}, which is not within kuma.allow.hosts (${list}).`
}

export const bracketed = (host: string) => (isIPv6(host) ? `[${host}]` : host)
