/** What `audit explain` answers. The names are an interface to other programs. */
import type { ClusterSettings } from '../audit/kkp/cluster-settings.ts'
import type { AuditLogging } from '../audit/kkp/kkp.ts'
import type { AuditBackend, AuditConfig, AuditSource } from '../config/audit-config.ts'

export interface AuditExplanation {
  readonly stateDir: string
  readonly whenUnavailable: AuditConfig['whenUnavailable']
  readonly minFreeBytes: number
  readonly seal: AuditConfig['seal']
  readonly redact: AuditConfig['redact']
  readonly sources: readonly SourceExplanation[]
}

export interface SourceExplanation {
  readonly source: string
  readonly kind: AuditSource['kind']
  /** What records are POSTed to. */
  readonly door: string
  /** The method that takes them at `listen.grpc`, `package.Service/Method`; null: they cannot be sent there. */
  readonly method: string | null
  readonly follow: string | null
  /** What is kept of that which comes: nothing, what is selected, what the policy keeps, all of it. */
  readonly records: 'nothing' | 'selected' | 'by policy' | 'everything'
  readonly destinations: readonly DestinationExplanation[]
  /** Of a mesh. */
  readonly accessAudits?: readonly { readonly name: string; readonly file: string; readonly rules: number }[]
  readonly skipDefaultTypes?: readonly string[]
  /** Of Kubernetes; null: there is none. */
  readonly policy?: PolicyExplanation | null
  /** Of a cluster of KKP. */
  readonly kkp?: KkpExplanation
  /** In sentences. */
  readonly why: readonly string[]
  /** What of the documents cannot be used. */
  readonly problems: readonly string[]
}

export interface DestinationExplanation {
  readonly name: string
  readonly type: AuditBackend['type'] | 'Webhook'
  /** A path, an address, an endpoint, a kubeconfig. */
  readonly place: string
  /** Whether a record is answered for when this destination has it. */
  readonly durable: boolean
  /** Of a file that is rotated. */
  readonly rotation?: { readonly maxBytes: number; readonly maxRetainedFiles: number; readonly maxAgeDays: number }
}

export interface PolicyExplanation {
  readonly from: 'file' | 'configMap' | 'preset'
  /** A path, the name of the ConfigMap, of the preset. */
  readonly name: string
  /** Null: it cannot be read. */
  readonly rules: number | null
}

export interface KkpExplanation extends Pick<ClusterSettings, 'cluster' | 'generation' | 'datacenter' | 'seed'> {
  readonly sidecar: boolean
  readonly webhook: ClusterSettings['webhook']
  /** The webhook's Secret is there, so that events are sent to it from here. */
  readonly exports: boolean
  /** Null: there is no block, or nobody knows. */
  readonly auditLogging: AuditLogging | null
}

/** What one kind of source adds. */
export type SourceFindings = Omit<SourceExplanation, 'source' | 'kind' | 'door' | 'method' | 'follow' | 'destinations'>
