import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { featuresOf } from '../../../src/policy/matching/features.ts'
import { decideInbound } from '../../../src/policy/matching/inbound.ts'
import type { MeshAccessLog, RuleMatch } from '../../../src/policy/resources.ts'
import { destinationOf } from '../support/destination.ts'
import { createPolicy, wholeMesh } from '../support/resource-builders.ts'

/** Each rule as its backends and its reason. */
function decideRules(policies: readonly MeshAccessLog[], version: KumaVersion) {
  return decideInbound(policies, featuresOf(version)).map(({ backends, why }) => {
    const letters = backends.map(({ backend }) => destinationOf(backend).slice(1)).join('')
    return `${letters} by ${why}`
  })
}

const weak = createPolicy('weak', wholeMesh, { from: ['A'] })
const strong = createPolicy('strong', wholeMesh, { rules: [{ backends: 'B' }, { backends: 'C' }] })
const silent = createPolicy('silent', wholeMesh, { rules: [{ backends: '' }] })

describe('up to 2.13', () => {
  test('the last element of the strongest policy is all there is', () => {
    expect(decideRules([weak, strong], '2.13')).toEqual(['C by strong/rules[1], over strong/rules[0], weak/from[0]'])
  })

  test('an empty list silences', () => {
    expect(decideRules([weak, silent], '2.10')).toEqual([' by silent/rules[0], over weak/from[0]'])
  })

  test('rules are unknown before 2.10', () => {
    expect(decideRules([weak, strong], '2.9')).toEqual(['A by weak/from[0]'])
  })

  test('rules come before from in one policy', () => {
    const both = createPolicy('both', wholeMesh, { from: ['A'], rules: [{ backends: 'B' }] })
    expect(decideRules([both], '2.10')).toEqual(['B by both/rules[0]'])
    expect(decideRules([both], '2.9')).toEqual(['A by both/from[0]'])
  })

  test('matches are not looked at', () => {
    const matches: RuleMatch[] = [{ spiffeID: null, sni: { type: 'Exact', value: 'a' } }]
    expect(
      decideInbound([createPolicy('p', wholeMesh, { rules: [{ matches, backends: 'A' }] })], featuresOf('2.13')),
    ).toMatchObject([{ when: { kind: 'always' } }])
  })

  test('of many that are overruled three are named', () => {
    const policies = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => createPolicy(name, wholeMesh, { from: ['A'] }))
    expect(decideRules(policies, '2.6')).toEqual(['A by f/from[0], over e/from[0], d/from[0], c/from[0], 2 more'])
  })
})

describe('since 2.14', () => {
  test('every element logs for itself, and an empty one silences nobody', () => {
    expect(decideRules([weak, silent, strong], '2.14')).toEqual([
      'A by weak/from[0]',
      'B by strong/rules[0]',
      'C by strong/rules[1]',
    ])
  })

  test('3.0 reads no from', () => {
    expect(decideRules([weak, strong], '3.0-dev')).toEqual(['B by strong/rules[0]', 'C by strong/rules[1]'])
  })

  test('the more special matches come first, and each is a rule', () => {
    const exact = { type: 'Exact', value: 'spiffe://m/a' } as const
    const prefix = { type: 'Prefix', value: 'spiffe://m/' } as const
    const sni = { type: 'Exact', value: 'x.mesh' } as const
    const special = createPolicy('special', wholeMesh, {
      rules: [
        {
          matches: [
            { spiffeID: null, sni },
            { spiffeID: prefix, sni: null },
            { spiffeID: prefix, sni },
            { spiffeID: exact, sni: null },
            { spiffeID: exact, sni },
          ],
          backends: 'D',
        },
      ],
    })
    expect(decideInbound([weak, special], featuresOf('2.14')).map(({ when, why }) => [why, when])).toEqual([
      ['special/rules[0].matches[4]', { kind: 'connection', spiffeID: exact, sni: 'x.mesh' }],
      ['special/rules[0].matches[3]', { kind: 'connection', spiffeID: exact, sni: null }],
      ['special/rules[0].matches[2]', { kind: 'connection', spiffeID: prefix, sni: 'x.mesh' }],
      ['special/rules[0].matches[1]', { kind: 'connection', spiffeID: prefix, sni: null }],
      ['special/rules[0].matches[0]', { kind: 'connection', spiffeID: null, sni: 'x.mesh' }],
      ['weak/from[0]', { kind: 'always' }],
    ])
  })
})

test('a policy in a namespace is named with it', () => {
  expect(decideRules([createPolicy('p', wholeMesh, { namespace: 'shop', from: ['A'] })], '2.14')).toEqual([
    'A by shop/p/from[0]',
  ])
})
