/** Random MeshAccessLogs, such as the version lets through: which kinds may stand where, what goes together, whose namespace it is. */
import { type KumaVersion, since, until } from '../../src/policy/kuma-version.ts'
import type {
  Labels,
  MeshAccessLog,
  PolicyRole,
  RuleMatch,
  Tags,
  TargetKind,
  TargetRef,
} from '../../src/policy/resources.ts'
import { createPolicy, type PolicyOptions, targetRef, wholeMesh } from '../policy/support/resource-builders.ts'
import type { Dice } from './dice.ts'
import { drawLabels, type Mesh, namespaces, serviceTags } from './meshes.ts'

const names = ['a', 'a-b', 'b', 'c', 'd', 'e']

/** How a Dataplane may be meant in one mesh: all three ways together are in no order in Kuma. */
type DataplaneForm = 'all' | 'labels' | 'name'

/** Each with a name, and with a display name, that no other has. */
export function drawPolicies(dice: Dice, mesh: Mesh): readonly MeshAccessLog[] {
  const count = dice.between(1, names.length)
  const displayNames = dice.chance(30) ? dice.shuffle(names) : names
  const forms = dice.one<readonly DataplaneForm[]>([
    ['labels', 'name'],
    ['labels', 'all'],
    ['name', 'all'],
  ])
  return dice
    .shuffle(names.slice(0, count))
    .map((name) => drawPolicy(dice, mesh, name, displayNames[names.indexOf(name)] ?? name, forms))
}

function drawPolicy(
  dice: Dice,
  mesh: Mesh,
  name: string,
  displayName: string,
  forms: readonly DataplaneForm[],
): MeshAccessLog {
  const { version } = mesh
  const namespace = namespaceOf(dice, mesh)
  const ofApplication = namespace !== null && namespace !== 'kuma-system'
  const top = drawTop(dice, mesh, namespace, forms)
  const content = drawContent(dice, mesh, top, ofApplication ? namespace : null)
  const role = roleOf(content.to ?? [], namespace, version)
  return createPolicy(name, top, {
    namespace,
    displayName: since(version, '2.6') ? displayName : name,
    role,
    labels: {
      ...drawLabels(dice, 40),
      ...(dice.chance(50) ? zoneLabels(dice, mesh) : {}),
      ...(ofApplication ? { 'kuma.io/policy-role': role, 'k8s.kuma.io/namespace': namespace } : {}),
      ...(since(version, '2.6') && dice.chance(5) ? { 'kuma.io/effect': 'shadow' } : {}),
    },
    ...content,
  })
}

/** Before 2.9 all policies were the mesh operator's. */
function namespaceOf(dice: Dice, { onKubernetes, version }: Mesh): string | null {
  if (!onKubernetes) return null
  return since(version, '2.9') ? dice.one(['kuma-system', ...namespaces]) : 'kuma-system'
}

function roleOf(to: NonNullable<PolicyOptions['to']>, namespace: string | null, version: KumaVersion): PolicyRole {
  if (namespace === null || namespace === 'kuma-system') return 'system'
  if (to.length === 0) return 'workload-owner'
  return to.every(([target]) => isProduced(target, namespace, version)) ? 'producer' : 'consumer'
}

/** Whether the target belongs to whoever writes in this namespace. */
function isProduced(target: TargetRef, namespace: string, version: KumaVersion): boolean {
  const ofKind = target.kind === 'MeshService' || (target.kind === 'MeshHTTPRoute' && since(version, '2.11'))
  return ofKind && target.name !== null && (target.namespace ?? namespace) === namespace
}

/** Those that say something of the proxy more often than others. */
function topKinds({ version, gateway }: Mesh): readonly TargetKind[] {
  if (since(version, '3.0-dev')) return ['Mesh', 'Dataplane']
  const kinds: TargetKind[] = ['Mesh', 'MeshSubset', 'MeshService', 'MeshServiceSubset']
  if (version === '2.2') kinds.push('MeshGatewayRoute')
  if (since(version, '2.4')) kinds.push('MeshGateway')
  if (since(version, '2.4') && gateway !== null) kinds.push('MeshGateway', 'MeshGateway', 'MeshGateway')
  if (since(version, '2.10')) kinds.push('Dataplane')
  if (since(version, '2.10') && gateway === null) kinds.push('Dataplane', 'Dataplane', 'Dataplane')
  return kinds
}

function drawTop(dice: Dice, mesh: Mesh, namespace: string | null, forms: readonly DataplaneForm[]): TargetRef {
  const { version, proxy } = mesh
  const kind = dice.one(topKinds(mesh))
  const takesTypes = since(version, '2.6') && until(version, '2.14') && dice.chance(20)
  const proxyTypes = takesTypes ? [dice.one(['Sidecar', 'Gateway'] as const)] : []
  switch (kind) {
    case 'Mesh':
      return targetRef(kind, { proxyTypes })
    case 'MeshSubset':
      return targetRef(kind, { proxyTypes, tags: drawWantedTags(dice, mesh) })
    case 'MeshServiceSubset':
      return targetRef(kind, { name: dice.one(serviceTags), tags: drawWantedTags(dice, mesh) })
    case 'MeshGateway': {
      const tags = since(version, '2.6') ? dice.one([{}, { tier: 'public' }, { tier: 'public', version: 'v1' }]) : {}
      return targetRef(kind, { name: dice.one(['edge', 'edge', 'front']), tags })
    }
    case 'Dataplane': {
      const sectionName = dice.chance(30) ? dice.one(['http', 'adm', '8080', '10101']) : null
      const form = since(version, '3.0-dev') ? dice.one(['labels', 'all']) : dice.one(forms)
      if (form === 'all') return targetRef(kind, { sectionName })
      if (form === 'labels') {
        return targetRef(kind, { sectionName, labels: drawWantedLabels(dice, [proxy.meta.labels]) })
      }
      const named = namespace === null || dice.chance(20) ? null : dice.one([proxy.meta.namespace, ...namespaces])
      return targetRef(kind, {
        sectionName,
        name: dice.one([proxy.meta.name, proxy.meta.name, 'other-0']),
        namespace: named,
      })
    }
    default:
      return targetRef(kind, { name: dice.one(serviceTags) })
  }
}

/** Some of those of the proxy, or any. A value `*` was let through up to 2.5. */
function drawWantedTags(dice: Dice, { version, proxy }: Mesh): Tags {
  const tags = [...proxy.networking.inbounds.map((inbound) => inbound.tags), proxy.networking.gateway?.tags ?? {}]
  const { 'kuma.io/service': _, ...own } = dice.one(tags)
  const wanted = dice.one<Tags>([{}, someOf(dice, own), someOf(dice, own), { version: 'v2' }, { app: 'a' }])
  return until(version, '2.5') && dice.chance(20) ? { ...wanted, app: '*' } : wanted
}

/** Some of what one of these has, or any. There is always one: none at all would be every label. */
function drawWantedLabels(dice: Dice, existing: readonly Labels[]): Labels {
  const any = dice.one<Labels>([{ app: 'a' }, { team: 'x' }, { app: 'a', team: 'x' }, { 'kuma.io/zone': 'east' }])
  if (existing.length === 0 || dice.chance(30)) return any
  const some = someOf(dice, dice.one(existing))
  return Object.keys(some).length > 0 ? some : any
}

function someOf(dice: Dice, all: Labels): Labels {
  return Object.fromEntries(dice.some(Object.entries(all)))
}

/** So that a policy is of the zone of the proxy, or of a service, more often than not. */
function zoneLabels(dice: Dice, { proxy, services }: Mesh): Labels {
  const zone = dice.one([proxy, proxy, ...services]).meta.labels['kuma.io/zone']
  return zone === undefined ? {} : { 'kuma.io/zone': zone }
}

function drawContent(
  dice: Dice,
  mesh: Mesh,
  top: TargetRef,
  application: string | null,
): Pick<PolicyOptions, 'to' | 'from' | 'rules'> {
  const { version } = mesh
  const incoming = dice.one(['from', 'rules'] as const)
  if (since(version, '3.0-dev') ? dice.chance(50) : since(version, '2.10') && incoming === 'rules' && dice.chance(60)) {
    return { rules: Array.from({ length: dice.between(1, 3) }, () => drawRule(dice, version)) }
  }
  if (top.kind === 'MeshGatewayRoute') return { from: [drawBackends(dice)] }
  const mayComeIn = until(version, '2.14')
  const comesIn = mayComeIn && dice.chance(60)
  const from = comesIn ? Array.from({ length: dice.between(1, 2) }, () => drawBackends(dice)) : []
  // A section is one of what comes in, and an application's policy is about one direction.
  if (comesIn && (application !== null || dice.chance(40))) return { from }
  if (!comesIn && top.kind === 'Dataplane' && top.sectionName !== null) {
    return since(version, '3.0-dev') ? { rules: [drawRule(dice, version)] } : { from: [drawBackends(dice)] }
  }
  return { from, to: drawTo(dice, mesh, top, application) }
}

function drawRule(
  dice: Dice,
  version: KumaVersion,
): { readonly matches: readonly RuleMatch[]; readonly backends: string } {
  const count = since(version, '2.14') ? dice.between(0, 2) : 0
  return {
    matches: Array.from({ length: count }, () => drawMatch(dice)),
    backends: drawBackends(dice),
  }
}

function drawMatch(dice: Dice): RuleMatch {
  const members = dice.one(['spiffeID', 'sni', 'both'])
  const type = dice.one(['Exact', 'Prefix'] as const)
  const value = dice.one(['spiffe://m/ns/a', 'spiffe://m/ns/a/sa/web', 'spiffe://m/ns/b/sa/web'])
  return {
    spiffeID: members === 'sni' ? null : { type, value },
    sni: members === 'spiffeID' ? null : { type: 'Exact', value: dice.one(['x.mesh', 'y.mesh']) },
  }
}

function drawBackends(dice: Dice): string {
  return dice.one(['A', 'B', 'C', 'AB', 'BA', 'AA', ''])
}

function toKinds(version: KumaVersion, top: TargetRef): readonly TargetKind[] {
  if (top.kind === 'MeshGateway' && since(version, '2.9')) return ['Mesh']
  const kinds: TargetKind[] = ['Mesh', 'Mesh', 'MeshService', 'MeshService']
  if (since(version, '2.9')) kinds.push('MeshExternalService', 'MeshMultiZoneService')
  if (since(version, '2.11')) kinds.push('MeshHTTPRoute')
  return kinds
}

/** `application`: a namespace whose policies are about services of its own alone, or about none of them; null: it is not. */
function drawTo(dice: Dice, mesh: Mesh, top: TargetRef, application: string | null): NonNullable<PolicyOptions['to']> {
  const { version } = mesh
  const kinds = toKinds(version, top)
  const count = dice.between(1, 3)
  const items = Array.from({ length: count }, () => [drawTarget(dice, mesh, kinds), drawBackends(dice)] as const)
  if (application === null) return items
  const [produced] = items.map(([target]) => isProduced(target, application, version))
  return items.filter(([target]) => isProduced(target, application, version) === produced)
}

function drawTarget(dice: Dice, mesh: Mesh, kinds: readonly TargetKind[]): TargetRef {
  const { version, services, routes } = mesh
  if (routes.length > 0 && kinds.includes('MeshHTTPRoute') && dice.chance(15)) return drawRouteTarget(dice, mesh)
  if (services.length > 0 && kinds.includes('MeshExternalService') && dice.chance(50)) {
    return drawKnownService(dice, mesh, dice.one(services))
  }
  const kind = dice.one(kinds)
  if (kind === 'Mesh') return wholeMesh
  if (kind === 'MeshHTTPRoute') return drawRouteTarget(dice, mesh)
  if (since(version, '3.0-dev')) return targetRef(kind, { labels: drawWantedLabels(dice, []) })
  const words = kind === 'MeshService' ? [...serviceTags, 'pass_through'] : ['a', 'b']
  return targetRef(kind, { name: dice.one(words) })
}

/** In one of the ways in which there is a word for it. */
function drawKnownService(dice: Dice, { version }: Mesh, { kind, meta, ports }: Mesh['services'][number]): TargetRef {
  const port = dice.one(ports)
  if (kind === 'MeshService' && meta.namespace !== null && until(version, '2.14') && dice.chance(30)) {
    const legacyName = `${meta.name}_${meta.namespace}_svc`
    return targetRef(kind, { name: dice.one([legacyName, `${legacyName}_${port.port}`, `${legacyName}_9090`]) })
  }
  const sections = [null, port.name, String(port.port), 'grpc']
  const sectionName = kind === 'MeshExternalService' ? null : dice.one(sections)
  if (since(version, '3.0-dev') || dice.chance(40)) {
    return targetRef(kind, { sectionName, labels: drawWantedLabels(dice, [meta.labels]) })
  }
  const namespace = meta.namespace === null || dice.chance(30) ? null : meta.namespace
  return targetRef(kind, { sectionName, name: meta.name, namespace })
}

function drawRouteTarget(dice: Dice, { version, routes, onKubernetes }: Mesh): TargetRef {
  const labels = routes.map(({ meta }) => meta.labels).filter((some) => Object.keys(some).length > 0)
  if (since(version, '3.0-dev') || dice.chance(30)) {
    return targetRef('MeshHTTPRoute', { labels: drawWantedLabels(dice, labels) })
  }
  const known = routes.map(({ meta }) => ({ name: meta.name, namespace: meta.namespace }))
  if (known.length > 0 && dice.chance(70)) return targetRef('MeshHTTPRoute', dice.one(known))
  const namespace = onKubernetes && dice.chance(60) ? dice.one(namespaces) : null
  return targetRef('MeshHTTPRoute', { name: dice.one(['r1', 'r2']), namespace })
}
