/** What policies say of requests: written here as request lines, so that the way from those to attributes is walked as well. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/audit/kubernetes/policy.ts'
import { readPolicyText } from '../../../src/audit/kubernetes/policy-read.ts'
import { requestInfo } from '../../../src/audit/kubernetes/request-info.ts'
import { type Attributes, compilePolicy, resolve } from '../../../src/audit/kubernetes/resolve.ts'
import { calico, minimal, policyOf, recommended } from './policies.ts'

const users: Readonly<Record<string, Attributes['user']>> = {
  tim: { name: 'tim@k8s.io', groups: ['humans', 'developers'] },
  proxy: { name: 'system:kube-proxy', groups: ['system:authenticated'] },
  nobody: null,
}

/** `tim GET /healthz` */
function ask(request: string): Attributes {
  const [user, method, uri] = request.split(' ') as [string, string, string]
  return { ...requestInfo(method, uri), user: users[user]! }
}

function read(text: string): Policy {
  const { policy, faults } = readPolicyText(text)
  expect(faults).toEqual([])
  return policy!
}

const busybox = '/api/v1/namespaces/default/pods/busybox'
const d = '/api/v1/namespaces/d'
const getPod = `tim GET ${busybox}`
const getLog = `tim GET ${busybox}/log`
const getNode = 'tim GET /api/v1/nodes/n1'
const createDeployment = 'tim POST /apis/apps/v1/namespaces/d/deployments'
const core = (...resources: string[]) => `[{group: "", resources: [${resources.map((each) => `"${each}"`)}]}]`
const named = (resource: string, name: string) => `[{group: "", resources: ["${resource}"], resourceNames: [${name}]}]`

/** K1 is in a test of its own: a policy without rules is no policy. `null`: no rule matched. */
const cases: readonly (readonly [
  id: string,
  rules: readonly string[],
  request: string,
  level: string,
  rule: number | null,
])[] = [
  ['K2', ['level: Metadata'], getPod, 'Metadata', 0],
  ['K3', ['level: Metadata'], 'tim GET /healthz', 'Metadata', 0],
  ['K4', ['{level: None, users: [tim@k8s.io]}', 'level: RequestResponse'], getPod, 'None', 0],
  ['K5', ['{level: Request, verbs: [create]}', 'level: Metadata'], getPod, 'Metadata', 1],
  ['K6', ['{level: Request, userGroups: [x, humans]}'], getPod, 'Request', 0],
  ['K7', ['{level: Request, userGroups: ["system:serviceaccounts"]}'], getPod, 'None', null],
  [
    'K8',
    ['{level: Request, users: [tim@k8s.io], userGroups: ["system:masters"]}', 'level: Metadata'],
    getPod,
    'Metadata',
    1,
  ],
  ['K9', ['{level: Metadata, users: [tim@k8s.io]}'], `nobody GET ${busybox}`, 'None', null],
  ['K10', ['level: Metadata'], `nobody GET ${busybox}`, 'Metadata', 0],
  ['K11', [`{level: RequestResponse, resources: ${core('pods')}}`], getLog, 'None', null],
  ['K12', [`{level: Request, resources: ${core('pods/log')}}`], getLog, 'Request', 0],
  ['K13', [`{level: Request, resources: ${core('pods/log')}}`], getPod, 'None', null],
  ['K14', [`{level: Request, resources: ${core('*')}}`], getLog, 'Request', 0],
  ['K15', [`{level: Request, resources: ${core('*/log')}}`], getLog, 'Request', 0],
  ['K16', [`{level: Request, resources: ${core('*/log')}}`], getPod, 'None', null],
  ['K17', [`{level: Request, resources: ${core('pods/*')}}`], getLog, 'Request', 0],
  ['K18', [`{level: Request, resources: ${core('pods/*')}}`], getPod, 'Request', 0],
  ['K19', [`{level: Request, resources: ${core('*/*')}}`], getLog, 'None', null],
  ['K20', ['{level: Request, resources: [{group: ""}]}'], getLog, 'Request', 0],
  ['K21', [`{level: Request, resources: ${core('deployments')}}`], createDeployment, 'None', null],
  ['K22', ['{level: Request, resources: [{group: "*", resources: [deployments]}]}'], createDeployment, 'Request', 0],
  [
    'K23',
    ['{level: Request, resources: [{resources: [pods]}, {group: apps, resources: [deployments]}]}'],
    createDeployment,
    'Request',
    0,
  ],
  [
    'K24',
    [`{level: Request, resources: ${named('configmaps', 'leader')}}`],
    `tim PUT ${d}/configmaps/leader`,
    'Request',
    0,
  ],
  [
    'K25',
    [`{level: Request, resources: ${named('configmaps', 'leader')}}`],
    `tim PUT ${d}/configmaps/other`,
    'None',
    null,
  ],
  [
    'K26',
    [`{level: Request, verbs: [create], resources: ${named('configmaps', 'leader')}}`],
    `tim POST ${d}/configmaps`,
    'None',
    null,
  ],
  ['K27', [`{level: Request, resources: ${named('secrets', 'usersshkeys')}}`], `tim GET ${d}/secrets`, 'None', null],
  [
    'K28',
    [`{level: Request, resources: ${named('secrets', 'usersshkeys')}}`],
    `tim GET ${d}/secrets?fieldSelector=metadata.name%3Dusersshkeys`,
    'Request',
    0,
  ],
  ['K29', [`{level: Request, resources: ${named('pods/*', 'busybox')}}`], getLog, 'Request', 0],
  ['K30', ['{level: Request, namespaces: [kube-system]}'], getPod, 'None', null],
  ['K31', ['{level: Request, namespaces: [""]}'], getNode, 'Request', 0],
  ['K32', ['{level: Request, namespaces: [""]}'], 'tim GET /api/v1/pods', 'Request', 0],
  ['K33', ['{level: Request, namespaces: [prod]}'], 'tim GET /api/v1/namespaces/prod', 'Request', 0],
  ['K34', ['{level: Request, namespaces: [""]}'], 'tim GET /metrics', 'None', null],
  ['K35', ['{level: Request, resources: [{group: "*", resources: ["*"]}]}'], 'tim GET /metrics', 'None', null],
  ['K36', ['{level: None, nonResourceURLs: ["/healthz*"]}', 'level: Metadata'], 'proxy GET /healthz/etcd', 'None', 0],
  ['K37', ['{level: None, nonResourceURLs: ["/healthz*"]}', 'level: Metadata'], 'proxy GET /healthzzz', 'None', 0],
  [
    'K38',
    ['{level: None, nonResourceURLs: ["/metrics"]}', 'level: Metadata'],
    'proxy GET /metrics/slis',
    'Metadata',
    1,
  ],
  ['K39', ['{level: None, nonResourceURLs: ["*"]}', 'level: Metadata'], 'proxy POST /foo', 'None', 0],
  ['K40', ['{level: None, nonResourceURLs: ["*"]}', 'level: Metadata'], getPod, 'Metadata', 1],
  ['K41', ['{level: None, nonResourceURLs: ["/api*"]}', 'level: Metadata'], 'proxy GET /api/v1', 'None', 0],
  ['K42', ['{level: Request, verbs: [get], nonResourceURLs: ["/logs*"]}'], 'tim GET /logs/kubelet.log', 'Request', 0],
  ['K43', ['{level: Request, verbs: ["*"]}'], getPod, 'None', null],
  ['K44', ['{level: Request, users: ["*"]}'], getPod, 'None', null],
  ['K45', ['{level: Request, namespaces: ["*"]}'], getPod, 'None', null],
  ['K46', ['{level: Request, verbs: [GET]}'], getPod, 'None', null],
  ['K61', ['level: Metadata'], 'tim GET /version', 'Metadata', 0],
]

test.each(cases)('%s: %j says of %s: %s, rule %j', (_, rules, request, level, rule) => {
  expect(resolve(read(policyOf(...rules)), ask(request))).toMatchObject({ level, rule })
})

test('K1: without rules nothing is recorded', () => {
  const policy: Policy = { version: 'v1', rules: [], omitStages: ['Panic'], omitManagedFields: true }
  const answer = { level: 'None', omitStages: ['Panic'], omitManagedFields: true, rule: null }
  expect(resolve(policy, ask(getPod))).toEqual(answer)
})

describe('policies in use', () => {
  test.each<[string, string, string, string, string, number | null]>([
    ['K47', 'calico', calico, 'POST /apis/projectcalico.org/v3/tiers', 'RequestResponse', 0],
    ['K48', 'calico', calico, 'PUT /apis/projectcalico.org/v3/tiers/t', 'None', null],
    ['K49', 'calico', calico, 'POST /apis/projectcalico.org/v3/namespaces/d/networkpolicies', 'None', null],
    ['K50', 'calico', calico, 'DELETE /apis/networking.k8s.io/v1/namespaces/d/networkpolicies', 'None', null],
    ['K51', 'recommended', recommended, 'PATCH /apis/apps/v1/namespaces/d/deployments/x', 'RequestResponse', 0],
    ['K52', 'recommended', recommended, 'PATCH /apis/apps/v1/namespaces/d/deployments/x/scale', 'Metadata', 2],
    ['K53', 'recommended', recommended, `POST ${d}/secrets`, 'Metadata', 2],
    ['K54', 'recommended', recommended, `PUT ${d}/secrets/usersshkeys`, 'RequestResponse', 0],
    ['K55', 'recommended', recommended, `POST ${d}/pods/p/exec`, 'RequestResponse', 1],
    ['K56', 'recommended', recommended, 'GET /api/v1/nodes', 'Metadata', 2],
    ['K57', 'minimal', minimal, 'GET /api/v1/nodes', 'None', null],
    ['K58', 'minimal', minimal, `GET ${d}/secrets/s`, 'Metadata', 2],
    ['K59', 'minimal', minimal, `POST ${d}/pods/p/exec`, 'Request', 1],
    ['K60', 'minimal', minimal, `DELETE ${d}/pods`, 'None', null],
  ])('%s: %s says of the request', (_, __, text, request, level, rule) => {
    expect(resolve(read(text), ask(`tim ${request}`))).toMatchObject({ level, rule })
  })
})

describe('stages and managed fields', () => {
  test('are those of the policy and of the rule together, sorted and once each', () => {
    const text = `${policyOf('{level: Request, users: [x]}', '{level: Metadata, omitStages: [ResponseStarted, Panic]}')}omitStages: [ResponseStarted, RequestReceived]\n`
    const { omitStages, rule } = resolve(read(text), ask(getPod))
    expect([omitStages, rule]).toEqual([['Panic', 'RequestReceived', 'ResponseStarted'], 1])
  })

  test.each([
    ['true', 'false', false],
    ['false', 'true', true],
    ['true', 'null', true],
  ])('policy %s, rule %s: %s', (ofPolicy, ofRule, expected) => {
    const text = `${policyOf(`{level: Metadata, omitManagedFields: ${ofRule}}`)}omitManagedFields: ${ofPolicy}\n`
    expect(resolve(read(text), ask(getPod)).omitManagedFields).toBe(expected)
  })
})

describe('answers of kube-apiserver', () => {
  const vectors = new URL('../vectors/k8s-policy/', import.meta.url)
  const recorded = readFileSync(new URL('resolve.jsonl', vectors), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const files = [...new Set(recorded.map(({ policy }) => policy as string))]

  test.each(files)('to %s', (file) => {
    const decide = compilePolicy(read(readFileSync(new URL(`policies/${file}`, vectors), 'utf8')))
    const asked = recorded.filter(({ policy }) => policy === file)
    expect(asked.length).toBeGreaterThan(0)
    for (const { attributes, level, omitStages, omitManagedFields } of asked) {
      expect(decide({ ...ask('tim GET /'), ...attributes })).toMatchObject({ level, omitStages, omitManagedFields })
    }
  })
})
