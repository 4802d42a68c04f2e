/**
 * What the answer of a remote API means. To kube-apiserver 200 to 206 are a success and everything else may pass. To us it may too, but for
 * what is said of the events themselves: what a receiver does not take because of them, it will not take another time.
 */
import type { IncomingMessage } from 'node:http'
import { quote, type Refused } from '../../writers/refusal.ts'
import { retryAfterMsOf } from '../../writers/retry-after.ts'

const taken = { kind: 'taken' } as const
export type Answer = typeof taken | Refused

/** Bad request, too large, not this type, not to be processed: some of the events may be taken without the others. */
const blamingStatuses = new Set([400, 413, 415, 422])

const advice: Readonly<Record<number, string>> = {
  401: 'It does not know us. Check the user in the kubeconfig; credentials are sent to https:// only.',
  403: 'We may not write there. Check the user in the kubeconfig, and its rights.',
  404: 'Nothing is there. Check the path of server in the kubeconfig; it is used as it is.',
  405: 'It takes no POST there. Check the path of server in the kubeconfig; it is used as it is.',
}

/** `said`: its body, or the beginning. `now`: in milliseconds since 1970. */
export function judgeAnswer(response: IncomingMessage, said: string, now: number): Answer {
  const { statusCode: status = 0, statusMessage = '', headers } = response
  if (status >= 200 && status <= 206) return taken
  const words = [`HTTP ${status} ${quote(statusMessage)}`.trim(), quote(said)].filter((each) => each !== '').join(': ')
  const hint = status >= 300 && status < 400 ? aboutRedirect(headers.location) : advice[status]
  const mayWait = status === 429 || status >= 500
  return {
    kind: 'refused',
    code: `http_${status}`,
    message: `${words.replace(/\.*$/, '.')}${hint === undefined ? '' : ` ${hint}`}`,
    retryable: !blamingStatuses.has(status),
    blamesEntries: blamingStatuses.has(status),
    retryAfterMs: mayWait ? retryAfterMsOf(headers, now) : undefined,
  }
}

/** A client that follows asks the other address without a body, is told that all is well, and the events are lost. */
function aboutRedirect(location: string | undefined): string {
  const where = location === undefined ? 'another address' : quote(location.replace(/[?#].*$/s, ''))
  return `It sends us on to ${where}; redirects are not followed, since events get lost on the way. Write the address where events are taken into server in the kubeconfig.`
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there. Start the receiver, or correct server in the kubeconfig.',
  ECONNRESET: 'the receiver has broken the connection.',
  EPIPE: 'the receiver has closed the connection.',
  ETIMEDOUT: 'the receiver does not answer.',
  ENOTFOUND: 'the name of the host is not known. Correct server in the kubeconfig, or the DNS.',
  EAI_AGAIN: 'the DNS does not answer.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name. Set tls-server-name in the kubeconfig to a name that it holds.',
  CERT_HAS_EXPIRED: 'its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself. Name it in certificate-authority.',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody here knows the authority of its certificate. Name it in certificate-authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'nobody here knows the authority of its certificate. Name it in certificate-authority.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'nobody here knows the authority of its certificate. Name it in certificate-authority.',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'it wants a certificate of ours. Name client-certificate and client-key in the kubeconfig.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS. Write http:// in server, or correct the port.',
}

/** Why no answer came, in words that help. `code`: the system's or TLS's own. */
export function wordsFor(code: string, message: string): string {
  return causes[code] ?? `${quote(message)}.`
}
