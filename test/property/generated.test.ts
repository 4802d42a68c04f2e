/**
 * Generated equals reference: first the cases that once went wrong, then random formats on random entries, in canonical form and in
 * other encodings of the same. `README.md` beside tells how to run more of them, and how to repeat a failure.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadSchema } from '../../src/schema/load.ts'
import { reencode } from '../engine/reencode.ts'
import type { Kind } from '../reference/value.ts'
import { engine, type Options, reference } from './engine.ts'
import { anyEntry, encodeEntry } from './entries.ts'
import { anyFormat, type Spec } from './formats.ts'
import { type Regression, regressions } from './regressions.ts'
import { entriesPerFormat, parameters, timeout } from './runs.ts'
import { anyText } from './strings.ts'
import { anyTags, nameTags } from './tags.ts'

const kumaNames = ['mesh', 'zone', 'workload', 'sourceService', 'destinationService', 'trafficDirection']

const anyOptions: fc.Arbitrary<Options> = fc.record({
  omitEmptyValues: fc.boolean(),
  timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Europe/Berlin'),
  kumaValues: fc.record(
    {
      ...Object.fromEntries(kumaNames.map((name) => [name, anyText])),
      sourceAddress: fc.constantFrom('10.0.0.3', 'fd00::3'),
    },
    { requiredKeys: [] },
  ),
  textSafety: fc.oneof(
    { arbitrary: fc.constant({ escapeControl: false, wholeCharacters: false, finiteNumbers: false }), weight: 2 },
    {
      arbitrary: fc.record({ escapeControl: fc.boolean(), wholeCharacters: fc.boolean(), finiteNumbers: fc.boolean() }),
      weight: 1,
    },
  ),
  receivedAtMs: fc.nat(2 ** 31),
  contentTypeListed: fc.boolean(),
  machine: fc.boolean(),
})

const schema = loadSchema()
const messages = {
  http: schema.message('envoy.data.accesslog.v3.HTTPAccessLogEntry'),
  tcp: schema.message('envoy.data.accesslog.v3.TCPAccessLogEntry'),
}

const anyCase = fc.record({
  format: anyFormat,
  options: anyOptions,
  entries: fc.array(fc.record({ entry: anyEntry, tags: anyTags }), {
    minLength: entriesPerFormat,
    maxLength: entriesPerFormat,
  }),
  seed: fc.nat(),
})

test.each(regressions)('regression: $reason', ({ spec, options, kind, entry, wire }) => {
  const expected = reference(spec, options)(kind, Buffer.from(entry, 'base64'))
  for (const machine of [true, false]) {
    expect(engine(spec, { ...options, machine })(kind, Buffer.from(wire ?? entry, 'base64'))).toBe(expected)
  }
})

test(
  'a line of the engine is the line of the reference, however the entry is encoded',
  () => {
    fc.assert(
      fc.property(anyCase, ({ format: { spec, uses }, options, entries, seed }) => {
        const render = engine(spec, options)
        const renderPlainly = reference(spec, options)
        for (const { entry, tags } of entries) {
          const bytes = encodeEntry(entry, nameTags(tags, uses))
          const expected = renderPlainly(entry.kind, bytes)
          for (const wire of [bytes, reencode(bytes, messages[entry.kind], randomFrom(seed))]) {
            const line = render(entry.kind, wire)
            if (line !== expected) expect(line, asRegression(spec, options, entry.kind, bytes, wire)).toBe(expected)
          }
        }
      }),
      parameters,
    )
  },
  timeout,
)

/** For `regressions.ts`. */
function asRegression(spec: Spec, options: Options, kind: Kind, entry: Uint8Array, wire: Uint8Array): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const other = wire === entry ? {} : { wire: base64(wire) }
  const found: Regression = { reason: '', spec, options, kind, entry: base64(entry), ...other }
  return `not as the reference: ${JSON.stringify(found)}`
}

/** Numbers that only depend on the seed, so that a found case shrinks. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
