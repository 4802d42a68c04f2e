/**
 * What kube-apiserver's webhook sends: EventLists of up to 400 events of some 2.2 KB each, synthetic but deterministic. Which fields there are, and
 * in which order, is the API server's; the mixture is that of a busy cluster: reads and leases at Metadata, writes with one body or both,
 * now and then a Secret or a ConfigMap, in which redaction has something to do.
 */
import { createRandom } from './corpus.ts'

type Random = ReturnType<typeof createRandom>

/** kube-apiserver's own bound of a batch (`--audit-webhook-batch-max-size`). */
export const eventsPerListDefault = 400

/** Stands where each event has an `auditID`; as long as one. */
const idBlank = 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'

const namespaces = ['shop', 'payments', 'kube-system', 'monitoring', 'dev-a', 'dev-b']
const users = [
  { username: 'system:serviceaccount:argocd:controller', groups: ['system:serviceaccounts', 'system:authenticated'] },
  { username: 'system:node:worker-17', groups: ['system:nodes', 'system:authenticated'] },
  { username: 'system:kube-controller-manager', groups: ['system:authenticated'] },
  { username: 'ana@example.org', groups: ['platform', 'system:authenticated'] },
]
const agents = [
  'kubelet/v1.36.1 (linux/amd64) kubernetes/abc1234',
  'argocd-application-controller/v0.0.0',
  'kubectl/v1.36.1',
]

/** How often each kind of request comes, in a hundred. */
const kinds = [
  { share: 42, level: 'Metadata', verb: 'get', resource: 'pods' },
  { share: 14, level: 'Metadata', verb: 'watch', resource: 'endpointslices' },
  { share: 16, level: 'Request', verb: 'update', resource: 'leases' },
  { share: 15, level: 'RequestResponse', verb: 'patch', resource: 'pods' },
  { share: 10, level: 'RequestResponse', verb: 'update', resource: 'deployments' },
  { share: 2, level: 'RequestResponse', verb: 'update', resource: 'configmaps' },
  { share: 1, level: 'RequestResponse', verb: 'create', resource: 'secrets' },
] as const
type Kind = (typeof kinds)[number]

export interface EventLists {
  /** Bodies of requests; borrowed by who stamps them. */
  readonly bodies: readonly Buffer[]
  /** Where the `auditID`s of each body lie. */
  readonly idsAt: readonly (readonly number[])[]
}

/** `resources`: only events about these; none: the whole mixture. */
export function createEventLists(
  count: number,
  eventsPerList = eventsPerListDefault,
  resources: readonly string[] = [],
): EventLists {
  const random = createRandom(1)
  const wanted = kinds.filter(({ resource }) => resources.length === 0 || resources.includes(resource))
  const bodies = Array.from({ length: count }, () => {
    const items = Array.from({ length: eventsPerList }, () => event(random, wanted))
    return Buffer.from(`${JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items })}\n`)
  })
  return { bodies, idsAt: bodies.map(idsIn) }
}

/** Makes the events of a body others than all before: those that came before would be taken for repeats. */
export function stamp(body: Buffer, idsAt: readonly number[], first: number): void {
  for (const [i, at] of idsAt.entries()) {
    body.write((first + i).toString(16).padStart(12, '0'), at + idBlank.length - 12, 'latin1')
  }
}

function idsIn(body: Buffer): number[] {
  const found: number[] = []
  for (let at = body.indexOf(idBlank); at !== -1; at = body.indexOf(idBlank, at + 1)) found.push(at)
  return found
}

function event(random: Random, wanted: readonly Kind[]): object {
  const { level, verb, resource } = kindOf(wanted, random(wanted.reduce((sum, { share }) => sum + share, 0)))
  const pick = <T>(list: readonly T[]) => list[random(list.length)]!
  const group = resource === 'leases' ? 'coordination.k8s.io' : resource === 'deployments' ? 'apps' : ''
  const namespace = pick(namespaces)
  const name = `${resource.slice(0, -1)}-${random(10_000)}-${random(100_000)}`
  const base = group === '' ? '/api/v1' : `/apis/${group}/v1`
  const at = new Date(1_782_000_000_000 + random(86_400_000)).toISOString().replace('Z', '123Z')
  const sent = objectOf(resource, { namespace, name, at, random })
  return {
    level,
    auditID: idBlank,
    stage: 'ResponseComplete',
    requestURI: `${base}/namespaces/${namespace}/${resource}/${name}${verb === 'watch' ? '?watch=true' : '?timeout=30s'}`,
    verb,
    user: {
      ...pick(users),
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${hex(random, 64)}`] },
    },
    sourceIPs: [`10.4.${random(256)}.${random(256)}`],
    userAgent: pick(agents),
    objectRef: { resource, namespace, name, apiGroup: group, apiVersion: 'v1', resourceVersion: `${random(1e7)}` },
    responseStatus: { metadata: {}, code: 200 },
    ...(level === 'Metadata' ? {} : { requestObject: sent }),
    // What an API server answers with is what it was sent, in a new version.
    ...(level === 'RequestResponse' ? { responseObject: inNewVersion(sent, random) } : {}),
    requestReceivedTimestamp: at,
    stageTimestamp: at,
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': `RBAC: allowed by ClusterRoleBinding "edit" of ClusterRole "edit" to Group "${namespace}"`,
    },
  }
}

function kindOf(wanted: readonly Kind[], ticket: number): Kind {
  let left = ticket
  return wanted.find(({ share }) => (left -= share) < 0)!
}

function inNewVersion<T extends { readonly metadata: object }>(object: T, random: Random): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: `${random(1e7)}` } }
}

interface ObjectName {
  readonly namespace: string
  readonly name: string
  readonly at: string
  readonly random: Random
}

function objectOf(resource: Kind['resource'], { namespace, name, at, random }: ObjectName) {
  const labels = { app: name, 'app.kubernetes.io/managed-by': 'Helm', 'pod-template-hash': hex(random, 10) }
  const metadata = {
    name,
    namespace,
    uid: hex(random, 32),
    resourceVersion: `${random(1e7)}`,
    creationTimestamp: at,
    labels,
  }
  const managedFields = [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      time: at,
      fieldsType: 'FieldsV1',
      fieldsV1,
    },
  ]
  const data = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, hex(random, 120)]))
  switch (resource) {
    case 'leases':
      return {
        kind: 'Lease',
        apiVersion: 'coordination.k8s.io/v1',
        metadata,
        spec: { holderIdentity: name, renewTime: at },
      }
    case 'secrets':
      return { kind: 'Secret', apiVersion: 'v1', metadata, data: data(8), type: 'Opaque' }
    case 'configmaps':
      return { kind: 'ConfigMap', apiVersion: 'v1', metadata, data: data(10) }
    default: {
      const template = { metadata: { labels }, spec: { containers: [container(name, random)], nodeName: 'worker-17' } }
      const spec =
        resource === 'deployments' ? { replicas: 3, selector: { matchLabels: labels }, template } : template.spec
      const [kind, apiVersion] = resource === 'deployments' ? ['Deployment', 'apps/v1'] : ['Pod', 'v1']
      const status = { phase: 'Running', conditions: conditions(at) }
      return { kind, apiVersion, metadata: { ...metadata, managedFields }, spec, status }
    }
  }
}

const fieldsV1 = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} } },
  'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:env': {}, 'f:image': {}, 'f:resources': {} } } },
}

function container(name: string, random: Random): object {
  return {
    name: 'main',
    image: `registry.example.com/${name}@sha256:${hex(random, 64)}`,
    args: ['--listen=:8080', '--log-format="json"', `--token-file=/var/run/${name}/token`],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } }],
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    readinessProbe: {
      httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
      periodSeconds: 10,
      failureThreshold: 3,
    },
  }
}

function conditions(at: string): object[] {
  return ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => {
    return { type, status: 'True', lastProbeTime: null, lastTransitionTime: at }
  })
}

function hex(random: Random, length: number): string {
  return Array.from({ length }, () => random(16).toString(16)).join('')
}
