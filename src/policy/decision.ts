/**
 * What the policies say about one proxy: for each of its listeners the backends that its entries go to, under which conditions, and the
 * values of the KUMA_* operators there. Made by `matching/`; shown by `policy inspect`; carried out by the running sink.
 */
import type { KumaValues } from '../config/config.ts'
import type { Dataplane, MeshAccessLog, PolicyBackend } from './resources.ts'

/** Everything that is said about one proxy. */
export interface ProxyDecision {
  readonly dataplane: Dataplane
  /** In the order of their precedence, the weakest first. */
  readonly policies: readonly MeshAccessLog[]
  readonly listeners: readonly ListenerDecision[]
  /** What is odd or will surprise: sentences, each naming its policy. */
  readonly warnings: readonly string[]
}

export type ListenerKind =
  | 'inbound'
  | 'outbound'
  /** Outbound to what is not in the mesh, through a transparent proxy. */
  | 'passthrough'
  /** Inbound that no inbound names; never logged. */
  | 'inboundPassthrough'
  /** Outbound to an instance of a service at its own address. */
  | 'directAccess'
  | 'gateway'
  | 'zoneIngress'
  | 'zoneEgress'

export interface ListenerDecision {
  /**
   * `inbound:192.168.0.7:8080`, `outbound:127.0.0.1:10001`, `outbound:passthrough:ipv4`: as Kuma names the listener. Unique in the proxy,
   * but for a gateway's listener that logs in both directions.
   */
  readonly name: string
  readonly kind: ListenerKind
  /** `192.168.0.7:8080`; IPv6 without brackets, as Kuma prints it: `:::15001`. */
  readonly address: string
  readonly host: string
  readonly port: number
  /** Of `policy inspect`; a gateway's listener is listed twice when it logs in both directions. */
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED'
  /** Which of Kuma's default formats holds here. */
  readonly protocol: 'http' | 'tcp'
  /** Of the KUMA_* operators; what is empty or unknown in Kuma is '' here. */
  readonly values: KumaValues
  /** Each one that holds logs to all its backends, in this order. */
  readonly rules: readonly DecidedRule[]
}

export interface DecidedRule {
  readonly when: Condition
  readonly backends: readonly DecidedBackend[]
  /** Which element of which policies decided, in words: `shop/to[0], over all/to[0]`. */
  readonly why: string
}

export interface DecidedBackend {
  readonly backend: PolicyBackend
  readonly policy: MeshAccessLog
}

/** When a rule applies to an entry of the listener. */
export type Condition =
  | { readonly kind: 'always' }
  /**
   * The connection's peer and server name. A plaintext connection has neither. `spiffeID` compares with each URI of the peer's certificate.
   */
  | {
      readonly kind: 'connection'
      readonly spiffeID: { readonly type: 'Exact' | 'Prefix'; readonly value: string } | null
      readonly sni: string | null
    }
  /** The request was routed by this MeshHTTPRoute: its KRI, `kri_mhttpr_…_`, the section left empty or `rule_N`. */
  | { readonly kind: 'route'; readonly kri: string }
  /** By none of these. */
  | { readonly kind: 'otherRoute'; readonly kris: readonly string[] }
  /** On a builtin gateway: the upstream cluster is one of this service. */
  | { readonly kind: 'upstreamService'; readonly service: string }
  /** Of none of these. */
  | { readonly kind: 'otherUpstreamService'; readonly services: readonly string[] }

/** What of an entry its decision depends on; texts that are absent are empty. */
export interface EntryFacts {
  readonly kind: 'http' | 'tcp'
  /** `host:port` of the downstream connection's own end; IPv6 in brackets. */
  readonly localAddress: string
  readonly upstreamCluster: string
  readonly routeName: string
  readonly sni: string
  /** URIs of the peer's certificate. */
  readonly peerUris: readonly string[]
  /** Of the custom tags `kuma.mesh`, `kuma.source_service`, … by their names behind `kuma.`; those the entry does not carry are missing. */
  readonly tags: Readonly<Record<string, string>>
}
