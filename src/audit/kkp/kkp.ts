/** The objects of KKP that say whether and how a user cluster's requests are audited, with no more of them than that takes. */

/** `policyPreset`. The empty one is null: the ConfigMap is the cluster administrator's. */
export const policyPresets = ['metadata', 'recommended', 'minimal'] as const
export type PolicyPreset = (typeof policyPresets)[number]

/** `spec.auditLogging` of a Cluster or a Seed. */
export interface AuditLogging {
  /** The log backend, and the sidecar that ships its file. */
  readonly enabled: boolean
  readonly policyPreset: PolicyPreset | null
  /** As it stands there: resources, variables and the configuration of fluent-bit. Null: none. */
  readonly sidecar: unknown
  readonly webhookBackend: WebhookSettings | null
}

export interface WebhookSettings {
  /** The secret that holds the kubeconfig, at `webhook.yaml`. */
  readonly name: string
  readonly namespace: string
  /** As written: `10s`. Null: KKP's own. */
  readonly initialBackoff: string | null
}

export interface KkpCluster {
  readonly kind: 'Cluster'
  readonly id: string
  /** `spec.cloud.dc`; null: it does not say. */
  readonly datacenter: string | null
  /** Whether its annotation takes it out of what the datacenter enforces. */
  readonly isOptedOut: boolean
  /** Whether KKP's controllers leave it alone: it is paused, or being deleted. */
  readonly isLeftAlone: boolean
  readonly auditLogging: AuditLogging | null
}

export interface KkpDatacenter {
  readonly enforceAuditLogging: boolean
  readonly enforcedAuditWebhookSettings: WebhookSettings | null
}

export interface KkpSeed {
  readonly kind: 'Seed'
  readonly name: string
  readonly auditLogging: AuditLogging | null
  readonly datacenters: ReadonlyMap<string, KkpDatacenter>
}

/** `audit-config`. */
export interface KkpConfigMap {
  readonly kind: 'ConfigMap'
  readonly name: string
  /** `cluster-<id>`; null: it does not say. */
  readonly namespace: string | null
  /** The text at `policy.yaml`; null: there is none. */
  readonly policy: string | null
}

/** The one that `auditWebhookConfig` names; any other says nothing here. */
export interface KkpSecret {
  readonly kind: 'Secret'
  readonly name: string
  /** Null: it does not say. */
  readonly namespace: string | null
  /** The kubeconfig at `webhook.yaml`; null: there is none. */
  readonly webhook: string | null
}

export type KkpDocument = KkpCluster | KkpSeed | KkpConfigMap | KkpSecret
