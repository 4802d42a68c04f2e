/** KKP's presets as policies: they load, and decide as KKP's own do. */
import { expect, test } from 'vitest'
import { type PolicyPreset, policyPresets } from '../../../src/audit/kkp/kkp.ts'
import { presetPolicies } from '../../../src/audit/kkp/presets.ts'
import { readPolicy } from '../../../src/audit/kubernetes/policy-read.ts'
import { type Attributes, compilePolicy } from '../../../src/audit/kubernetes/resolve.ts'

test.each(policyPresets)('%s has no faults', (preset) => expect(readPolicy(presetPolicies[preset]).faults).toEqual([]))

/** `create pods`, `get pods/exec`, `get /healthz`; a group before the resource: `update apps:deployments`. */
function attributesOf(text: string): Attributes {
  const [verb = '', rest = ''] = text.split(' ')
  const base = {
    user: null,
    verb,
    namespace: 'a',
    apiGroup: '',
    apiVersion: 'v1',
    resource: '',
    subresource: '',
    name: '',
    path: '',
  }
  if (rest.startsWith('/')) return { ...base, resourceRequest: false, path: rest }
  const [, group = '', resource = '', subresource = '', name = ''] =
    /^(?:([^:]*):)?([^/#]+)(?:\/([^#]*))?(?:#(.*))?$/.exec(rest)!
  return { ...base, resourceRequest: true, apiGroup: group, resource, subresource, name }
}

test.each<[string, Record<PolicyPreset, string>]>([
  ['create pods', { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'RequestResponse' }],
  ['deletecollection pods', { metadata: 'Metadata', recommended: 'Metadata', minimal: 'None' }],
  ['update apps:deployments', { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'RequestResponse' }],
  ['update apps:deployments/scale', { metadata: 'Metadata', recommended: 'Metadata', minimal: 'None' }],
  [
    'patch cluster.k8s.io:machines',
    { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'RequestResponse' },
  ],
  [
    'delete templates.gatekeeper.sh:any',
    { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'RequestResponse' },
  ],
  ['update secrets#usersshkeys', { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'RequestResponse' }],
  ['create secrets', { metadata: 'Metadata', recommended: 'Metadata', minimal: 'Metadata' }],
  ['get pods/exec', { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'Request' }],
  ['get services/proxy', { metadata: 'Metadata', recommended: 'RequestResponse', minimal: 'Request' }],
  ['get pods/log', { metadata: 'Metadata', recommended: 'Metadata', minimal: 'Metadata' }],
  ['list configmaps', { metadata: 'Metadata', recommended: 'Metadata', minimal: 'Metadata' }],
  ['get /healthz', { metadata: 'Metadata', recommended: 'Metadata', minimal: 'None' }],
])('%s: %j', (text, expected) => {
  for (const preset of policyPresets) {
    const decision = compilePolicy(readPolicy(presetPolicies[preset]).policy!)(attributesOf(text))
    expect([preset, decision.level]).toEqual([preset, expected[preset]])
    expect(decision.omitStages).toEqual(preset === 'metadata' ? [] : ['RequestReceived'])
  }
})
