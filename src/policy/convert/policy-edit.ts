/** One MeshAccessLog while it is being converted: its tree, the version it is to fit, and what the other documents tell about it. */
import { isMap, type Node, type YAMLMap } from 'yaml'
import type { KumaVersion } from '../kuma-version.ts'
import type { ChangeLog } from './change.ts'
import { elements, keysOf, member, textOf } from './tree.ts'

export interface PolicyEdit {
  readonly root: YAMLMap
  readonly version: KumaVersion
  readonly log: ChangeLog
  readonly form: 'universal' | 'kubernetes'
  readonly mesh: string
  /** `metadata.namespace`; null in Universal form. */
  readonly namespace: string | null
  /** Where the control plane lives: resources that are not a team's go there. */
  readonly systemNamespaces: readonly string[]
  readonly surroundings: Surroundings
}

/** What all the files together tell. */
export interface Surroundings {
  /** The name of a MeshService's port; null: nobody says. */
  portName(service: string, namespace: string, port: number): string | null
  /** Asks for a MeshOpenTelemetryBackend and answers the labels by which it is found. */
  backendFor(edit: PolicyEdit, endpoint: CollectorEndpoint): Readonly<Record<string, string>>
  /** A name that no policy of the files has, made of this one. */
  freeName(wanted: string): string
}

export interface CollectorEndpoint {
  readonly address: string
  readonly port: number
  readonly protocol: 'grpc' | 'http'
  /** Empty, or without the `/v1/logs` that is appended anyway. */
  readonly path: string
}

const sections = ['to', 'from', 'rules'] as const

export interface PlacedNode {
  readonly node: Node
  /** As Kuma writes it: `spec.to[0].default.backends[1]`. */
  readonly path: string
}

/** Every backend of every item of `to`, `from` and `rules`. */
export function backendsOf({ root }: PolicyEdit): (PlacedNode & { readonly node: YAMLMap })[] {
  return sections.flatMap((section) =>
    elements(member(root, 'spec', section)).flatMap((item, i) =>
      elements(member(item, 'default', 'backends')).flatMap((node, j) =>
        isMap(node) ? [{ node, path: `spec.${section}[${i}].default.backends[${j}]` }] : [],
      ),
    ),
  )
}

/** The name of a policy, as written. */
export function nameOf(root: YAMLMap): string {
  return textOf(member(root, 'metadata', 'name')) ?? textOf(member(root, 'name')) ?? ''
}

export function has({ root }: PolicyEdit, section: (typeof sections)[number]): boolean {
  return keysOf(member(root, 'spec')).includes(section)
}
