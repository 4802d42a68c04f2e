/**
 * What goes wrong between us and a TCP destination, in words that help. All of it may be mended while we run (a certificate too can
 * be renewed), so all of it may be tried again. The `code` of these errors is the system's or TLS's own.
 */
import { WriteError } from '../errors.ts'

/** Ends of a write or a connect that are our doing; everything else is an Error. */
export const calledOff = Symbol('called off')
export const stalled = Symbol('stalled')
export const connectTimedOut = Symbol('connect timed out')

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there. Start the destination, or correct the address.',
  ECONNRESET: 'the destination has broken the connection.',
  ECONNABORTED: 'the connection was broken.',
  EPIPE: 'the destination has closed the connection.',
  ETIMEDOUT: 'the destination does not answer.',
  EHOSTUNREACH: 'there is no way to this host.',
  ENETUNREACH: 'there is no way to this network.',
  ENOTFOUND: 'the name of the host is not known. Correct it, or the DNS.',
  EAI_AGAIN: 'the DNS does not answer.',
  EACCES: 'the system forbids this connection.',
  EADDRNOTAVAIL: 'no local address or port is free for this connection.',
  EMFILE: 'too many open files. Raise the limit of the process.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name. Set tls.serverName to a name that it holds.',
  CERT_HAS_EXPIRED: 'its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself. Name it, or its authority, in tls.ca.',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody here knows the authority of its certificate. Name it in tls.ca.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody here knows the authority of its certificate. Name it in tls.ca.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody here knows the authority of its certificate. Name it in tls.ca.',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a certificate of ours. Set tls.cert and tls.key.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS. Leave tls out, or correct the port.',
}

export interface TcpTrouble {
  /** Of the writer. */
  readonly name: string
  readonly entriesWritten: number
  readonly connectTimeoutMs: number
  readonly writeTimeoutMs: number
}

export function tcpErrorOf(cause: unknown, trouble: TcpTrouble): WriteError {
  const { name, entriesWritten, connectTimeoutMs, writeTimeoutMs } = trouble
  const fail = (code: string, said: string) =>
    new WriteError({ code, message: `${name}: ${said}`, retryable: true, entriesWritten }, { cause })
  if (cause === calledOff) return fail('called_off', 'the write was called off; the destination takes nothing now.')
  if (cause === stalled) return fail('write_timeout', `the destination took nothing for ${writeTimeoutMs} ms.`)
  if (cause === connectTimedOut) return fail('connect_timeout', `no connection within ${connectTimeoutMs} ms.`)
  const code = codeOf(cause)
  return fail(code, advice[code] ?? (cause instanceof Error ? cause.message : `${cause}`))
}

/** A name with several addresses fails with several errors; the code of the whole is that of the first. */
function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'EUNKNOWN'
}
