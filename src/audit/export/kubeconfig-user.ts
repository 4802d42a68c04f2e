/**
 * A user of a kubeconfig: a certificate, a token, or name and password. As with client-go none of them goes to a server without TLS, where
 * everybody could read it.
 */
import { createSecureContext } from 'node:tls'
import { contentOf, fault, type Part, pathOf, readNamed, textOf, warn, warnOfUnknown } from './kubeconfig-parts.ts'

export type Credentials = TokenCredentials | BasicCredentials

export interface TokenCredentials {
  readonly kind: 'token'
  readonly token: string
  /** It has the newest one, and wins; null: the token does not change. */
  readonly file: string | null
}

export interface BasicCredentials {
  readonly kind: 'basic'
  readonly username: string
  readonly password: string
}

export interface User {
  /** PEM; both or none. */
  readonly cert: Buffer | null
  readonly key: Buffer | null
  readonly credentials: Credentials | null
}

const certificateKeys = ['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'] as const
const secretKeys = ['token', 'tokenFile', 'username', 'password'] as const

/** What needs more than a file. */
const unsupported: Readonly<Record<string, string>> = {
  exec: 'is not supported: no program is run for credentials. Write its token to a file, and name that in tokenFile.',
  'auth-provider': 'is not supported. Name a file with a token in tokenFile.',
  as: 'is not supported: we are who the credentials say.',
  'as-uid': 'is not supported: we are who the credentials say.',
  'as-groups': 'is not supported: we are who the credentials say.',
  'as-user-extra': 'is not supported: we are who the credentials say.',
}

const known: readonly string[] = [...certificateKeys, ...secretKeys, ...Object.keys(unsupported), 'extensions']

/** `isSafe`: the server speaks TLS. Without, what the user has is only warned of. */
export function readUser(user: Part, isSafe: boolean): User {
  warnOfUnknown(user, known)
  const has = (key: string) => user.values[key] != null && user.values[key] !== ''
  if (!isSafe) {
    const message = 'is not sent, for the server is http://. Let it speak TLS, and write https://.'
    const dropped = known.filter((key) => key !== 'extensions' && has(key))
    for (const key of dropped) warn(user, 'unused', key, message)
    return { cert: null, key: null, credentials: null }
  }
  for (const [key, message] of Object.entries(unsupported)) if (has(key)) fault(user, 'unsupported_key', key, message)
  return { ...readCertificate(user), credentials: readSecret(user) }
}

function readCertificate(user: Part): Pick<User, 'cert' | 'key'> {
  const before = user.notes.faults.length
  const [cert, key] = [contentOf(user, 'client-certificate'), contentOf(user, 'client-key')]
  const none = { cert: null, key: null }
  if (user.notes.faults.length > before || (cert === null && key === null)) return none
  if (cert === null) {
    warn(user, 'unused', 'client-key', 'has no effect without client-certificate.')
    return none
  }
  if (key === null) {
    fault(user, 'missing', 'client-key', 'is missing: a client-certificate needs its key.')
    return none
  }
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const message = `cannot be used with client-key: ${(cause as Error).message}\nBoth must be PEM, and belong together.`
    fault(user, 'not_pem', 'client-certificate', message)
  }
  return { cert, key }
}

function readSecret(user: Part): Credentials | null {
  const [token, file, username, password] = secretKeys.map((key) => textOf(user, key))
  const hasToken = token != null || file != null
  if (username == null && password == null) return hasToken ? readToken(user, token ?? null, file ?? null) : null
  if (hasToken) {
    const message = 'cannot be there together with a token: a request has room for one of them.'
    fault(user, 'conflict', username == null ? 'password' : 'username', message)
  }
  return { kind: 'basic', username: username ?? '', password: password ?? '' }
}

function readToken(user: Part, token: string | null, file: string | null): Credentials | null {
  const read = file === null ? null : readNamed(user, 'tokenFile', file)
  if (file !== null && read === null) return null
  const now = read === null ? token!.trim() : read.toString('utf8').trim()
  if (isToken(now)) return { kind: 'token', token: now, file: file === null ? null : pathOf(user, file) }
  const [key, message] = file === null ? ['token', 'is'] : ['tokenFile', `names ${file}, which holds`]
  fault(user, 'no_token', key, `${message} no token: it must be one word of printable ASCII.`)
  return null
}

/** What may stand in a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}
