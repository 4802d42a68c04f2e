/**
 * The resource types of Kuma and Kong Mesh that a record may name: scope, where the Universal API has them, and which lines of Kuma have
 * them. Scopes and names never changed from line to line. `3.0` is the development line.
 */
import { type KumaVersion, since, until } from '../../config/kuma-version.ts'

export type KumaLine = '2.7' | '2.13' | '3.0'

export interface ResourceType {
  readonly name: string
  readonly scope: 'mesh' | 'global'
  readonly isPolicy: boolean
  /** Last path elements of its collection in the Universal API, the usual one first. Empty: it has none, or none is known. */
  readonly restNames: readonly string[]
  readonly lines: readonly KumaLine[]
  /** Who writes it: anyone with the right; `read-only`, `internal`: the control plane itself; `view-only`: nobody, it is put together when asked for. */
  readonly written: 'anyone' | 'admin' | 'control-plane' | 'never'
  readonly isKongOnly: boolean
}

type Row = readonly [
  name: string,
  scope: 'mesh' | 'global',
  policy: 'policy' | '',
  restNames: string,
  lines: string,
  note: 'read-only' | 'view-only' | 'admin-only' | 'internal' | 'kong' | '',
]

const rows: readonly Row[] = [
  ['CircuitBreaker', 'mesh', 'policy', 'circuit-breakers', '2.7 2.13', ''],
  ['Config', 'global', '', '', '2.7 2.13 3.0', 'internal'],
  ['Dataplane', 'mesh', '', 'dataplanes', '2.7 2.13 3.0', ''],
  ['DataplaneInsight', 'mesh', '', 'dataplane-insights', '2.7 2.13 3.0', 'read-only'],
  ['DataplaneOverview', 'mesh', '', '', '2.7 2.13 3.0', 'view-only'],
  ['ExternalService', 'mesh', '', 'external-services', '2.7 2.13', ''],
  ['FaultInjection', 'mesh', 'policy', 'fault-injections', '2.7 2.13', ''],
  ['HealthCheck', 'mesh', 'policy', 'health-checks', '2.7 2.13', ''],
  ['HostnameGenerator', 'global', '', 'hostnamegenerators', '2.13 3.0', ''],
  ['Mesh', 'global', '', 'meshes', '2.7 2.13 3.0', ''],
  ['MeshAccessLog', 'mesh', 'policy', 'meshaccesslogs', '2.7 2.13 3.0', ''],
  ['MeshCircuitBreaker', 'mesh', 'policy', 'meshcircuitbreakers', '2.7 2.13 3.0', ''],
  ['MeshExternalService', 'mesh', '', 'meshexternalservices', '2.13 3.0', ''],
  ['MeshFaultInjection', 'mesh', 'policy', 'meshfaultinjections', '2.7 2.13 3.0', ''],
  ['MeshGateway', 'mesh', '', 'meshgateways', '2.7 2.13', ''],
  ['MeshGatewayRoute', 'mesh', 'policy', 'meshgatewayroutes', '2.7 2.13', ''],
  ['MeshHTTPRoute', 'mesh', 'policy', 'meshhttproutes', '2.7 2.13 3.0', ''],
  ['MeshHealthCheck', 'mesh', 'policy', 'meshhealthchecks', '2.7 2.13 3.0', ''],
  ['MeshIdentity', 'mesh', '', 'meshidentities', '2.13 3.0', ''],
  ['MeshInsight', 'global', '', 'mesh-insights', '2.7 2.13 3.0', 'read-only'],
  ['MeshLoadBalancingStrategy', 'mesh', 'policy', 'meshloadbalancingstrategies', '2.7 2.13 3.0', ''],
  ['MeshMetric', 'mesh', 'policy', 'meshmetrics', '2.7 2.13 3.0', ''],
  ['MeshMultiZoneService', 'mesh', '', 'meshmultizoneservices', '2.13 3.0', ''],
  ['MeshOpenTelemetryBackend', 'mesh', '', 'meshopentelemetrybackends', '3.0', ''],
  ['MeshPassthrough', 'mesh', 'policy', 'meshpassthroughs', '2.13 3.0', ''],
  ['MeshProxyPatch', 'mesh', 'policy', 'meshproxypatches', '2.7 2.13 3.0', ''],
  ['MeshRateLimit', 'mesh', 'policy', 'meshratelimits', '2.7 2.13 3.0', ''],
  ['MeshRetry', 'mesh', 'policy', 'meshretries', '2.7 2.13 3.0', ''],
  ['MeshService', 'mesh', '', 'meshservices', '2.7 2.13 3.0', ''],
  ['MeshTCPRoute', 'mesh', 'policy', 'meshtcproutes', '2.7 2.13 3.0', ''],
  ['MeshTLS', 'mesh', 'policy', 'meshtlses', '2.13 3.0', ''],
  ['MeshTimeout', 'mesh', 'policy', 'meshtimeouts', '2.7 2.13 3.0', ''],
  ['MeshTrace', 'mesh', 'policy', 'meshtraces', '2.7 2.13 3.0', ''],
  ['MeshTrafficPermission', 'mesh', 'policy', 'meshtrafficpermissions', '2.7 2.13 3.0', ''],
  ['MeshTrust', 'mesh', '', 'meshtrusts', '2.13 3.0', ''],
  ['MeshZoneAddress', 'mesh', '', 'meshzoneaddresses', '3.0', ''],
  ['ProxyTemplate', 'mesh', 'policy', 'proxytemplates', '2.7 2.13', ''],
  ['RateLimit', 'mesh', 'policy', 'rate-limits', '2.7 2.13', ''],
  ['Retry', 'mesh', 'policy', 'retries', '2.7 2.13', ''],
  ['Secret', 'mesh', '', 'secrets', '2.7 2.13 3.0', 'admin-only'],
  ['ServiceInsight', 'mesh', '', 'service-insights', '2.7 2.13 3.0', 'read-only'],
  ['ServiceOverview', 'mesh', '', '', '2.7 2.13', 'view-only'],
  ['Timeout', 'mesh', 'policy', 'timeouts', '2.7 2.13', ''],
  ['TrafficLog', 'mesh', 'policy', 'traffic-logs', '2.7 2.13', ''],
  ['TrafficPermission', 'mesh', 'policy', 'traffic-permissions', '2.7 2.13', ''],
  ['TrafficRoute', 'mesh', 'policy', 'traffic-routes', '2.7 2.13', ''],
  ['TrafficTrace', 'mesh', 'policy', 'traffic-traces', '2.7 2.13', ''],
  ['VirtualOutbound', 'mesh', 'policy', 'virtual-outbounds', '2.7 2.13', ''],
  ['Workload', 'mesh', '', 'workloads', '2.13 3.0', ''],
  ['Zone', 'global', '', 'zones', '2.7 2.13 3.0', ''],
  ['ZoneEgress', 'global', '', 'zoneegresses', '2.7 2.13', ''],
  ['ZoneEgressInsight', 'global', '', 'zoneegressinsights', '2.7 2.13', 'read-only'],
  ['ZoneEgressOverview', 'global', '', '', '2.7 2.13', 'view-only'],
  ['ZoneIngress', 'global', '', 'zoneingresses', '2.7 2.13', ''],
  ['ZoneIngressInsight', 'global', '', 'zone-ingress-insights', '2.7 2.13', 'read-only'],
  ['ZoneIngressOverview', 'global', '', '', '2.7 2.13', 'view-only'],
  ['ZoneInsight', 'global', '', 'zone-insights', '2.7 2.13 3.0', 'read-only'],
  ['ZoneOverview', 'global', '', '', '2.7 2.13 3.0', 'view-only'],
  ['GlobalSecret', 'global', '', 'globalsecrets global-secrets', '2.7 2.13 3.0', 'admin-only'],
  ['AccessAudit', 'global', '', 'accessaudits', '2.7 2.13 3.0', 'kong'],
  ['AccessRole', 'global', '', 'accessroles', '2.7 2.13 3.0', 'kong'],
  ['AccessRoleBinding', 'global', '', 'accessrolebindings', '2.7 2.13 3.0', 'kong'],
  ['OPAPolicy', 'mesh', 'policy', '', '2.7 2.13 3.0', 'kong'],
  ['MeshOPA', 'mesh', 'policy', 'meshopas', '2.7 2.13 3.0', 'kong'],
  ['MeshGlobalRateLimit', 'mesh', 'policy', 'meshglobalratelimits', '2.7 2.13 3.0', 'kong'],
]

const writtenBy: Readonly<Record<Row[5], ResourceType['written']>> = {
  '': 'anyone',
  kong: 'anyone',
  'admin-only': 'admin',
  'read-only': 'control-plane',
  internal: 'control-plane',
  'view-only': 'never',
}

/** By name. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  rows.map(([name, scope, policy, restNames, lines, note]) => [
    name,
    {
      name,
      scope,
      isPolicy: policy === 'policy',
      restNames: restNames.split(' ').filter(Boolean),
      lines: lines.split(' ') as KumaLine[],
      written: writtenBy[note],
      isKongOnly: note === 'kong',
    },
  ]),
)

/** Objects of Kubernetes that no control plane keeps as resources, so no record names them. */
export const kubernetesOnlyTypes: readonly string[] = ['ContainerPatch', 'MeshGatewayInstance', 'MeshGatewayConfig']

/** Whether a release has the type. Between two lines that are known, what either of them has counts. */
export function hasType(version: KumaVersion, { lines }: ResourceType): boolean {
  return linesAround(version).some((line) => lines.includes(line))
}

function linesAround(version: KumaVersion): readonly KumaLine[] {
  if (until(version, '2.7')) return ['2.7']
  if (since(version, '3.0-dev')) return ['3.0']
  if (version === '2.13') return ['2.13']
  return until(version, '2.12') ? ['2.7', '2.13'] : ['2.13', '3.0']
}
