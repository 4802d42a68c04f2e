/** A random mesh with its policies, the proxy that is asked about, and random entries of it: what the quick way and the slow one are compared on. */
import type fc from 'fast-check'
import type { EntryFacts } from '../../src/policy/decision.ts'
import type { KumaVersion } from '../../src/policy/kuma-version.ts'
import type { Dataplane, Resource } from '../../src/policy/resources.ts'
import { drawing } from './dice.ts'
import { drawEntry } from './mesh-entries.ts'
import { drawMesh } from './meshes.ts'
import { drawPolicies } from './policies.ts'

export interface MeshCase {
  readonly version: KumaVersion
  readonly resources: readonly Resource[]
  readonly proxy: Dataplane
  readonly entries: readonly EntryFacts[]
}

export function anyMeshCase(version: KumaVersion, entryCount: number): fc.Arbitrary<MeshCase> {
  return drawing((dice) => {
    const mesh = drawMesh(dice, version)
    const { services, routes, others, proxy, gateway } = mesh
    const policies = drawPolicies(dice, mesh)
    return {
      version,
      resources: [...services, ...routes, ...others, proxy, ...(gateway === null ? [] : [gateway]), ...policies],
      proxy,
      entries: Array.from({ length: entryCount }, () => drawEntry(dice, mesh)),
    }
  })
}
