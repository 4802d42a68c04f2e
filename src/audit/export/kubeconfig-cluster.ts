/** A cluster of a kubeconfig: the address that events are sent to, and whom to trust there. */
import { createSecureContext } from 'node:tls'
import { contentOf, fault, flagOf, type Part, textOf, warn, warnOfUnknown } from './kubeconfig-parts.ts'
import type { Credentials } from './kubeconfig-user.ts'

export interface RemoteApi {
  /** For people, without query and credentials: `https://logs.test:8443/k8s-audit`. */
  readonly text: string
  /** IPv6 without its brackets. */
  readonly host: string
  readonly port: number
  /** Without query, and without a slash at its end unless it is nothing else. */
  readonly path: string
  /** Null: plain HTTP. */
  readonly tls: RemoteTls | null
  /** Null: none are sent. */
  readonly credentials: Credentials | null
}

/** PEM. */
export interface RemoteTls {
  /** Null: the authorities that Node knows. */
  readonly ca: Buffer | null
  /** Our own; both or none. */
  readonly cert: Buffer | null
  readonly key: Buffer | null
  /** Name that the certificate must hold; null: the host. */
  readonly serverName: string | null
  /** Whoever answers is believed. */
  readonly insecureSkipVerify: boolean
}

const clusterKeys = [
  'server',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'certificate-authority',
  'certificate-authority-data',
  // Requests are never compressed.
  'disable-compression',
  'proxy-url',
  'extensions',
]

/** Without what its user adds. Null when it is a fault. */
export function readCluster(cluster: Part): RemoteApi | null {
  warnOfUnknown(cluster, clusterKeys)
  if (textOf(cluster, 'proxy-url') !== null)
    fault(cluster, 'unsupported_key', 'proxy-url', 'is not supported: events are sent to the server directly.')
  const url = readServer(cluster)
  if (url === null) return null
  const isSafe = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  return {
    text: `${url.protocol}//${url.host}${path}`,
    host,
    port: Number(url.port) || (isSafe ? 443 : 80),
    path,
    tls: isSafe ? readTls(cluster) : null,
    credentials: readUrlCredentials(cluster, url),
  }
}

/** As Go does it: an address without a scheme is a host with a port, and plain. */
function readServer(cluster: Part): URL | null {
  const server = textOf(cluster, 'server')
  if (server === null) {
    if (cluster.values['server'] == null || cluster.values['server'] === '')
      fault(cluster, 'missing', 'server', 'is missing. Write the URL that events are sent to.')
    return null
  }
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(server)
  const url = URL.canParse(isUrl ? server : `http://${server}`) ? new URL(isUrl ? server : `http://${server}`) : null
  const isGood = url !== null && /^https?:$/.test(url.protocol) && (isUrl || url.pathname === '/')
  if (isGood) return url
  fault(cluster, 'bad_url', 'server', 'must be a URL that begins with http:// or https://.')
  return null
}

/** Go takes them out of the URL, whatever its scheme, when there are no others. */
function readUrlCredentials(cluster: Part, { username, password, protocol }: URL): Credentials | null {
  if (username === '' && password === '') return null
  if (protocol === 'http:') warn(cluster, 'exposed', 'server', 'holds credentials, which are sent in the clear.')
  try {
    return { kind: 'basic', username: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    fault(cluster, 'bad_url', 'server', 'holds credentials with a percent sign that begins no byte. Write %25.')
    return null
  }
}

function readTls(cluster: Part): RemoteTls {
  const ca = contentOf(cluster, 'certificate-authority')
  const insecureSkipVerify = flagOf(cluster, 'insecure-skip-tls-verify')
  if (ca !== null && insecureSkipVerify) {
    const message = 'cannot be true where a certificate authority is given. Leave one of them out.'
    fault(cluster, 'conflict', 'insecure-skip-tls-verify', message)
  }
  if (insecureSkipVerify) {
    const message = 'is on: whoever answers is believed, and gets the events.'
    warn(cluster, 'exposed', 'insecure-skip-tls-verify', message)
  }
  if (ca !== null && !isUsable(ca)) fault(cluster, 'not_pem', 'certificate-authority', 'holds no certificates in PEM.')
  return { ca, cert: null, key: null, serverName: textOf(cluster, 'tls-server-name'), insecureSkipVerify }
}

function isUsable(ca: Buffer): boolean {
  try {
    createSecureContext({ ca })
    return ca.includes('-----BEGIN CERTIFICATE-----')
  } catch {
    // What is wrong with it, OpenSSL says in words that help nobody.
    return false
  }
}
