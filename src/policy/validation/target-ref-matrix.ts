/**
 * Which kinds a targetRef may name: the one table that validation, `check --kuma-version` and the documentation read. A row holds for
 * the versions from `since` to `until`, for one kind of proxy, and for one place of a policy.
 */
import { type KumaVersion, kumaVersions, since, until } from '../kuma-version.ts'
import type { TargetKind } from '../resources.ts'

export type ProxyKind = 'sidecar' | 'builtin' | 'delegated'

/** `to[top=MeshGateway]` stands in for `to` where the policy itself selects a MeshGateway. A rule has no targetRef. */
export type TargetRefPosition = 'top' | 'to' | 'to[top=MeshGateway]' | 'from' | 'rules'

/** `MeshGateway+tags`: with listener tags. */
export type MatrixKind = TargetKind | 'MeshGateway+tags'

export interface TargetRefRow {
  /** Both inclusive; null: no end is known. */
  readonly since: KumaVersion
  readonly until: KumaVersion | null
  readonly proxy: ProxyKind
  readonly position: TargetRefPosition
  /** What Kuma's user documentation lists. Null, in all three: the place has no targetRef. */
  readonly documented: readonly MatrixKind[] | null
  /** What its validator lets through. */
  readonly accepted: readonly MatrixKind[] | null
  /** What really makes such a proxy log. */
  readonly effective: readonly MatrixKind[] | null
}

type Kinds = string | null

/** The kinds are separated by blanks; null: no targetRef there. */
function row(
  versions: `${KumaVersion}-${KumaVersion}` | KumaVersion | `${KumaVersion}+`,
  proxy: ProxyKind,
  position: TargetRefPosition,
  [documented, accepted, effective]: readonly [Kinds, Kinds, Kinds],
): TargetRefRow {
  const [, first, last] = /^(\d+\.\d+(?:-dev)?)(?:-(\d+\.\d+)|\+)?$/.exec(versions)!
  const kinds = (text: Kinds) => (text === null ? null : (text.split(' ').filter(Boolean) as MatrixKind[]))
  return {
    since: first as KumaVersion,
    until: versions.endsWith('+') ? null : ((last ?? first) as KumaVersion),
    proxy,
    position,
    documented: kinds(documented),
    accepted: kinds(accepted),
    effective: kinds(effective),
  }
}

const noTargetRef = [null, null, null] as const
const all4 = 'Mesh MeshSubset MeshService MeshServiceSubset'
const all4Gateway = 'Mesh MeshSubset MeshGateway MeshService MeshServiceSubset'
const all4GatewayTags = 'Mesh MeshSubset MeshGateway MeshGateway+tags MeshService MeshServiceSubset'
const all5 = 'Mesh Dataplane MeshSubset MeshService MeshServiceSubset'
const all5Gateway = 'Mesh Dataplane MeshSubset MeshGateway MeshService MeshServiceSubset'
const gateway = 'Mesh MeshGateway MeshGateway+tags'
const services = 'Mesh MeshService'
const external = 'Mesh MeshService MeshExternalService'
const real = 'Mesh MeshService MeshExternalService MeshMultiZoneService'
const routes = 'Mesh MeshService MeshExternalService MeshMultiZoneService MeshHTTPRoute'

export const targetRefMatrix: readonly TargetRefRow[] = [
  row('2.2', 'sidecar', 'top', [all4, `${all4} MeshGatewayRoute`, all4]),
  row('2.3', 'sidecar', 'top', [all4, all4, all4]),
  row('2.4-2.8', 'sidecar', 'top', [all4, all4Gateway, all4]),
  row('2.9', 'sidecar', 'top', ['Mesh MeshSubset', all4Gateway, all4]),
  row('2.10-2.14', 'sidecar', 'top', ['Mesh Dataplane', all5Gateway, all5]),
  row('3.0-dev+', 'sidecar', 'top', ['Mesh Dataplane', 'Mesh Dataplane', 'Mesh Dataplane']),
  row('2.2-2.8', 'sidecar', 'to', [services, services, services]),
  row('2.9-2.10', 'sidecar', 'to', [external, real, real]),
  row('2.11-2.14', 'sidecar', 'to', [external, routes, routes]),
  row('3.0-dev+', 'sidecar', 'to', [external, routes, routes]),
  row('2.2-2.9', 'sidecar', 'from', ['Mesh', 'Mesh', 'Mesh']),
  row('2.10-2.14', 'sidecar', 'from', ['', 'Mesh', 'Mesh']),
  row('3.0-dev+', 'sidecar', 'from', ['', '', '']),
  row('2.10+', 'sidecar', 'rules', noTargetRef),
  row('2.2', 'builtin', 'top', [all4, `${all4} MeshGatewayRoute`, all4]),
  row('2.3', 'builtin', 'top', [all4, all4, all4]),
  row('2.4-2.5', 'builtin', 'top', ['Mesh MeshSubset MeshService', all4GatewayTags, all4Gateway]),
  row('2.6-2.9', 'builtin', 'top', [gateway, all4GatewayTags, all4GatewayTags]),
  row('2.10-2.14', 'builtin', 'top', [
    gateway,
    'Mesh Dataplane MeshSubset MeshGateway MeshGateway+tags MeshService MeshServiceSubset',
    all4GatewayTags,
  ]),
  row('3.0-dev+', 'builtin', 'top', ['', '', '']),
  row('2.2-2.8', 'builtin', 'to', [services, services, 'Mesh']),
  row('2.9-2.10', 'builtin', 'to', [services, real, 'Mesh']),
  row('2.11-2.14', 'builtin', 'to', [services, routes, 'Mesh']),
  row('2.9-2.14', 'builtin', 'to[top=MeshGateway]', [services, 'Mesh', 'Mesh']),
  row('2.2-2.3', 'builtin', 'from', ['Mesh', 'Mesh', '']),
  row('2.4-2.5', 'builtin', 'from', ['', 'Mesh', '']),
  row('2.6-2.14', 'builtin', 'from', ['Mesh', 'Mesh', 'Mesh']),
  row('2.10-2.14', 'builtin', 'rules', noTargetRef),
  row('2.2', 'delegated', 'top', [all4, `${all4} MeshGatewayRoute`, '']),
  row('2.3', 'delegated', 'top', [all4, all4, '']),
  row('2.4-2.5', 'delegated', 'top', ['', all4Gateway, '']),
  row('2.6-2.8', 'delegated', 'top', [all4, all4Gateway, all4]),
  row('2.9', 'delegated', 'top', ['Mesh MeshSubset', all4Gateway, all4]),
  row('2.10-2.14', 'delegated', 'top', ['Mesh MeshSubset', all5Gateway, all5]),
  row('3.0-dev+', 'delegated', 'top', ['Mesh Dataplane', 'Mesh Dataplane', 'Mesh Dataplane']),
  row('2.2-2.3', 'delegated', 'to', [services, services, '']),
  row('2.4-2.5', 'delegated', 'to', ['', services, '']),
  row('2.6-2.8', 'delegated', 'to', [services, services, services]),
  row('2.9-2.10', 'delegated', 'to', [external, real, real]),
  row('2.11-2.14', 'delegated', 'to', [external, routes, routes]),
  row('3.0-dev+', 'delegated', 'to', [external, routes, routes]),
  row('2.2-2.3', 'delegated', 'from', ['Mesh', 'Mesh', '']),
  row('2.4-2.14', 'delegated', 'from', ['', 'Mesh', '']),
  row('2.10+', 'delegated', 'rules', noTargetRef),
]

type Column = 'documented' | 'accepted' | 'effective'

const found = new Map<string, ReadonlySet<TargetKind>>()

/** All kinds of one column, over every proxy that `version` knows; `MeshGateway+tags` counts as MeshGateway. */
export function kindsFor(version: KumaVersion, position: TargetRefPosition, column: Column): ReadonlySet<TargetKind> {
  const question = `${version} ${position} ${column}`
  const kinds = found.get(question) ?? findKinds(version, position, column)
  found.set(question, kinds)
  return kinds
}

function findKinds(version: KumaVersion, position: TargetRefPosition, column: Column): ReadonlySet<TargetKind> {
  const rows = targetRefMatrix.filter((each) => each.position === position && holdsFor(each, version))
  return new Set(rows.flatMap((each) => each[column] ?? []).map((kind) => kind.replace('+tags', '') as TargetKind))
}

/** Whether the kinds of `to` are others where the policy selects a MeshGateway. */
export function hasGatewayRows(version: KumaVersion): boolean {
  return targetRefMatrix.some((each) => each.position === 'to[top=MeshGateway]' && holdsFor(each, version))
}

function holdsFor(each: TargetRefRow, version: KumaVersion): boolean {
  return since(version, each.since) && (each.until === null || until(version, each.until))
}

/** The table in Markdown, for the documentation. */
export function printTargetRefMatrix(): string {
  const lines = targetRefMatrix.map((each) => {
    const lists = [each.documented, each.accepted, each.effective].map((kinds) => {
      if (kinds === null) return 'n/a'
      return kinds.length === 0 ? '-' : kinds.map((kind) => `\`${kind}\``).join(', ')
    })
    return [versionText(each), each.proxy, `\`${each.position}\``, ...lists]
  })
  const header = ['versions', 'proxy', 'place', 'documented', 'accepted', 'effective']
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function versionText({ since: first, until: last }: TargetRefRow): string {
  if (last === null) return first === kumaVersions.at(-1) ? first : `${first} and later`
  return first === last ? first : `${first} to ${last}`
}
