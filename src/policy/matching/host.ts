/** Addresses as Envoy prints them and as documents write them: taken apart, and brought to one form. */

/** `192.168.0.7:8080`, `[::1]:8080`. Null: a pipe, an internal address, or nothing. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const colon = text.lastIndexOf(':')
  const port = text.slice(colon + 1)
  if (colon < 1 || !/^\d{1,5}$/.test(port)) return null
  return { host: plainHost(text.slice(0, colon)), port: Number(port) }
}

/** One text for one address: IPv6 without brackets, and shortened as Envoy does it. */
export function plainHost(text: string): string {
  const host = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (!host.includes(':')) return host
  const url = `http://[${host}]/`
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : host.toLowerCase()
}

/** An address that stands for every one of the machine's own. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

export function isIPv6(host: string): boolean {
  return host.includes(':')
}

/** For maps. */
export function addressKey(host: string, port: number): string {
  return `${host}|${port}`
}
