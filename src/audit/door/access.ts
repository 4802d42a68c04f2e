/**
 * Who may do what at the doors of the audit: by a bearer token, of which only the hash is known here, or by a client certificate. Name and
 * password (RFC 7617), which a kubeconfig may have in place of a token, are the token `name:password`. On plain
 * loopback the path alone grants writing, for kube-apiserver sends no credentials without TLS.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { AccessEntry, AuditRole } from '../../config/audit-config.ts'

export interface Caller {
  /** The header `authorization`, or the metadata of that name; null: none. */
  readonly authorization: string | null
  /** Subject alternative names of a certificate that the door has verified: `DNS:…`, `URI:…`, `IP Address:…`. */
  readonly names: readonly string[]
  /** Plain HTTP, or plain gRPC, from this machine to itself. */
  readonly plainLoopback: boolean
}

/** `unknown`: no credential, or one that nobody has. `forbidden`: it is for other sources or roles. */
export type Verdict = 'granted' | 'unknown' | 'forbidden'

export class AccessControl {
  readonly #entries: readonly AccessEntry[]

  constructor(entries: readonly AccessEntry[]) {
    this.#entries = entries
  }

  /** `source`: null for what belongs to no source. */
  judge(caller: Caller, role: AuditRole, source: string | null): Verdict {
    const known = this.#entriesOf(caller)
    const granted = known.some(
      ({ roles, sources }) => roles.includes(role) && (source === null || sources === null || sources.includes(source)),
    )
    if (granted) return 'granted'
    if (known.length > 0) return 'forbidden'
    // A token that nobody has is a mistake to be heard of, also where none is needed.
    if (role === 'write' && caller.plainLoopback && caller.authorization === null) return 'granted'
    return 'unknown'
  }

  /** Whose credentials these are: the same text for the same ones, and for all who have none. */
  senderOf(caller: Caller): string {
    const credentials = this.#entriesOf(caller).map(({ credential }) =>
      credential.kind === 'token' ? credential.sha256 : credential.san,
    )
    return JSON.stringify(credentials)
  }

  /** The source that the caller's credentials are for in this role; null: there is none, there are several, or it may be any. */
  onlySource(caller: Caller, role: AuditRole): string | null {
    const entries = this.#entriesOf(caller).filter(({ roles }) => roles.includes(role))
    const sources = new Set(entries.flatMap(({ sources }): readonly (string | null)[] => sources ?? [null]))
    const [only = null] = sources
    return sources.size === 1 ? only : null
  }

  #entriesOf({ authorization, names }: Caller): readonly AccessEntry[] {
    return this.#entries.filter(({ credential }) =>
      credential.kind === 'token'
        ? isToken(authorization, credential.sha256)
        : names.some((name) => name.slice(name.indexOf(':') + 1) === credential.san),
    )
  }
}

/** Both are hashes, so their lengths and the time to compare them tell nothing. */
function isToken(authorization: string | null, sha256: string): boolean {
  const token = tokenIn(authorization ?? '')
  if (token === null) return false
  return timingSafeEqual(createHash('sha256').update(token).digest(), Buffer.from(sha256, 'hex'))
}

function tokenIn(authorization: string): string | null {
  const [, scheme = '', credential = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? []
  if (scheme === '') return null
  return scheme.toLowerCase() === 'basic' ? Buffer.from(credential, 'base64').toString() : credential
}
