/**
 * The shape of a configuration after validation: complete, frozen, in the units the program uses. Nothing is optional from here
 * on; defaults live in `schema.ts`. Other rooms do not import these types: they declare options of their own that match by shape.
 */
import type { AuditConfig } from './audit-config.ts'
import type { Address, Backend } from './backend-config.ts'
import type { KumaVersion } from './kuma-version.ts'

export type {
  Address,
  Backend,
  BackendCommon,
  FileBackend,
  Format,
  OpenTelemetryBackend,
  OtlpEndpoint,
  Preset,
  QueueConfig,
  SpoolConfig,
  TcpAddress,
  TcpBackend,
  TlsConfig,
  WhenFull,
} from './backend-config.ts'

/** A place to listen. `tls` is null for plain traffic; that this is safe, or was asked for, has been checked. */
export type Listener = Address & { readonly tls: ListenTls | null }

/** Names of PEM files, to be read by whoever listens. With `clientCa` clients must show a certificate that it signed. */
export interface ListenTls {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | null
}

/** Globs: `*` stands for any characters. */
export interface Match {
  readonly entries: 'all' | 'http' | 'tcp'
  readonly logName: string
  readonly nodeId: string
  readonly nodeCluster: string
}

export interface PipelineConfig {
  readonly name: string
  readonly match: Match
  readonly backends: readonly Backend[]
}

export type KumaName =
  | 'mesh'
  | 'zone'
  | 'workload'
  | 'sourceAddress'
  | 'sourceService'
  | 'destinationService'
  | 'trafficDirection'

/** Values of the `KUMA_*` operators where nothing else supplies them: a map of those that are given. */
export type KumaValues = Readonly<Partial<Record<KumaName, string>>>

/** How Kuma's policies are read and carried out. */
export interface KumaConfig {
  readonly values: KumaValues
  /** By whose rules policies are read, matched and merged. */
  readonly version: KumaVersion
  /** Which kinds of target: all that the version accepts, or only those that its documentation lists. */
  readonly targetRefs: 'accepted' | 'documented'
  /** Kubernetes namespaces whose policies are the mesh operator's. */
  readonly systemNamespaces: readonly string[]
  readonly defaultFormat: 'documented' | 'kuma'
  /** Of policies' Json formats: numbers stay numbers, or all values are texts. */
  readonly jsonTypes: 'typed' | 'string'
  /** Of policies' Json formats: members in the order of their keys, not of the document. */
  readonly sortKeys: boolean
  /** Inbound, who the traffic comes from is what its peer says, not what Kuma prints. */
  readonly sourceFromPeer: boolean
  /** Behind a gateway, the destination is the service that was chosen, not `*`. */
  readonly resolveGatewayDestination: boolean
  /** For Tcp backends that say nothing else themselves. */
  readonly legacyDoubleNewline: boolean
  /** Log names of the form `address;format`, as proxies of old send them, are obeyed. */
  readonly legacyLogName: boolean
  /** Where policies may write. */
  readonly allow: {
    /** Absolute paths: of files, or of folders with all that is in them. */
    readonly paths: readonly string[]
    /** Globs for `host` or `host:port`. */
    readonly hosts: readonly string[]
  }
  /** Files and folders of this sink's own audit, where no policy may write whatever is allowed; where they lead. */
  readonly keptOut: readonly string[]
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

export interface Config {
  readonly listen: {
    readonly grpc: readonly Listener[]
    readonly http: Listener | null
  }
  readonly limits: {
    readonly memoryBytesMax: number
    readonly streamsMax: number
    readonly connectionsMax: number
    readonly messageBytesMax: number
  }
  /** Empty only beside policies. */
  readonly pipelines: readonly PipelineConfig[]
  /** IANA name; null: the process's own zone. */
  readonly timeZone: string | null
  /** Files, folders and globs that hold Kuma's documents; empty: no policies. */
  readonly policies: readonly string[]
  readonly kuma: KumaConfig
  /** Null: no audit; its doors answer 404. */
  readonly audit: AuditConfig | null
  readonly log: { readonly level: LogLevel }
  readonly shutdown: { readonly graceMs: number }
}
