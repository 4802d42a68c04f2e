/** Where to listen, as the program takes it; and whether it is safe to. */
import type { Config, Listener } from './config.ts'
import { checkAddresses } from './conflicts.ts'
import type { Findings } from './findings.ts'
import type { ListenerDocument } from './listen-schema.ts'
import { isLoopback } from './scalars.ts'

export function lowerListen(
  listen: { readonly grpc: readonly ListenerDocument[]; readonly http: ListenerDocument | null },
  findings: Findings,
): Config['listen'] {
  const { grpc, http } = listen
  for (const { insecure, path } of grpc) {
    if (insecure) findings.warning('unused', `${path}.insecure`, 'has no effect: gRPC may be plain beyond loopback.')
  }
  if (http && !http.tls && !http.insecure && !isLoopback(http.address)) {
    findings.fault(
      'unsafe',
      http.path,
      'is not a loopback address, and without TLS. Write { address, tls: { cert, key } }, or { address, insecure: true } if all who can reach it may.',
    )
  }
  const places = [...grpc, ...(http ? [http] : [])].map((document) => ({
    listener: lowerListener(document),
    path: document.path,
  }))
  checkAddresses(places, findings)
  return { grpc: grpc.map(lowerListener), http: http && lowerListener(http) }
}

function lowerListener({ address, tls }: ListenerDocument): Listener {
  return { ...address, tls: tls ? { cert: tls.cert, key: tls.key, clientCa: tls.clientCa ?? null } : null }
}
