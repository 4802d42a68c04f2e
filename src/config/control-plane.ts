/**
 * The configuration of a control plane of Kong Mesh, judged as far as it is about audit: what this sink makes of it when it stands below
 * `audit.mesh[].kmesh`.
 */

import type { Fault } from '../errors.ts'
import type { Outside } from './data-source.ts'
import { members } from './formats.ts'
import { validate } from './validate.ts'

export interface ControlPlaneFindings {
  /** With paths of the document: `kmesh.access.audit.backends[0].type`. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

const source = 'audit.mesh[0].'

export function checkControlPlane(document: unknown, outside: Outside): ControlPlaneFindings {
  const { kmesh } = members(document)
  // All that is not about `kmesh` is this wrapping's.
  const { faults, warnings } = validate({ audit: { mesh: [{ source: 'control-plane', kmesh }] } }, outside)
  const own = (all: readonly Fault[]) =>
    all
      .filter(({ path }) => path.startsWith(`${source}kmesh`))
      .map((fault) => ({ ...fault, path: fault.path.slice(source.length) }))
  return { faults: own(faults), warnings: own(warnings) }
}
