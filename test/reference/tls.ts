/** The operators of TLS (operators.md B.9). */
import type { Bytes } from './bytes.ts'
import type { Message } from './message.ts'
import { absent, type Entry, type Evaluate, type Row, type Rows, stringOrAbsent, stringValue } from './value.ts'

/** Names of BoringSSL by IANA's number. */
const ciphers: ReadonlyMap<number, string> = new Map([
  [0x1301, 'TLS_AES_128_GCM_SHA256'],
  [0x1302, 'TLS_AES_256_GCM_SHA384'],
  [0x1303, 'TLS_CHACHA20_POLY1305_SHA256'],
  [0xc009, 'ECDHE-ECDSA-AES128-SHA'],
  [0xc00a, 'ECDHE-ECDSA-AES256-SHA'],
  [0xc013, 'ECDHE-RSA-AES128-SHA'],
  [0xc014, 'ECDHE-RSA-AES256-SHA'],
  [0xc023, 'ECDHE-ECDSA-AES128-SHA256'],
  [0xc024, 'ECDHE-ECDSA-AES256-SHA384'],
  [0xc027, 'ECDHE-RSA-AES128-SHA256'],
  [0xc028, 'ECDHE-RSA-AES256-SHA384'],
  [0x000a, 'DES-CBC3-SHA'],
  [0xc012, 'ECDHE-RSA-DES-CBC3-SHA'],
  [0xc02b, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  [0xc02c, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  [0xc02f, 'ECDHE-RSA-AES128-GCM-SHA256'],
  [0xc030, 'ECDHE-RSA-AES256-GCM-SHA384'],
  [0xcca8, 'ECDHE-RSA-CHACHA20-POLY1305'],
  [0xcca9, 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  [0xccaa, 'DHE-RSA-CHACHA20-POLY1305'],
  [0x002f, 'AES128-SHA'],
  [0x0035, 'AES256-SHA'],
  [0x003c, 'AES128-SHA256'],
  [0x003d, 'AES256-SHA256'],
  [0x009c, 'AES128-GCM-SHA256'],
  [0x009d, 'AES256-GCM-SHA384'],
])

const noCipher = 0xffff

const versions = [undefined, 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

function tls({ common }: Entry): Message | undefined {
  return common.message('tls_properties')
}

function cipher(entry: Entry) {
  const suite = tls(entry)?.message('tls_cipher_suite')?.number('value')
  if (suite === undefined || suite === noCipher) return absent
  return stringValue(ciphers.get(suite) ?? `0x${suite.toString(16).padStart(4, '0')}`)
}

/** The SNI as the operator cleans it: ALS carries it raw. */
function cleanSni(entry: Entry): Bytes | undefined {
  const sni = tls(entry)?.bytes('tls_sni_hostname')
  if (!sni) return undefined
  const clean = sni.replace(/[^A-Za-z0-9._-]/g, '_')
  return clean === sni ? sni : `invalid:${clean}`
}

/** An original host counts as soon as the header exists. */
function hostName({ request }: Entry, source: Bytes): Bytes | undefined {
  const original = request.strings('request_headers').get('x-envoy-original-host')
  const host = request.bytes('authority') || undefined
  if (source === 'ORIG') return original
  return source === 'HOST' ? host : (original ?? host)
}

function requestedServerName(argument: Bytes): Evaluate {
  const [order = '', source = ''] = argument.split(':')
  if (!['', 'SNI_ONLY', 'SNI_FIRST', 'HOST_FIRST'].includes(order)) {
    throw new Error(`REQUESTED_SERVER_NAME knows SNI_ONLY, SNI_FIRST and HOST_FIRST, not ${order}`)
  }
  if (!['', 'ORIG_OR_HOST', 'HOST', 'ORIG'].includes(source)) {
    throw new Error(`REQUESTED_SERVER_NAME knows ORIG_OR_HOST, HOST and ORIG, not ${source}`)
  }
  return (entry) => {
    const sni = cleanSni(entry)
    const host = hostName(entry, source)
    const name = order === 'SNI_FIRST' ? (sni ?? host) : order === 'HOST_FIRST' ? (host ?? sni) : sni
    return name === undefined ? absent : stringValue(name)
  }
}

/** The SNI is carried; the host is sanitised (A.5), and the header of an original host comes only if it is listed. */
function looksAtHost(argument: Bytes): 'string' | undefined {
  return /^(?:SNI|HOST)_FIRST/.test(argument) ? 'string' : undefined
}

type Side = 'local_certificate_properties' | 'peer_certificate_properties'

function names(side: Side, kind: 'uri' | 'dns', more: Partial<Row> = {}): Row {
  return {
    argument: 'none',
    ...more,
    make: () => (entry) => {
      const all = tls(entry)?.message(side)?.messages('subject_alt_name') ?? []
      const found = all.filter((name) => name.has(kind)).map((name) => name.bytes(kind))
      const joined = found.join(',')
      return joined === '' ? absent : stringValue(joined)
    },
  }
}

function text(read: (entry: Entry) => Bytes | undefined): Row {
  return { argument: 'none', make: () => (entry) => stringOrAbsent(read(entry) ?? '') }
}

const underscored = (reason: Bytes) => reason.replaceAll(' ', '_')

export const tlsRows: Rows = {
  REQUESTED_SERVER_NAME: { argument: 'optional', tag: looksAtHost, make: requestedServerName },
  DOWNSTREAM_TLS_VERSION: text((entry) => versions[tls(entry)?.number('tls_version') ?? 0]),
  DOWNSTREAM_TLS_CIPHER: { argument: 'none', make: () => cipher },
  DOWNSTREAM_TLS_SESSION_ID: text((entry) => tls(entry)?.bytes('tls_session_id')),
  DOWNSTREAM_PEER_URI_SAN: names('peer_certificate_properties', 'uri'),
  DOWNSTREAM_LOCAL_URI_SAN: names('local_certificate_properties', 'uri'),
  DOWNSTREAM_PEER_DNS_SAN: names('peer_certificate_properties', 'dns', { tag: 'string' }),
  DOWNSTREAM_LOCAL_DNS_SAN: names('local_certificate_properties', 'dns', { tag: 'string' }),
  DOWNSTREAM_PEER_SUBJECT: text((entry) => tls(entry)?.message('peer_certificate_properties')?.bytes('subject')),
  DOWNSTREAM_LOCAL_SUBJECT: text((entry) => tls(entry)?.message('local_certificate_properties')?.bytes('subject')),
  DOWNSTREAM_PEER_ISSUER: text((entry) => tls(entry)?.message('peer_certificate_properties')?.bytes('issuer')),
  TLS_JA3_FINGERPRINT: text((entry) => tls(entry)?.bytes('ja3_fingerprint')),
  UPSTREAM_TRANSPORT_FAILURE_REASON: text(({ common }) =>
    underscored(common.bytes('upstream_transport_failure_reason')),
  ),
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: text(({ common }) =>
    underscored(common.bytes('downstream_transport_failure_reason')),
  ),
}
