/**
 * The policies that KKP writes into a cluster's ConfigMap. As documents, to be read like any other policy. Without a preset it is `metadata`.
 */
import type { PolicyPreset } from './kkp.ts'

interface PresetRule {
  readonly level: string
  readonly verbs?: readonly string[]
  readonly resources?: readonly {
    readonly group: string
    readonly resources?: readonly string[]
    readonly resourceNames?: readonly string[]
  }[]
  readonly omitStages?: readonly string[]
}

interface PresetPolicy {
  readonly apiVersion: 'audit.k8s.io/v1'
  readonly kind: 'Policy'
  readonly omitStages?: readonly string[]
  readonly rules: readonly PresetRule[]
}

/** Writes to workloads, machines, policies and the secret of SSH keys. */
const writes: PresetRule = {
  level: 'RequestResponse',
  verbs: ['create', 'delete', 'update', 'patch'],
  resources: [
    { group: '', resources: ['pods'] },
    { group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'] },
    { group: 'cluster.k8s.io', resources: ['machines', 'machinesets', 'machinedeployments'] },
    { group: 'templates.gatekeeper.sh' },
    { group: '', resources: ['secrets'], resourceNames: ['usersshkeys'] },
  ],
}

/** Ways into a container, whatever the verb. */
const entries = [{ group: '', resources: ['pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'] }]

const omitStages = ['RequestReceived']

export const presetPolicies: Readonly<Record<PolicyPreset, PresetPolicy>> = {
  metadata: policy({ rules: [{ level: 'Metadata' }] }),
  recommended: policy({
    omitStages,
    rules: [writes, { level: 'RequestResponse', resources: entries }, { level: 'Metadata', omitStages }],
  }),
  // Its documentation says that both bodies are kept of the second; its code says otherwise.
  minimal: policy({
    omitStages,
    rules: [
      writes,
      { level: 'Request', resources: entries },
      {
        level: 'Metadata',
        resources: [
          { group: '', resources: ['pods/log'] },
          { group: '', resources: ['secrets', 'configmaps'] },
        ],
      },
    ],
  }),
}

function policy(content: Omit<PresetPolicy, 'apiVersion' | 'kind'>): PresetPolicy {
  return { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', ...content }
}
