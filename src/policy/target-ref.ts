/** How policies and routes name what they are about, whatever the dialect. */
import type { Labels, Tags } from './meta.ts'

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
