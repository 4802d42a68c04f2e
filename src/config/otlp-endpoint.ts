/**
 * Where OTLP is exported to, in every spelling that MeshAccessLog takes, and as a URL:
 *
 *     endpoint  = [scheme "://"] authority [path]
 *     scheme    = "grpc" | "grpcs" | "http" | "https"            ; none: grpc. The ones that end in s speak TLS
 *     authority = host [":" [port]] | IPv6 | "[" IPv6 "]" [":" [port]]
 *     path      = "/" …                                          ; http and https only, with its query if it has one
 *
 * Without a port: 4317 for gRPC, and for HTTP what is usual for the scheme, 80 and 443. Without a path: /v1/logs.
 */
import { isIPv6 } from 'node:net'
import type { OtlpEndpoint } from './config.ts'
import { type Parsed, show } from './scalars.ts'

const schemes = {
  grpc: { protocol: 'grpc', tls: false, port: 4317 },
  grpcs: { protocol: 'grpc', tls: true, port: 4317 },
  http: { protocol: 'http', tls: false, port: 80 },
  https: { protocol: 'http', tls: true, port: 443 },
} as const

type Scheme = keyof typeof schemes

const expected =
  'must be host, host:port, [IPv6]:port, or a URL that begins with grpc://, grpcs://, http:// or https://'

/** What is an operator in the name of a place: `%REQ(…)%`, `%KUMA_MESH%`; not `%2F`. */
export const placeOperator = /%([A-Z][A-Z0-9_]{2,})(?:\([^)]*\))?(?::\d+)?%/g

/**
 * `kumaValues`: what `KUMA_…` operators stand for, by operator name. Whatever else is only known of an entry or of a stream cannot
 * choose the destination: each value would open a connection of its own.
 */
export function parseOtlpEndpoint(
  input: unknown,
  kumaValues: Readonly<Record<string, string>> = {},
): Parsed<OtlpEndpoint> {
  if (typeof input !== 'string' || input.trim() === '') return { fault: `${expected}, not ${show(input)}.` }
  const unknown = [...input.matchAll(placeOperator)].find(([, name]) => kumaValues[name!] === undefined)
  if (unknown) return { fault: operatorFault(unknown[0], unknown[1]!) }
  const text = input.trim().replace(placeOperator, (_, name: string) => kumaValues[name]!)

  const [, scheme = 'grpc', authority = '', path = ''] = /^(?:([^:/]*):\/\/)?([^/?#]*)(.*)$/s.exec(text)!
  if (!Object.hasOwn(schemes, scheme.toLowerCase())) return { fault: `${expected}, not ${show(text)}.` }
  const about = schemes[scheme.toLowerCase() as Scheme]
  if (authority.includes('@')) return { fault: 'must not hold a user or a password; those belong into a header.' }
  const place = parseAuthority(authority, about.port)
  if ('fault' in place) return place
  const target = about.protocol === 'http' ? parseHttpPath(path) : parseGrpcPath(path)
  if ('fault' in target) return target

  const { host, port } = place.value
  const url = `${scheme.toLowerCase()}://${isIPv6(host) ? `[${host}]` : host.toLowerCase()}:${port}${target.value}`
  return { value: { protocol: about.protocol, tls: about.tls, host, port, path: target.value, text: url } }
}

function operatorFault(text: string, name: string): string {
  if (name.startsWith('KUMA_')) return `has ${text}, and nothing says what that is here. Set its value in kuma.values.`
  return `must not hold ${text}: it differs from entry to entry, and each value would need a connection of its own.`
}

function parseAuthority(authority: string, portDefault: number): Parsed<{ host: string; port: number }> {
  if (isIPv6(authority)) return { value: { host: authority, port: portDefault } }
  const match = /^(?:\[([^\]]*)\]|([A-Za-z0-9._-]+))(?::(.*))?$/.exec(authority)
  if (!match || (match[1] !== undefined && !isIPv6(match[1]))) return { fault: `${expected}, not ${show(authority)}.` }
  const digits = match[3] || String(portDefault)
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0
  if (port < 1 || port > 65_535) return { fault: `has the port ${show(digits)}; it must be from 1 to 65535.` }
  return { value: { host: match[1] ?? match[2]!, port } }
}

function parseHttpPath(path: string): Parsed<string> {
  if (path === '' || path === '/') return { value: '/v1/logs' }
  // What may stand in a request line: printable ASCII, no blanks, and no fragment, which would never be sent.
  if (!/^[/?][!-"$-~]*$/.test(path)) return { fault: `has the path ${show(path)}, which no request can name.` }
  return { value: path.startsWith('?') ? `/v1/logs${path}` : path }
}

function parseGrpcPath(path: string): Parsed<string> {
  if (path === '' || path === '/') return { value: '' }
  return { fault: `has the path ${show(path)}, which gRPC has no use for. For OTLP over HTTP write http:// before it.` }
}
