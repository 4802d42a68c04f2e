/** Kuma's resource identifiers: `kri_<short>_<mesh>_<zone>_<namespace>_<name>_<section>`, where a part may be empty. */
import type { Meta } from '../../../src/policy/resources.ts'
import { zoneOf } from './selection.ts'

/** `name`: where it is not the resource itself that is named, but one beside it, such as its workload. */
export function kriOf(short: string, meta: Meta, { name = meta.displayName, section = '' } = {}): string {
  return ['kri', short, meta.mesh, zoneOf(meta), meta.namespace ?? '', name, section].join('_')
}

/** The identifier without its section, which may be of several words: `rule_0`. No other part holds an underscore. */
export function withoutSection(kri: string): string {
  return `${kri.split('_').slice(0, 6).join('_')}_`
}
