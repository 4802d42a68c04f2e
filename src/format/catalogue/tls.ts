/** Catalogue rows for TLS on both sides, and for the name that the client asked for. */
import type { ByteString } from '../byte-string.ts'
import { both, type Carriage, exact, inNoEntry, notCarried, type Operator, plainOperator } from '../operator.ts'
import type { FieldPath, Source } from '../source.ts'
import { oneWord } from './words.ts'

const tls = 'common_properties.tls_properties'
const peer = `${tls}.peer_certificate_properties`
const local = `${tls}.local_certificate_properties`

const versions = { TLSv1: 'TLSv1', TLSv1_1: 'TLSv1.1', TLSv1_2: 'TLSv1.2', TLSv1_3: 'TLSv1.3' }

const serverName: Source = { kind: 'string', field: `${tls}.tls_sni_hostname`, change: 'serverName' }
const originalHost: Source = { kind: 'header', field: 'request.request_headers', key: 'x-envoy-original-host' }
const host: Source = { kind: 'string', field: 'request.authority' }

const text = (name: string, meaning: string, gives: string, field: FieldPath): Operator =>
  plainOperator(name, meaning, gives, both({ kind: 'string', field }))

/** Strings that Envoy has and no entry. */
const elsewhere = (name: string, meaning: string, gives: string, since?: string): Operator => ({
  ...plainOperator(name, meaning, gives, notCarried('string'), inNoEntry),
  ...(since === undefined ? {} : { since }),
})

/** The names in a certificate, by their kind. Envoy fills in the URIs; the proto has room for DNS names, which no Envoy has used yet. */
function alternativeNames(side: string, whose: string, certificate: FieldPath): Operator[] {
  const field = `${certificate}.subject_alt_name`
  const joined = (element: string) => both({ kind: 'joined', field, element })
  return [
    plainOperator(`${side}_URI_SAN`, `The URIs in ${whose}`, 'spiffe://default/web', joined('uri')),
    plainOperator(`${side}_DNS_SAN`, `The DNS names in ${whose}`, 'web.internal', joined('dns'), inNoEntry),
    elsewhere(`${side}_IP_SAN`, `The IP addresses in ${whose}`, '10.0.0.3'),
    elsewhere(`${side}_EMAIL_SAN`, `The mail addresses in ${whose}`, 'web@example.com'),
    elsewhere(`${side}_OTHERNAME_SAN`, `Names of other kinds in ${whose}`, 'upn@example.com'),
  ]
}

const requestedCarriage: Carriage = {
  verdict: 'needsSetting',
  note: 'list x-envoy-original-host for requests when the host may have been rewritten; an empty authority arrives as none',
  stillDiffers: true,
}

/** `X:Y`, either of which may be empty or missing; what follows is ignored, as in Envoy. */
function requestedServerName(argument: ByteString): Source {
  const [order = '', which = ''] = argument.split(':')
  const first = oneWord('REQUESTED_SERVER_NAME', order, ['SNI_ONLY', 'SNI_FIRST', 'HOST_FIRST'])
  const from = oneWord('REQUESTED_SERVER_NAME', which, ['ORIG_OR_HOST', 'ORIG', 'HOST'], order.length + 1)
  const hosts = { ORIG_OR_HOST: [originalHost, host], ORIG: [originalHost], HOST: [host] }[from]
  switch (first) {
    case 'SNI_ONLY':
      return serverName
    case 'SNI_FIRST':
      return { kind: 'firstOf', sources: [serverName, ...hosts] }
    case 'HOST_FIRST':
      return { kind: 'firstOf', sources: [...hosts, serverName] }
  }
}

export const tlsOperators: readonly Operator[] = [
  {
    name: 'REQUESTED_SERVER_NAME',
    argument: 'optional',
    truncates: false,
    meaning: 'The server name of the TLS handshake (SNI), or the host of the request, in the order asked for',
    argumentHint: 'SNI_ONLY|SNI_FIRST|HOST_FIRST:ORIG_OR_HOST|ORIG|HOST',
    example: { use: '%REQUESTED_SERVER_NAME(SNI_FIRST:HOST)%', gives: 'backend.internal' },
    carriage: requestedCarriage,
    carriageOf: (argument) => (/^(SNI_ONLY)?(:|$)/.test(argument) ? exact : requestedCarriage),
    argumentSince: '1.37',
    settings: (argument) =>
      /^(SNI_ONLY)?(:|$)|:HOST(:|$)/.test(argument)
        ? []
        : [{ list: 'additional_request_headers_to_log', names: ['x-envoy-original-host'] }],
    sources: (argument) => {
      const http = requestedServerName(argument)
      return { http, tcp: tcpOf(http) }
    },
  },
  plainOperator(
    'DOWNSTREAM_TLS_VERSION',
    'The TLS version of the downstream connection',
    'TLSv1.3',
    both({ kind: 'enum', field: `${tls}.tls_version`, names: versions }),
  ),
  plainOperator(
    'DOWNSTREAM_TLS_CIPHER',
    'The cipher of the downstream connection, as OpenSSL names it',
    'TLS_AES_128_GCM_SHA256',
    both({ kind: 'cipher', field: `${tls}.tls_cipher_suite` }),
  ),
  text(
    'DOWNSTREAM_TLS_SESSION_ID',
    'The TLS session of the downstream connection',
    'b10662bf',
    `${tls}.tls_session_id`,
  ),
  elsewhere('DOWNSTREAM_TLS_GROUP', 'The key exchange group of the downstream connection', 'X25519', '1.37'),
  ...alternativeNames('DOWNSTREAM_PEER', "the client's certificate", peer),
  ...alternativeNames('DOWNSTREAM_LOCAL', "the proxy's certificate", local),
  text('DOWNSTREAM_PEER_SUBJECT', "The subject of the client's certificate", 'CN=web,O=Shop', `${peer}.subject`),
  text('DOWNSTREAM_LOCAL_SUBJECT', "The subject of the proxy's certificate", 'CN=edge,O=Shop', `${local}.subject`),
  text('DOWNSTREAM_PEER_ISSUER', "The issuer of the client's certificate", 'CN=ca,O=Shop', `${peer}.issuer`),
  ...(
    [
      ['FINGERPRINT_256', 'The SHA-256 fingerprint of', '5f3a…'],
      ['FINGERPRINT_1', 'The SHA-1 fingerprint of', '9b0c…'],
      ['SERIAL', 'The serial number of', '1a2b3c'],
      ['CHAIN_FINGERPRINTS_256', 'The SHA-256 fingerprints of the chain of', '5f3a…,77c1…'],
      ['CHAIN_FINGERPRINTS_1', 'The SHA-1 fingerprints of the chain of', '9b0c…,02d4…'],
      ['CHAIN_SERIALS', 'The serial numbers of the chain of', '1a2b3c,01'],
      ['CERT', 'The PEM text, URL-encoded, of', '-----BEGIN%20CERT…'],
    ] as const
  ).map(([name, what, gives]) => elsewhere(`DOWNSTREAM_PEER_${name}`, `${what} the client's certificate`, gives)),
  elsewhere(
    'DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256',
    'The SHA-256 fingerprint of the issuer of the client',
    '77c1…',
    '1.37',
  ),
  elsewhere('DOWNSTREAM_PEER_ISSUER_SERIAL', 'The serial number of the issuer of the client', '01', '1.37'),
  text(
    'TLS_JA3_FINGERPRINT',
    'The JA3 fingerprint of the client',
    'cd08e31494f9531f560d64c695473da9',
    `${tls}.ja3_fingerprint`,
  ),
  elsewhere('TLS_JA4_FINGERPRINT', 'The JA4 fingerprint of the client', 't13d1516h2_8daaf6152771_e5627efa2ab1'),
  elsewhere('UPSTREAM_TLS_VERSION', 'The TLS version of the upstream connection', 'TLSv1.3'),
  elsewhere('UPSTREAM_TLS_CIPHER', 'The cipher of the upstream connection', 'TLS_AES_128_GCM_SHA256'),
  elsewhere('UPSTREAM_TLS_SESSION_ID', 'The TLS session of the upstream connection', 'b10662bf'),
  elsewhere('UPSTREAM_TLS_GROUP', 'The key exchange group of the upstream connection', 'X25519', '1.37'),
  elsewhere(
    'UPSTREAM_SERVER_NAME',
    'The server name that the proxy asked the upstream for',
    'backend.internal',
    '1.37',
  ),
  elsewhere('UPSTREAM_PEER_SUBJECT', "The subject of the upstream's certificate", 'CN=backend'),
  elsewhere('UPSTREAM_PEER_ISSUER', "The issuer of the upstream's certificate", 'CN=ca'),
  elsewhere('UPSTREAM_PEER_CERT', "The PEM text, URL-encoded, of the upstream's certificate", '-----BEGIN%20CERT…'),
  ...(
    [
      ['UPSTREAM_PEER', "the upstream's certificate"],
      ['UPSTREAM_LOCAL', "the proxy's certificate for the upstream"],
    ] as const
  ).flatMap(([side, whose]) => [
    elsewhere(`${side}_URI_SAN`, `The URIs in ${whose}`, 'spiffe://default/backend'),
    elsewhere(`${side}_DNS_SAN`, `The DNS names in ${whose}`, 'backend.internal'),
    elsewhere(`${side}_IP_SAN`, `The IP addresses in ${whose}`, '10.0.0.2'),
  ]),
]

/** A TCP connection has an SNI but no host. */
function tcpOf(http: Source): Source {
  if (http.kind !== 'firstOf') return http
  return { ...http, sources: http.sources.filter((source) => source === serverName) }
}
