/** Documents of KKP as they are kept on a seed, and what may be wrong with the members that are read. */
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readKkp } from '../../../src/audit/kkp/read-kkp.ts'

const read = (text: string) => readKkp(parse(text))

const cluster = `
apiVersion: kubermatic.k8c.io/v1
kind: Cluster
metadata:
  name: x7k2abc
  annotations: { kubermatic.k8c.io/skip-audit-logging-enforcement: "true" }
spec:
  humanReadableName: shop
  cloud: { dc: europe-west, providerName: aws }
  auditLogging:
    enabled: true
    policyPreset: recommended
    sidecar:
      config: { outputs: [ { Name: stdout, Match: "*", Format: json_lines } ] }
    webhookBackend:
      auditWebhookConfig: { name: hook, namespace: kubermatic }
      auditWebhookInitialBackoff: 15s
`

test('a Cluster', () => {
  expect(read(cluster)).toEqual({
    kind: 'Cluster',
    name: 'x7k2abc',
    faults: [],
    warnings: [],
    document: {
      kind: 'Cluster',
      id: 'x7k2abc',
      datacenter: 'europe-west',
      isOptedOut: true,
      isLeftAlone: false,
      auditLogging: {
        enabled: true,
        policyPreset: 'recommended',
        sidecar: { config: { outputs: [{ Name: 'stdout', Match: '*', Format: 'json_lines' }] } },
        webhookBackend: { name: 'hook', namespace: 'kubermatic', initialBackoff: '15s' },
      },
    },
  })
})

test('a Cluster that says nothing about audit logging', () => {
  const text = '{apiVersion: kubermatic.k8c.io/v1, kind: Cluster, metadata: {name: a}, spec: {pause: true}}'
  expect(read(text)?.document).toEqual({
    kind: 'Cluster',
    id: 'a',
    datacenter: null,
    isOptedOut: false,
    isLeftAlone: true,
    auditLogging: null,
  })
})

test.each(['"True"', '"false"', 'true', '""'])('E12: the annotation %s opts out of nothing', (value) => {
  expect(read(cluster.replace('"true"', value))?.document).toMatchObject({ isOptedOut: false })
})

test('a Seed, with the datacenter that enforces audit logging', () => {
  const text = `
apiVersion: kubermatic.k8c.io/v1
kind: Seed
metadata: { name: kubermatic, namespace: kubermatic }
spec:
  auditLogging: { enabled: false, policyPreset: "" }
  datacenters:
    europe-west:
      spec:
        aws: { region: eu-west-1 }
        enforceAuditLogging: true
        enforcedAuditWebhookSettings: { auditWebhookConfig: { name: central, namespace: kubermatic } }
    europe-east: { spec: { aws: { region: eu-east-1 } } }
`
  const { document, faults } = read(text)!
  expect(faults).toEqual([])
  expect(document).toMatchObject({ kind: 'Seed', name: 'kubermatic', auditLogging: { policyPreset: null } })
  expect(document?.kind === 'Seed' && [...document.datacenters]).toEqual([
    [
      'europe-west',
      {
        enforceAuditLogging: true,
        enforcedAuditWebhookSettings: { name: 'central', namespace: 'kubermatic', initialBackoff: null },
      },
    ],
    ['europe-east', { enforceAuditLogging: false, enforcedAuditWebhookSettings: null }],
  ])
})

test('the ConfigMap with the policy', () => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: { name: audit-config, namespace: cluster-x7k2abc }
data:
  policy.yaml: |
    apiVersion: audit.k8s.io/v1
    kind: Policy
    rules:
    - level: Metadata
`
  expect(read(text)?.document).toEqual({
    kind: 'ConfigMap',
    name: 'audit-config',
    namespace: 'cluster-x7k2abc',
    policy: 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n',
  })
})

test.each([
  ['{apiVersion: cluster.x-k8s.io/v1beta1, kind: Cluster, metadata: {name: a}}'],
  ['{apiVersion: kubermatic.k8c.io/v1, kind: ClusterTemplate, metadata: {name: a}}'],
  ['{kind: Seed}'],
  ['[]'],
])('%s is nothing of KKP that is read here', (text) => expect(read(text)).toBeNull())

test('the group that KKP had before 2.19 is taken as well', () => {
  const text =
    '{apiVersion: kubermatic.k8s.io/v1, kind: Cluster, metadata: {name: a}, spec: {auditLogging: {enabled: true}}}'
  expect(readKkp(parse(text))?.document).toMatchObject({ kind: 'Cluster', id: 'a' })
})

const seed = (spec: string) => `{apiVersion: kubermatic.k8c.io/v1, kind: Seed, metadata: {name: a}, spec: ${spec}}`

test.each([
  ['{apiVersion: kubermatic.k8c.io/v1, kind: Seed}', 'metadata.name: is required.'],
  [seed('{auditLogging: true}'), 'spec.auditLogging: must be a mapping of keys, not true.'],
  [seed('{auditLogging: {enabled: "yes"}}'), 'spec.auditLogging.enabled: must be true or false, not "yes".'],
  [
    seed('{auditLogging: {policyPreset: recomended}}'),
    'spec.auditLogging.policyPreset: must be metadata, recommended or minimal, not "recomended". Did you mean recommended?',
  ],
  [seed('{auditLogging: {webhookBackend: {}}}'), 'spec.auditLogging.webhookBackend.auditWebhookConfig: is required.'],
  [
    seed('{datacenters: {dc: {spec: {enforceAuditLogging: 1}}}}'),
    'spec.datacenters.dc.spec.enforceAuditLogging: must be true or false, not 1.',
  ],
  [
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: audit-config}, data: {policy.yaml: {rules: []}}}',
    'data.policy.yaml: must be the text of a policy (policy.yaml: |), not {"rules":[]}.',
  ],
  [
    '{apiVersion: v1, kind: Secret, metadata: {name: hook}, data: {webhook.yaml: "clusters: []"}}',
    'data.webhook.yaml: must be a kubeconfig in base64; as plain text it stands in stringData.',
  ],
  [
    '{apiVersion: v1, kind: Secret, metadata: {name: hook}, stringData: {webhook.yaml: {a: 1}}}',
    'stringData.webhook.yaml: must be the text of a kubeconfig.',
  ],
])('%s is refused', (text, fault) => {
  const { faults, document } = read(text)!
  expect(faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([fault])
  expect(document).toBeNull()
})

test('a key that KKP does not know is told', () => {
  expect(read(seed('{auditLogging: {enable: true}}'))?.warnings).toEqual([
    {
      code: 'unknown_key',
      path: 'spec.auditLogging.enable',
      message: 'is not a key here and has no effect. Did you mean enabled?',
    },
  ])
})
