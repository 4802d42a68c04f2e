/** What holds for a cluster of KKP by the rules of each generation: the worked examples, and what the generations between them do. */
import { describe, expect, test } from 'vitest'
import { effectiveSettings, type SettingsInput } from '../../../src/audit/kkp/effective-settings.ts'
import type { AuditLogging, PolicyPreset, WebhookSettings } from '../../../src/audit/kkp/kkp.ts'
import type { KkpGeneration } from '../../../src/config/kkp-generation.ts'

const webhook = (name: string): WebhookSettings => ({ name, namespace: 'kubermatic', initialBackoff: null })

interface Block {
  readonly on?: boolean
  readonly preset?: PolicyPreset
  readonly wh?: string
  readonly sidecar?: string
}

const block = ({ on = false, preset, wh, sidecar }: Block): AuditLogging => ({
  enabled: on,
  policyPreset: preset ?? null,
  sidecar: sidecar ?? null,
  webhookBackend: wh === undefined ? null : webhook(wh),
})

/** D: the datacenter's flag. EW: its webhook. S: the seed's block. C: the cluster's. O: opted out. */
interface Case {
  readonly D?: boolean
  readonly EW?: string
  readonly S?: Block
  readonly C?: Block
  readonly O?: boolean
  readonly alone?: boolean
}

const input = ({ D = false, EW, S, C, O = false, alone = false }: Case): SettingsInput => ({
  cluster: { auditLogging: C ? block(C) : null, isOptedOut: O, isLeftAlone: alone },
  datacenter: { enforceAuditLogging: D, enforcedAuditWebhookSettings: EW === undefined ? null : webhook(EW) },
  seed: { auditLogging: S ? block(S) : null },
})

const settle = (generation: KkpGeneration, given: Case) => effectiveSettings(generation, input(given))

/** The last column is what it comes to; null: no block, which is off. */
test.each<[string, KkpGeneration, Case, Block | null]>([
  ['E1', '2.14', { D: false, C: { on: false } }, { on: false }],
  ['E2', '2.14', { D: false, C: { on: true } }, { on: true }],
  ['E3', '2.14', { D: true, C: { on: false } }, { on: true }],
  ['E4', '2.14', { D: true, C: { on: true } }, { on: true }],
  ['E5', '2.14', { D: true }, { on: true }],
  ['neither', '2.14', {}, null],
  ['enforced, the rest stays', '2.14', { D: true, C: { preset: 'minimal' } }, { on: true, preset: 'minimal' }],
  ['enforced, nothing else stays', '2.19', { D: true, C: { preset: 'minimal', sidecar: 'x' } }, { on: true }],
  ['not enforced', '2.19', { C: { on: true, preset: 'minimal' } }, { on: true, preset: 'minimal' }],
  ['a webhook without enforcement', '2.26', { EW: 'c', C: { on: false, wh: 'a' } }, { wh: 'c' }],
  ['a webhook with enforcement', '2.26', { D: true, EW: 'c' }, { on: true, wh: 'c' }],
  ['a webhook without a block, where it fails', '2.26', { EW: 'c' }, null],
  ['the seed replaces', '2.28', { S: { preset: 'recommended' }, C: { on: true, wh: 'a' } }, { preset: 'recommended' }],
  ['the seed, the flag, the webhook', '2.28', { D: true, EW: 'c', S: { wh: 'b' } }, { on: true, wh: 'c' }],
  ['no seed, the flag', '2.28', { D: true, C: { preset: 'minimal' } }, { on: true, preset: 'minimal' }],
  ['a webhook without a block', '2.28', { EW: 'c' }, { wh: 'c' }],
  ['E6', 'main', { EW: 'c', C: { on: true, preset: 'minimal' } }, { on: true, preset: 'minimal' }],
  ['E7', 'main', { D: true, C: { preset: 'minimal', sidecar: 'x' } }, { on: true }],
  ['E7, left alone', 'main', { D: true, alone: true, C: { preset: 'minimal' } }, { on: true, preset: 'minimal' }],
  [
    'E8',
    'main',
    { D: true, S: { preset: 'recommended' }, C: { preset: 'minimal', wh: 'a' } },
    { on: true, preset: 'recommended' },
  ],
  ['E9', 'main', { D: true, S: { on: false, wh: 'b' } }, { on: true, wh: 'b' }],
  ['E10', 'main', { D: true, S: { wh: 'b' }, EW: 'c' }, { on: true, wh: 'c' }],
  ['E11', 'main', { D: true, O: true }, null],
  ['opted out with a seed', 'main', { D: true, O: true, S: { on: true }, C: { wh: 'a' } }, { wh: 'a' }],
  ['E13', 'main', { D: true, EW: 'c' }, { on: true, wh: 'c' }],
  ['E14', 'main', { C: { on: false, wh: 'a' } }, { wh: 'a' }],
])('%s, generation %s: %j is %j', (_, generation, given, expected) => {
  const { block: found, why } = settle(generation, given)
  expect(found).toEqual(expected && block(expected))
  expect(why.length).toBeGreaterThan(0)
})

describe('from main on', () => {
  test('E7: admission keeps of the cluster what the controller then takes away', () => {
    const { admitted, block: found, why } = settle('main', { D: true, C: { preset: 'minimal', sidecar: 'x' } })
    expect(admitted).toEqual(block({ on: true, preset: 'minimal', sidecar: 'x' }))
    expect(found).toEqual(block({ on: true }))
    expect(why.at(-1)).toContain('the controller takes away the preset')
  })

  test('the enforced webhook of a datacenter that enforces nothing is told to have no effect', () => {
    expect(settle('main', { EW: 'c' }).why.join(' ')).toContain('does not count without enforceAuditLogging')
  })
})
