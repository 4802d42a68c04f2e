/** What the sources of audit records and those who may reach them ask of each other: names, doors, and a place that keeps what it takes. */
import { didYouMean } from '../did-you-mean.ts'
import type { AccessEntry, AuditBackend, AuditConfig, AuditSource } from './audit-config.ts'
import type { AuditDocument } from './audit-schema.ts'
import type { Config } from './config.ts'
import { standardStreams } from './conflicts.ts'
import type { Findings } from './findings.ts'
import { show } from './scalars.ts'

/** Each entry is one credential with what it may do. `names`: of the sources. */
export function lowerAccess(
  entries: AuditDocument['access'],
  { names, listen }: { readonly names: readonly string[]; readonly listen: Config['listen'] },
  findings: Findings,
): AccessEntry[] {
  return entries.flatMap(({ roles, sources, tokenSha256, clientCert }, i): AccessEntry[] => {
    const path = `audit.access[${i}]`
    sources?.forEach((name, j) => {
      if (names.includes(name)) return
      const message = `${show(name)} is not the name of a source.${didYouMean(name, names)}`
      findings.fault('unknown_source', `${path}.sources[${j}]`, message)
    })
    if (tokenSha256 !== undefined && clientCert !== undefined) {
      findings.fault('conflict', `${path}.clientCert`, 'stands beside tokenSha256; an entry is one credential.')
    }
    const common = { roles, sources: sources ?? null }
    if (tokenSha256 !== undefined) return [{ ...common, credential: { kind: 'token', sha256: tokenSha256 } }]
    if (clientCert === undefined) {
      findings.fault('missing', path, 'needs a credential: tokenSha256 or clientCert.')
      return []
    }
    if (!asksForCertificates(listen)) {
      const message = 'is never shown: neither listen.http nor listen.grpc has a tls.clientCa to ask for certificates.'
      findings.warning('unused', `${path}.clientCert`, message)
    }
    return [{ ...common, credential: { kind: 'clientCert', san: clientCert } }]
  })
}

/** That there are any, that their names are theirs alone, and that something can come from each. */
export function checkSources({ sources }: AuditConfig, listen: Config['listen'], findings: Findings): void {
  if (sources.length === 0) {
    findings.warning('unused', 'audit', 'names no source under mesh or kubernetes, so its doors take nothing.')
  }
  refuseNamesakes(sources, findings)
  for (const { kind, follow, path } of sources) {
    if (listen.http !== null || follow !== null) continue
    if (kind === 'kubernetes') {
      findings.fault('unreachable', path, 'has no `follow`, and listen.http is off: no event can come.')
    } else findings.warning('unused', path, 'has no `follow`, and listen.http is off: only gRPC can bring records.')
  }
}

function asksForCertificates({ http, grpc }: Config['listen']): boolean {
  return [...grpc, ...(http ? [http] : [])].some(({ tls }) => tls?.clientCa)
}

function refuseNamesakes(sources: readonly AuditSource[], findings: Findings): void {
  const firstOf = new Map<string, string>()
  for (const { source, path } of sources) {
    const first = firstOf.get(source)
    if (first === undefined) firstOf.set(source, path)
    else findings.fault('duplicate', `${path}.source`, `${show(source)} is already the name of ${first}.`)
  }
}

/**
 * A record is answered for once it is kept: in a file, or in a spool. Who follows a file has nobody to answer to, and finds its place again.
 */
export function checkKeeping({ sources, backends }: AuditConfig, findings: Findings): void {
  const shared = backends.some(keeps)
  for (const source of sources) {
    if (shared || source.follow !== null || source.files.some(keeps)) continue
    if (source.kind === 'kubernetes' && source.webhook) continue
    findings.fault(
      'not_durable',
      source.path,
      'has neither `follow` nor a destination that keeps what it takes, so nothing could be promised to who sends.\n' +
        'Give it a file, or audit.backends one, or a backend with a spool.',
    )
  }
}

/** What a terminal or a pipe takes is kept by nobody. */
function keeps(backend: AuditBackend): boolean {
  if (backend.spool !== null) return true
  return backend.type === 'File' && !standardStreams.includes(backend.file.path)
}
