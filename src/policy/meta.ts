/** What all of Kuma's resources have: who they are, and where. */

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
