/**
 * What policies are about: proxies, services, routes, gateways, exporters. The policies themselves, and what all resources have, are in
 * `resources.ts`.
 */
import type { Labels, Meta, Tags } from './meta.ts'
import type { TargetRef } from './target-ref.ts'

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
  /** Whose requests it routes, of `spec.to`; absent: not told, so anyone's. */
  readonly destinations?: readonly TargetRef[]
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
