/** What has changed from one look to the next: resources are compared by what they say, not by where it stands. */
import { isDeepStrictEqual } from 'node:util'
import type { Resource } from '../resources.ts'
import type { InForce } from './settle.ts'

/** Resources that say the same as before stay the same objects. */
export function keepEqual(inForce: readonly InForce[], previous: readonly InForce[]): InForce[] {
  const known = new Map(previous.map((each) => [each.key, each.resource]))
  return inForce.map((each) => {
    const before = known.get(each.key)
    return before && before !== each.resource && isDeepStrictEqual(before, each.resource)
      ? { ...each, resource: before }
      : each
  })
}

/** Whether nothing has changed but where it stands in its file. */
export function isSame(a: InForce, b: InForce): boolean {
  return a.resource === b.resource || isDeepStrictEqual(withoutPlace(a.resource), withoutPlace(b.resource))
}

function withoutPlace(resource: Resource): Resource {
  return { ...resource, meta: { ...resource.meta, source: { file: '', index: 0 } } }
}
