/** Policies as people write them, for the tests: the documented sample of Calico, and KKP's presets. */

const written = '[create, delete, update, patch]'
const watched = `
  - {group: "", resources: [pods]}
  - {group: apps, resources: [deployments, statefulsets, daemonsets, replicasets]}
  - {group: cluster.k8s.io, resources: [machines, machinesets, machinedeployments]}
  - {group: templates.gatekeeper.sh}
  - {group: "", resources: [secrets], resourceNames: [usersshkeys]}`
const entered = '[{group: "", resources: [pods/exec, pods/portforward, pods/proxy, services/proxy]}]'

const header = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n'

export const recommended = `${header}- level: RequestResponse
  verbs: ${written}
  resources:${watched}
- level: RequestResponse
  resources: ${entered}
- level: Metadata
  omitStages: [RequestReceived]
`

export const minimal = `${header}- level: RequestResponse
  verbs: ${written}
  resources:${watched}
- level: Request
  resources: ${entered}
- level: Metadata
  resources: [{group: "", resources: [pods/log, secrets, configmaps]}]
`

export const calico = `apiVersion: audit.k8s.io/v1beta1
kind: Policy
rules:
- level: RequestResponse
  omitStages:
  - RequestReceived
  verbs:
  - create
  - patch
  - delete
  resources:
  - group: projectcalico.org
    resources:
    - globalnetworkpolicies
    - tiers
  - group: networking.k8s.io
    resources:
    - networkpolicies
`

/** `rules`: flow YAML, one rule an item. */
export function policyOf(...rules: readonly string[]): string {
  return `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules.map((rule) => `- ${rule}\n`).join('')}`
}
