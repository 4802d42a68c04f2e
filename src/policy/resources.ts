/**
 * Kuma's resources as the policies need them, whatever form and dialect they were written in: plain data, complete, with nothing left to
 * defaults. `documents/` reads them, `matching/` and `lowering/` use them.
 */

/** Universal writes `name` and `mesh` at the top; Kubernetes writes `metadata`, and `mesh` beside it or as the label kuma.io/mesh. */
export interface Meta {
  /** As written, without the namespace. */
  readonly name: string
  /** The label kuma.io/display-name, else `name`: what orderings compare. */
  readonly displayName: string
  /** `metadata.namespace`; else the label k8s.kuma.io/namespace; null: none. */
  readonly namespace: string | null
  readonly mesh: string
  readonly labels: Labels
  /** Milliseconds since the epoch; null: not told. */
  readonly createdAtMs: number | null
  readonly form: 'universal' | 'kubernetes'
  /** Where the document stands, for messages. */
  readonly source: { readonly file: string; readonly index: number }
}

export type Labels = Readonly<Record<string, string>>
export type Tags = Readonly<Record<string, string>>

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

export type TargetKind =
  | 'Mesh'
  | 'Dataplane'
  | 'MeshSubset'
  | 'MeshGateway'
  | 'MeshService'
  | 'MeshExternalService'
  | 'MeshMultiZoneService'
  | 'MeshServiceSubset'
  | 'MeshHTTPRoute'
  /** Only valid in 2.2, where it selects nothing. */
  | 'MeshGatewayRoute'

/** Absent members are null, or empty where empty means the same. */
export interface TargetRef {
  readonly kind: TargetKind
  readonly name: string | null
  /** Null: the policy's own. */
  readonly namespace: string | null
  readonly labels: Labels
  readonly sectionName: string | null
  readonly tags: Tags
  /** Empty: both. */
  readonly proxyTypes: readonly ('Sidecar' | 'Gateway')[]
}

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

// ------------------------------------------------------------------------------------------------------------------- inventory

export interface Mesh {
  readonly kind: 'Mesh'
  readonly meta: Meta
}

/** One proxy. */
export interface Dataplane {
  readonly kind: 'Dataplane'
  readonly meta: Meta
  readonly networking: {
    readonly address: string
    readonly advertisedAddress: string | null
    readonly inbounds: readonly Inbound[]
    readonly outbounds: readonly Outbound[]
    readonly gateway: { readonly type: 'BUILTIN' | 'DELEGATED'; readonly tags: Tags } | null
    readonly zoneListeners: readonly ZoneListener[]
    readonly transparentProxying: TransparentProxying | null
  }
}

export interface Inbound {
  /** Null: the port is its name. */
  readonly name: string | null
  readonly address: string
  readonly port: number
  readonly servicePort: number
  /** `protocol`, else the tag kuma.io/protocol, in lower case; null: neither. */
  readonly protocol: string | null
  readonly tags: Tags
  readonly state: 'Ready' | 'NotReady' | 'Ignored'
}

export interface Outbound {
  readonly address: string
  readonly port: number
  /** The legacy destination; empty with a `backendRef`. `kuma.io/service` may have been written as `service`. */
  readonly tags: Tags
  readonly backendRef: BackendRef | null
}

export interface BackendRef {
  readonly kind: 'MeshService' | 'MeshMultiZoneService' | 'MeshExternalService'
  readonly name: string | null
  readonly namespace: string | null
  readonly labels: Labels
  readonly port: number | null
}

export interface ZoneListener {
  readonly type: 'ZoneIngress' | 'ZoneEgress'
  /** Null: the port is its name. */
  readonly name: string | null
  readonly address: string
  readonly port: number
}

export interface TransparentProxying {
  readonly redirectPortInbound: number
  readonly redirectPortOutbound: number
  readonly ipFamilyMode: 'IPv4' | 'DualStack'
  /** Services that are also reached at the addresses of their instances; `*`: all. */
  readonly directAccessServices: readonly string[]
}

export interface ServicePort {
  readonly port: number
  /** Null: the port number is its name. */
  readonly name: string | null
  /** Lower case; `tcp` when not told. */
  readonly appProtocol: string
}

export interface MeshService {
  readonly kind: 'MeshService'
  readonly meta: Meta
  readonly ports: readonly ServicePort[]
  /** Of `status.vips`. */
  readonly vips: readonly string[]
}

export interface MeshMultiZoneService {
  readonly kind: 'MeshMultiZoneService'
  readonly meta: Meta
  readonly ports: readonly ServicePort[]
  readonly vips: readonly string[]
}

export interface MeshExternalService {
  readonly kind: 'MeshExternalService'
  readonly meta: Meta
  /** Of `spec.match`: one port. */
  readonly ports: readonly ServicePort[]
  readonly vips: readonly string[]
}

/** Only who it is counts here: policies name it, entries carry it as their route name. */
export interface MeshHTTPRoute {
  readonly kind: 'MeshHTTPRoute'
  readonly meta: Meta
  /** How many rules it has, over all of `spec.to`. */
  readonly ruleCount: number
}

/** Of a builtin gateway. */
export interface MeshGateway {
  readonly kind: 'MeshGateway'
  readonly meta: Meta
  /** Each a set of tags that a gateway proxy must have. */
  readonly selectors: readonly Tags[]
  readonly tags: Tags
  readonly listeners: readonly GatewayListener[]
}

export interface GatewayListener {
  readonly port: number
  /** Upper case, as Kuma has it: HTTP, HTTPS, TCP, TLS. */
  readonly protocol: string
  readonly hostname: string | null
  readonly tags: Tags
}

export interface ExternalService {
  readonly kind: 'ExternalService'
  readonly meta: Meta
  readonly tags: Tags
  /** `host:port`. */
  readonly address: string
}

export interface MeshOpenTelemetryBackend {
  readonly kind: 'MeshOpenTelemetryBackend'
  readonly meta: Meta
  /** Null: the node's own collector. */
  readonly address: string | null
  readonly port: number
  /** Only with http; `/v1/logs` is appended. Empty: none. */
  readonly path: string
  readonly protocol: 'grpc' | 'http'
}
