/**
 * KRIs: the names that Kuma gives its resources where a single text must say everything:
 *
 *     kri_<kind>_<mesh>_<zone>_<namespace>_<name>_<section>      what is not there stays empty
 */
import type { Meta } from '../resources.ts'

const shortNames = {
  Dataplane: 'dp',
  MeshExternalService: 'extsvc',
  MeshHTTPRoute: 'mhttpr',
  MeshMultiZoneService: 'mzsvc',
  MeshService: 'msvc',
  Workload: 'wl',
} as const

export type KriKind = keyof typeof shortNames

/** `section`: of an inbound, a port or a rule. */
export function kriOf(kind: KriKind, meta: Meta, section = ''): string {
  return join(kind, meta, meta.displayName, section)
}

/** Of the workload that a proxy belongs to: no document of its own, only a label. Empty: it belongs to none. */
export function workloadKri(dataplane: Meta): string {
  const workload = dataplane.labels['kuma.io/workload']
  return workload ? join('Workload', dataplane, workload, '') : ''
}

function join(kind: KriKind, { mesh, labels, namespace }: Meta, name: string, section: string): string {
  return ['kri', shortNames[kind], mesh, labels['kuma.io/zone'] ?? '', namespace ?? '', name, section].join('_')
}

/** Whether a route name is this MeshHTTPRoute, or one of its rules; `kri` is the route's, without a section. */
export function isOfRoute(routeName: string, kri: string): boolean {
  return routeName.startsWith(kri) && /^(rule_?\d+)?$/.test(routeName.slice(kri.length))
}

/** The name within a KRI; null: it is none. */
export function nameInKri(text: string): string | null {
  const [start, , , , , name] = text.split('_')
  return start === 'kri' && name ? name : null
}
