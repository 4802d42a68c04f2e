/** What a policy or a route is about. */
import type { TargetKind, TargetRef } from '../resources.ts'
import type { Fields } from './fields.ts'

/** Without a kind it is the whole mesh, as without a targetRef. Members that the kind has no use for are not there. */
export function readTargetRef(ref: Fields): TargetRef {
  return {
    kind: (ref.text('kind') ?? 'Mesh') as TargetKind,
    name: ref.text('name'),
    namespace: ref.text('namespace'),
    labels: ref.texts('labels'),
    sectionName: ref.text('sectionName'),
    tags: ref.texts('tags'),
    proxyTypes: ref.words('proxyTypes').filter((type) => type === 'Sidecar' || type === 'Gateway'),
  }
}
