/**
 * Kuma's resources as the policies need them, whatever form and dialect they were written in: plain data, complete, with nothing left to
 * defaults. `documents/` reads them, `matching/` and `lowering/` use them. Here are the policies; what they are about is in
 * `inventory-resources.ts`.
 */

import type {
  Dataplane,
  ExternalService,
  Mesh,
  MeshExternalService,
  MeshGateway,
  MeshHTTPRoute,
  MeshMultiZoneService,
  MeshOpenTelemetryBackend,
  MeshService,
} from './inventory-resources.ts'
import type { Labels, Meta } from './meta.ts'
import type { TargetRef } from './target-ref.ts'

export type {
  BackendRef,
  Dataplane,
  ExternalService,
  GatewayListener,
  Inbound,
  Mesh,
  MeshExternalService,
  MeshGateway,
  MeshHTTPRoute,
  MeshMultiZoneService,
  MeshOpenTelemetryBackend,
  MeshService,
  Outbound,
  ServicePort,
  TransparentProxying,
  ZoneListener,
} from './inventory-resources.ts'
export type { Labels, Meta, Tags } from './meta.ts'
export type { TargetKind, TargetRef } from './target-ref.ts'

export type Resource =
  | MeshAccessLog
  | Dataplane
  | Mesh
  | MeshService
  | MeshMultiZoneService
  | MeshExternalService
  | MeshHTTPRoute
  | MeshGateway
  | ExternalService
  | MeshOpenTelemetryBackend

export type ResourceKind = Resource['kind']

// ---------------------------------------------------------------------------------------------------------------- MeshAccessLog

export interface MeshAccessLog {
  readonly kind: 'MeshAccessLog'
  readonly meta: Meta
  /** As Kuma's control plane would compute it; always `system` in Universal form unless the label says otherwise. */
  readonly role: PolicyRole
  /** Absent in the document: `{ kind: 'Mesh' }`. */
  readonly targetRef: TargetRef
  readonly to: readonly TargetedItem[]
  readonly from: readonly TargetedItem[]
  readonly rules: readonly RuleItem[]
}

export type PolicyRole = 'system' | 'producer' | 'consumer' | 'workload-owner'

/** One element of `to` or `from`. */
export interface TargetedItem {
  readonly targetRef: TargetRef
  /** Empty: log nowhere, which is not the same as no item. */
  readonly backends: readonly PolicyBackend[]
}

/** One element of `rules`. Without matches it takes everything. */
export interface RuleItem {
  readonly matches: readonly RuleMatch[]
  readonly backends: readonly PolicyBackend[]
}

/** Both must hold when both are given. */
export interface RuleMatch {
  readonly spiffeID: { readonly type: 'Exact' | 'Prefix'; readonly value: string } | null
  readonly sni: { readonly type: 'Exact'; readonly value: string } | null
}

/** `path`: its place in the document, as Kuma writes it: `spec.to[0].default.backends[1]`. */
export type PolicyBackend =
  | { readonly type: 'File'; readonly path: string; readonly file: { path: string; format: PolicyFormat | null } }
  | { readonly type: 'Tcp'; readonly path: string; readonly tcp: { address: string; format: PolicyFormat | null } }
  | { readonly type: 'OpenTelemetry'; readonly path: string; readonly openTelemetry: PolicyOpenTelemetry }

export interface PolicyFormat {
  readonly type: 'Plain' | 'Json'
  /** Empty unless Plain; without the line end that is appended. */
  readonly plain: string
  /** Empty unless Json; in the order of the document, repeated keys and all. */
  readonly json: readonly Pair[]
  readonly omitEmptyValues: boolean
}

export interface Pair {
  readonly key: string
  readonly value: string
}

export interface PolicyOpenTelemetry {
  /** As written; null: `backendRef` names the destination. */
  readonly endpoint: string | null
  /** Labels that a MeshOpenTelemetryBackend must have, all of them. */
  readonly backendRef: Labels | null
  readonly attributes: readonly Pair[]
  /** As written: a text, or an AnyValue in OTLP's JSON; undefined: the default. */
  readonly body: unknown
}
