/** LogRecords of the engine are those of the plain reference: for the recorded formats and entries, and for random ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogRecordFormat } from '../../src/format/log-record.ts'
import { anyEntry, encodeEntry } from '../property/entries.ts'
import { anyFormat, type Spec } from '../property/formats.ts'
import { entriesPerFormat, parameters, timeout } from '../property/runs.ts'
import { anyText } from '../property/strings.ts'
import { anyTags, nameTags } from '../property/tags.ts'
import { entriesOf } from '../reference/goldens.ts'
import { referenceRecord } from '../reference/log-record.ts'
import { decodeRecord, recorder } from './log-records.ts'

/** JSON as an AnyValue: operators stay where they are. */
function anyValueOf(json: unknown): object | string {
  if (json === null) return {}
  if (typeof json === 'string') return json
  if (typeof json === 'boolean') return { boolValue: json }
  if (typeof json === 'number') return Number.isSafeInteger(json) ? { intValue: json } : { doubleValue: json }
  if (Array.isArray(json)) return { arrayValue: { values: json.map(anyValueOf) } }
  const values = Object.entries(json as object).map(([key, value]) => ({ key, value: anyValueOf(value) }))
  return { kvlistValue: { values } }
}

function bodyOf(spec: Spec): unknown {
  if ('text' in spec) return spec.text
  return 'pairs' in spec ? { kvlistValue: { values: spec.pairs } } : anyValueOf(spec.json)
}

describe('recorded entries', () => {
  const folder = fileURLToPath(new URL('../golden/envoy-1.40.0', import.meta.url))
  const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'formats.json')))
  const options = { timeZone: 'Asia/Kolkata', receivedAtMs: 1_700_000_000_123, kumaValues: { mesh: 'default' } }

  test('there are some', () => expect(cases.length).toBeGreaterThan(3))

  test.each(cases)('%s', (name) => {
    const text = readFileSync(join(folder, name, 'formats.json'), 'utf8')
    const formats = (JSON.parse(text) as { name: string; format: Spec }[]).filter(
      ({ format }) => !JSON.stringify(format).includes('UNIQUE_ID'),
    )
    const entries = entriesOf(join(folder, name, 'capture.als'))
    for (const { format: spec } of formats) {
      const attributes = [{ key: 'm', value: '%KUMA_MESH%' }]
      const format: LogRecordFormat = { body: bodyOf(spec), attributes, typedValues: 'json' in spec }
      const record = recorder(format, options)
      for (const { kind, entry } of entries) {
        expect(decodeRecord(record(kind, entry))).toEqual(referenceRecord(format, options, kind, entry))
      }
    }
  })
})

const anyCase = fc.record({
  format: anyFormat.filter(({ uses }) => !uses.some((use) => use.includes('UNIQUE_ID'))),
  keys: fc.array(fc.constantFrom('a', '', '%KUMA_MESH%', 'x%KUMA_ZONE%%', 'é', '100%'), { maxLength: 4 }),
  typedValues: fc.boolean(),
  options: fc.record({
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata'),
    kumaValues: fc.record({ mesh: anyText, zone: anyText, sourceService: anyText }, { requiredKeys: ['mesh'] }),
    textSafety: fc.record({ escapeControl: fc.boolean(), wholeCharacters: fc.boolean(), finiteNumbers: fc.boolean() }),
    receivedAtMs: fc.nat(2 ** 31),
    contentTypeListed: fc.boolean(),
  }),
  entries: fc.array(fc.record({ entry: anyEntry, tags: anyTags }), {
    minLength: entriesPerFormat,
    maxLength: entriesPerFormat,
  }),
})

test(
  'random formats and entries',
  () => {
    fc.assert(
      fc.property(anyCase, ({ format: { spec, uses }, keys, typedValues, options, entries }) => {
        const attributes = keys.map((key, i) => ({ key, value: uses[i] ?? key.replaceAll('%', '%%') }))
        const usable = attributes.map(({ key, value }) => ({ key, value: Buffer.from(value, 'latin1').toString() }))
        const format: LogRecordFormat = { body: bodyOf(spec), attributes: usable, typedValues }
        const record = recorder(format, options)
        for (const { entry, tags } of entries) {
          const bytes = encodeEntry(entry, nameTags(tags, uses))
          const expected = referenceRecord(format, options, entry.kind, bytes)
          expect(decodeRecord(record(entry.kind, bytes))).toEqual(expected)
        }
      }),
      parameters,
    )
  },
  timeout,
)
