/**
 * Kuma's own answers to policies (its API, five versions), against ours: accepted or not, at the same places, in words that hold Kuma's.
 * Where we differ on purpose it is named here, with the reason.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { validateMeshAccessLog } from '../../../src/policy/validation/validate.ts'
import { faultsOf, fromYaml, policy, warningsOf, withBackend } from './policy-text.ts'

interface Answer {
  readonly accepted: boolean
  readonly violations: readonly { readonly field: string; readonly message: string }[]
  readonly warnings?: readonly string[]
}

interface Case {
  readonly id: string
  readonly document: string
  readonly results: Readonly<Record<string, { readonly apply: Answer }>>
}

/** By id of the case. All of them are accepted here, with a warning, and refused there. */
const differences: Readonly<Record<string, string>> = {
  'json-quote':
    'Kuma pastes values into JSON without escaping them, and so refuses what its documentation shows in the list of default fields.',
}

const cases = readFileSync(new URL('../vectors/validate.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

const fields = (faults: readonly { readonly path: string }[]) => [...new Set(faults.map(({ path }) => path))].sort()

describe.each(cases)('$id', ({ id, document, results }) => {
  test.each(Object.entries(results))('is judged as by Kuma %s', (version, { apply }) => {
    const verdict = validateMeshAccessLog(fromYaml(document), { version: version as KumaVersion })
    if (differences[id]) {
      expect(apply.accepted).toBe(false)
      expect(verdict.faults).toEqual([])
      expect(verdict.warnings.map(({ path }) => path)).toEqual(
        expect.arrayContaining([expect.stringContaining(apply.violations[0]!.field)]),
      )
      return
    }
    expect(fields(verdict.faults)).toEqual(fields(apply.violations.map(({ field }) => ({ path: field }))))
    for (const { field, message } of apply.violations) {
      const said = verdict.faults.filter(({ path }) => path === field).map((fault) => fault.message)
      expect(said).toContainEqual(expect.stringContaining(message))
    }
    const warnings = verdict.warnings.map(({ message }) => message).join('\n')
    for (const warning of apply.accepted ? (apply.warnings ?? []) : []) expect(warnings).toContain(warning)
  })
})

describe('we differ from Kuma', () => {
  const pair = (value: string) =>
    withBackend(`{type: File, file: {path: /x, format: {type: Json, json: [{key: k, value: ${value}}]}}}`)

  test.each([`'"%REQ(:METHOD)%'`, `'"%REQ(X-FORWARDED-FOR)%"'`])(
    'a double quote in a JSON value, %s, is part of the value, for the documentation shows it',
    (value) => {
      expect(faultsOf(pair(value), '2.14')).toEqual([])
      expect(warningsOf(pair(value), '2.14')).toEqual([
        'json_quotes spec.to[0].default.backends[0].file.format.json[0].value',
      ])
    },
  )

  test('what is no JSON for another reason stays a fault', () => {
    expect(faultsOf(pair(`'C:\\logs'`), '2.14')).toHaveLength(1)
    expect(faultsOf(pair('"a\\nb"'), '2.14')).toHaveLength(1)
    expect(faultsOf(pair(`'a\\tb'`), '2.14')).toEqual([])
  })

  test.each<KumaVersion>(['2.10', '2.13', '2.14'])(
    'rules are looked into by Kuma %s too, whose first versions forget it',
    (version) => {
      const rules = policy('{rules: [{default: {backends: [{type: File, file: {path: x}}]}}]}')
      expect(faultsOf(rules, version)).toEqual([
        'spec.rules[0].default.backends[0].file.path: file backend requires a valid path.',
      ])
    },
  )

  test('Kuma 2.12 calls a MeshService a MeshSubset when it warns of it', () => {
    const text = '{targetRef: {kind: MeshService, name: web}, to: [{targetRef: {kind: Mesh}, default: {backends: []}}]}'
    const [warning] = validateMeshAccessLog(policy(text), { version: '2.12' }).warnings
    expect(warning!.message).toContain(
      "MeshService value for 'targetRef.kind' is deprecated, use Dataplane with labels",
    )
  })
})
