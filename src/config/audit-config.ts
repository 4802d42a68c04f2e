/**
 * What the section `audit` comes to: who sends records, what of them is kept, where they go, and who may do what. As in `config.ts` nothing is
 * optional, and units stand in the names.
 */
import type { BackendCommon, FileBackend, OpenTelemetryBackend, SpoolConfig, TcpBackend } from './backend-config.ts'
import type { KkpGeneration } from './kkp-generation.ts'

/** Types that a control plane of Kong Mesh leaves out where a rule names none, as it is shipped. */
export const skipDefaultTypesDefault: readonly string[] = [
  'DataplaneInsight',
  'ZoneIngressInsight',
  'ZoneEgressInsight',
  'ZoneInsight',
  'ServiceInsight',
  'MeshInsight',
]

export interface AuditConfig {
  /** Spools, positions in followed files, keys, and resources that were put over HTTP. */
  readonly stateDir: string
  /** What senders are answered while nothing can be kept: to come again, or that all is well. */
  readonly whenUnavailable: 'refuse' | 'bestEffort'
  /** Room that is left free on the disks that are written. At the bound senders are answered as when nothing can be kept. */
  readonly minFreeBytes: number
  /** Null: audit files are not sealed. */
  readonly seal: SealConfig | null
  readonly redact: RedactConfig
  readonly access: readonly AccessEntry[]
  /** Mesh control planes first, each kind in the order of the document. Names are unique. */
  readonly sources: readonly AuditSource[]
  /** For the records of every source. */
  readonly backends: readonly AuditBackend[]
}

export interface SealConfig {
  /** The file of the signing key; null: `stateDir` has one, which is made when it is missing. */
  readonly keyFile: string | null
  readonly checkpointEveryMs: number
}

/** What is blanked before anything is written. */
export interface RedactConfig {
  readonly secrets: boolean
  readonly configMaps: boolean
  readonly tokens: boolean
}

export type AuditRole = 'write' | 'read' | 'administer'

export interface AccessEntry {
  readonly roles: readonly AuditRole[]
  /** Names of sources; null: of all. */
  readonly sources: readonly string[] | null
  readonly credential: TokenCredential | CertificateCredential
}

export interface TokenCredential {
  readonly kind: 'token'
  /** SHA-256 of the bearer token, as 64 lower-case hex digits. */
  readonly sha256: string
}

export interface CertificateCredential {
  readonly kind: 'clientCert'
  /** A subject alternative name of the client's certificate: a DNS name, a URI, an address, an IP. */
  readonly san: string
}

export type AuditSource = MeshSource | KubernetesSource

interface AuditSourceCommon {
  readonly source: string
  /** Place in the document: `audit.mesh[0]`. */
  readonly path: string
  /** A file that somebody else writes, to be read as it grows; null: records only come to the door. */
  readonly follow: string | null
  /** The source's own files. Never that which is followed. */
  readonly files: readonly AuditFileBackend[]
}

/** A control plane of Kong Mesh. */
export interface MeshSource extends AuditSourceCommon {
  readonly kind: 'mesh'
  /** Files, folders and globs that hold AccessAudits. */
  readonly accessAudits: readonly string[]
  readonly skipDefaultTypes: readonly string[]
}

/** A kube-apiserver. */
export interface KubernetesSource extends AuditSourceCommon {
  readonly kind: 'kubernetes'
  /** A Policy, or a ConfigMap that holds one; null: events are stored as they were sent. */
  readonly policyFile: string | null
  /** Null: nothing is exported as EventLists. */
  readonly webhook: WebhookBackend | null
  /** Null: it is no cluster of KKP. */
  readonly kkp: KkpConfig | null
}

export interface KkpConfig {
  readonly generation: KkpGeneration
  readonly documents: readonly string[]
  /** For the webhook that the documents may have: its kubeconfig is put into `configFile`. Null: the source has one of its own. */
  readonly webhook: WebhookBackend | null
}

/** Export as kube-apiserver's own webhook does it. */
export interface WebhookBackend extends Pick<BackendCommon, 'name' | 'path' | 'queue' | 'deadLetter'> {
  /** Its own, in `stateDir`: what waits for the receiver survives a crash. */
  readonly spool: SpoolConfig
  /** A kubeconfig. */
  readonly configFile: string
  /** Before the first attempt is repeated. */
  readonly initialBackoffMs: number
  readonly batchEventsMax: number
}

/** As a pipeline's, without a format: records are written as they are. */
export type AuditBackend = AuditFileBackend | AuditTcpBackend | AuditOpenTelemetryBackend

type AuditBackendCommon = Omit<BackendCommon, 'textSafety' | 'contentTypeListed'>

export interface AuditFileBackend extends AuditBackendCommon {
  readonly type: 'File'
  /** `fsync` is always. */
  readonly file: Omit<FileBackend['file'], 'format'>
}

export interface AuditTcpBackend extends AuditBackendCommon {
  readonly type: 'Tcp'
  readonly tcp: Pick<TcpBackend['tcp'], 'address' | 'tls'>
}

export interface AuditOpenTelemetryBackend extends AuditBackendCommon {
  readonly type: 'OpenTelemetry'
  readonly openTelemetry: Pick<
    OpenTelemetryBackend['openTelemetry'],
    'endpoint' | 'tls' | 'compression' | 'headers' | 'timeoutMs' | 'serviceName' | 'attributes'
  >
}
