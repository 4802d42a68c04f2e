/**
 * Where the log records of a policy go: to its `endpoint`, or to the MeshOpenTelemetryBackend that its `backendRef` names by labels. The
 * environment variables by which Kuma's own exporter can be led elsewhere (`spec.env`) are not obeyed: they are a proxy's, not the sink's.
 */
import type { KumaValues, OtlpEndpoint } from '../../config/config.ts'
import { parseOtlpEndpoint } from '../../config/otlp-endpoint.ts'
import type { Parsed } from '../../config/scalars.ts'
import type { Labels, MeshOpenTelemetryBackend, PolicyOpenTelemetry } from '../resources.ts'
import { bracketed, fillAddress } from './hosts.ts'

/** A fault continues the place of the member that `at` names. */
export type OtlpDestination =
  | { readonly endpoint: OtlpEndpoint; readonly at: Member }
  | { readonly fault: string; readonly at: Member }
  /** The reference leads nowhere, which Kuma passes over. Continues the place of `backendRef`. */
  | { readonly skipped: string }
type Member = 'endpoint' | 'backendRef'

export interface DestinationOptions {
  /** Those of the mesh and zone. */
  readonly otelBackends: readonly MeshOpenTelemetryBackend[]
  readonly outside: { readonly variables: Readonly<Record<string, string | undefined>> }
}

/** `openTelemetry` has one of the two; with both, or none, validation has refused it. */
export function findDestination(
  { endpoint, backendRef }: Pick<PolicyOpenTelemetry, 'endpoint' | 'backendRef'>,
  values: KumaValues,
  { otelBackends, outside }: DestinationOptions,
): OtlpDestination {
  if (backendRef === null) return { ...parsed(fillEndpoint(endpoint ?? '', values)), at: 'endpoint' }
  const found = findBackend(backendRef, otelBackends)
  if (found === null) {
    const labels = Object.entries(backendRef).map(([key, value]) => `${key}: ${value}`)
    return { skipped: `leads nowhere: no MeshOpenTelemetryBackend has the labels ${labels.join(', ')}.` }
  }
  // Kuma's proxies ask their own node for a collector.
  const host = found.address ?? outside.variables['HOST_IP'] ?? '127.0.0.1'
  return { ...parsed(parseOtlpEndpoint(urlOf(found, host))), at: 'backendRef' }
}

const parsed = (endpoint: Parsed<OtlpEndpoint>) =>
  'value' in endpoint ? { endpoint: endpoint.value } : { fault: endpoint.fault }

function fillEndpoint(text: string, values: KumaValues): Parsed<OtlpEndpoint> {
  const filled = fillAddress(text, values)
  return 'value' in filled ? parseOtlpEndpoint(filled.value) : filled
}

/** OTLP over HTTP on the port of HTTPS is meant to be just that. */
function urlOf({ protocol, port, path }: MeshOpenTelemetryBackend, host: string): string {
  const authority = `${bracketed(host)}:${port}`
  if (protocol === 'grpc') return `grpc://${authority}`
  return `${port === 443 ? 'https' : 'http'}://${authority}${path.replace(/\/+$/, '')}/v1/logs`
}

/** It has all of the labels. Of several the oldest; one of unknown age is younger than all others. No labels name no backend. */
function findBackend(wanted: Labels, all: readonly MeshOpenTelemetryBackend[]): MeshOpenTelemetryBackend | null {
  const labels = Object.entries(wanted)
  if (labels.length === 0) return null
  const fits = ({ meta }: MeshOpenTelemetryBackend) => labels.every(([key, value]) => meta.labels[key] === value)
  const age = ({ meta }: MeshOpenTelemetryBackend) => meta.createdAtMs ?? Number.MAX_SAFE_INTEGER
  const byAge = (a: MeshOpenTelemetryBackend, b: MeshOpenTelemetryBackend) =>
    age(a) - age(b) || (a.meta.name < b.meta.name ? -1 : 1)
  return all.filter(fits).sort(byAge)[0] ?? null
}
