/** What is odd about policies that kube-apiserver takes. */
import { describe, expect, test } from 'vitest'
import { readPolicyText } from '../../../src/audit/kubernetes/policy-read.ts'
import { calico, minimal, policyOf, recommended } from './policies.ts'

function warningsOf(text: string): string[] {
  const { faults, warnings } = readPolicyText(text)
  expect(faults).toEqual([])
  return warnings.map(({ code, path, message }) => {
    expect(message).toMatch(/^[^\n]+\.\n[^\n]+\.$/)
    return `${code} ${path}`
  })
}

test('nothing is odd about an ordinary policy', () => {
  const verbs = 'verbs: [create, update, patch, delete, deletecollection]'
  const resources =
    'resources: [{group: apps, resources: [deployments, "*/scale"]}, {group: "", resources: [pods/exec]}]'
  expect(
    warningsOf(
      policyOf(
        '{level: None, nonResourceURLs: ["/healthz*"]}',
        `{level: Request, ${verbs}, ${resources}}`,
        'level: Metadata',
      ),
    ),
  ).toEqual([])
})

describe('a rule that is never reached', () => {
  test.each<[string, string, string]>([
    ['after one for everything', 'level: None', '{level: Metadata, users: [a]}'],
    ['the same again', '{level: None, users: [a], verbs: [get]}', '{level: Metadata, users: [a], verbs: [get]}'],
    ['fewer users', '{level: None, users: [a, b]}', '{level: Metadata, users: [b]}'],
    ['more conditions', '{level: None, verbs: [get]}', '{level: Metadata, verbs: [get], resources: [{group: ""}]}'],
    [
      'a path below a prefix',
      '{level: None, nonResourceURLs: ["/a*"]}',
      '{level: None, nonResourceURLs: ["/ab*", /a]}',
    ],
    ['any path', '{level: None, nonResourceURLs: ["*"]}', '{level: None, nonResourceURLs: [/a]}'],
    [
      'a group',
      '{level: None, resources: [{group: apps}]}',
      '{level: None, resources: [{group: apps, resources: ["*"]}]}',
    ],
    ['all groups', '{level: None, resources: [{group: "*"}]}', '{level: None, resources: [{group: a}, {group: b}]}'],
    [
      'a subresource',
      '{level: None, resources: [{resources: ["pods/*"]}]}',
      '{level: None, resources: [{resources: [pods, pods/log]}]}',
    ],
    [
      'any log',
      '{level: None, resources: [{resources: ["*/log"]}]}',
      '{level: None, resources: [{resources: [pods/log]}]}',
    ],
    [
      'a name',
      '{level: None, resources: [{resources: [pods]}]}',
      '{level: None, resources: [{resources: [pods], resourceNames: [a]}]}',
    ],
    ['a namespace', '{level: None, namespaces: [a, b]}', '{level: None, namespaces: [a], resources: [{group: ""}]}'],
  ])('%s', (_, first, second) => {
    expect(warningsOf(policyOf(first, second))).toEqual(['unreached rules[1]'])
  })

  test.each<[string, string, string]>([
    ['other users', '{level: None, users: [a]}', '{level: Metadata, users: [a, b]}'],
    ['no users', '{level: None, users: [a]}', 'level: Metadata'],
    ['a wider prefix', '{level: None, nonResourceURLs: ["/ab*"]}', '{level: None, nonResourceURLs: ["/a*"]}'],
    ['resources, not paths', '{level: None, nonResourceURLs: ["*"]}', '{level: None, namespaces: [a]}'],
    ['paths, not resources', '{level: None, resources: [{group: "*"}]}', '{level: None, nonResourceURLs: ["*"]}'],
    ['both', '{level: None, resources: [{group: "*"}]}', '{level: None, users: [a]}'],
    ['any group', '{level: None, resources: [{group: apps}]}', '{level: None, resources: [{group: "*"}]}'],
    ['a whole group', '{level: None, resources: [{resources: ["*"]}]}', '{level: None, resources: [{group: ""}]}'],
    [
      'subresources',
      '{level: None, resources: [{resources: [pods]}]}',
      '{level: None, resources: [{resources: ["pods/*"]}]}',
    ],
    [
      'other names',
      '{level: None, resources: [{resources: [pods], resourceNames: [a]}]}',
      '{level: None, resources: [{resources: [pods]}]}',
    ],
    ['any namespace', '{level: None, namespaces: [a]}', '{level: None, resources: [{group: ""}]}'],
  ])('is not one for %s', (_, first, second) => {
    const unreached = readPolicyText(policyOf(first, second)).warnings.filter(({ code }) => code === 'unreached')
    expect(unreached).toEqual([])
  })
})

describe('names that no request has', () => {
  test.each<[string, string[]]>([
    ['{level: None, verbs: ["*"]}', ['unknown_verb rules[0].verbs[0]']],
    ['{level: None, verbs: [get, GET, chage]}', ['unknown_verb rules[0].verbs[1]', 'unknown_verb rules[0].verbs[2]']],
    ['{level: None, verbs: [post], namespaces: [a]}', ['unknown_verb rules[0].verbs[0]']],
    ['{level: None, verbs: [list], nonResourceURLs: [/a]}', ['unknown_verb rules[0].verbs[0]']],
    ['{level: None, verbs: [post, list, ""]}', []],
    ['{level: None, users: ["*"]}', ['literal_star rules[0].users[0]']],
    ['{level: None, userGroups: [a, "system:*"]}', ['literal_star rules[0].userGroups[1]']],
    ['{level: None, namespaces: ["*"]}', ['literal_star rules[0].namespaces[0]']],
    [
      '{level: None, resources: [{resources: [a], resourceNames: ["*"]}]}',
      ['literal_star rules[0].resources[0].resourceNames[0]'],
    ],
    ['{level: None, resources: [{resources: ["*/*"]}]}', ['odd_resource rules[0].resources[0].resources[0]']],
    ['{level: None, resources: [{resources: [pods, Pod]}]}', ['odd_resource rules[0].resources[0].resources[1]']],
    ['{level: None, resources: [{resources: ["pod*"]}]}', ['odd_resource rules[0].resources[0].resources[0]']],
    [
      '{level: None, resources: [{resources: [deployments.apps]}]}',
      ['odd_resource rules[0].resources[0].resources[0]'],
    ],
    [
      '{level: None, verbs: [create], resources: [{resources: [a], resourceNames: [b]}]}',
      ['unseen_name rules[0].resources[0].resourceNames'],
    ],
  ])('%s', (rule, expected) => {
    expect(warningsOf(policyOf(rule))).toEqual(expected)
  })

  test.each([
    ['{level: None, verbs: [POST], namespaces: [a]}', 'For resources it is called create.'],
    ['{level: None, verbs: [Get]}', 'Verbs are lower case: get.'],
    ['{level: None, verbs: [updates]}', 'Did you mean update?'],
  ])('and what they may have meant: %s', (rule, mending) => {
    expect(readPolicyText(policyOf(rule)).warnings[0]?.message.split('\n')[1]).toBe(mending)
  })
})

describe('samples that are in use', () => {
  test("Calico's has its four gaps", () => {
    expect(warningsOf(calico)).toEqual([
      'deprecated_version apiVersion',
      'missing_verb rules[0].verbs',
      'missing_verb rules[0].verbs',
      'not_covered rules[0].resources[0].resources',
    ])
    const [, update, deletecollection] = readPolicyText(calico).warnings
    expect([update!.message, deletecollection!.message]).toEqual([
      expect.stringContaining('but not update'),
      expect.stringContaining('but not deletecollection'),
    ])
  })

  test.each([
    ['recommended', recommended],
    ['minimal', minimal],
  ])('of KKP: %s', (_, text) => {
    expect(warningsOf(text)).toEqual([
      'missing_verb rules[0].verbs',
      'not_covered rules[0].resources[1].resources',
      'unseen_name rules[0].resources[4].resourceNames',
    ])
  })

  test('what is not recorded has no gaps', () => {
    expect(warningsOf(calico.replace('RequestResponse', 'None').replace('v1beta1', 'v1'))).toEqual([])
  })
})
