/**
 * Damage: random bytes and spoilt entries crash nothing, cost only the entry that they hit, and are the same to the machine and to the
 * generated function, whether told as malformed or rendered.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { malformed, noRoom } from '../../src/engine/program.ts'
import { unidentified } from '../../src/identifier.ts'
import { memory } from '../engine/entries.ts'
import { engine, reference } from './engine.ts'
import { anyEntry, encodeEntry } from './entries.ts'
import { anyFormat } from './formats.ts'
import { entriesPerFormat, parameters, timeout } from './runs.ts'

const options = {
  omitEmptyValues: false,
  timeZone: 'UTC',
  kumaValues: {},
  textSafety: { escapeControl: false, wholeCharacters: false, finiteNumbers: false },
  receivedAtMs: 0,
  contentTypeListed: false,
  machine: true,
}

/** A byte is changed, taken out or put in, at a place that the number tells. */
interface Spoil {
  readonly kind: 'change' | 'remove' | 'insert' | 'truncate'
  readonly at: number
  readonly byte: number
}

const anySpoils = fc.array(
  fc.record({
    kind: fc.constantFrom<Spoil['kind']>('change', 'remove', 'insert', 'truncate'),
    at: fc.nat(),
    byte: fc.integer({ min: 0, max: 255 }),
  }),
  { minLength: 1, maxLength: 3 },
)

function spoil(entry: Uint8Array, spoils: readonly Spoil[]): Uint8Array {
  const bytes = [...entry]
  for (const { kind, at, byte } of spoils) {
    const place = at % (bytes.length + 1)
    if (kind === 'change') bytes.splice(place, 1, byte)
    else if (kind === 'remove') bytes.splice(place, 1)
    else if (kind === 'insert') bytes.splice(place, 0, byte)
    else bytes.length = place
  }
  return Uint8Array.from(bytes)
}

const anyCase = fc.record({
  format: anyFormat,
  entries: fc.array(
    fc.record({
      entry: anyEntry,
      damage: fc.oneof(fc.record({ spoils: anySpoils }), fc.record({ random: fc.uint8Array({ maxLength: 64 }) })),
    }),
    { minLength: entriesPerFormat, maxLength: entriesPerFormat },
  ),
})

test(
  'damaged bytes are told or rendered, the machine and the function agree, nothing before the line is touched, and the next entry is as ever',
  () => {
    fc.assert(
      fc.property(anyCase, ({ format: { spec }, entries }) => {
        const programs = compileFormat(spec, { ...options, memory })
        const withMachine = engine(spec, options)
        const without = engine(spec, { ...options, machine: false })
        for (const { entry, damage } of entries) {
          const whole = encodeEntry(entry, new Map())
          const damaged = 'random' in damage ? damage.random : spoil(whole, damage.spoils)
          const program = programs[entry.kind]
          const runs = program.bindStream(unidentified)
          const render = (bytes: Uint8Array) => {
            memory.bytes.set(bytes, memory.inputAt)
            return program.render(memory.inputAt, memory.inputAt + bytes.length, memory.outputAt, runs, 0)
          }
          memory.bytes.fill(0x7e, memory.outputAt - 64, memory.outputAt)
          const out = render(damaged)
          if (out === malformed) expect(program.fault()).toMatch(/^[a-z_]+$/)
          else expect(out).toBeGreaterThanOrEqual(memory.outputAt)
          expect(out).not.toBe(noRoom)
          expect(memory.bytes.subarray(memory.outputAt - 64, memory.outputAt).every((byte) => byte === 0x7e)).toBe(true)
          expect(render(whole)).toBeGreaterThanOrEqual(memory.outputAt)
          expect(withMachine(entry.kind, damaged)).toBe(without(entry.kind, damaged))
        }
      }),
      parameters,
    )
  },
  timeout,
)

test('an entry between two damaged ones is the line of the reference', () => {
  const spec = { json: { a: '%REQ(X-A)%', m: '%DYNAMIC_METADATA(ns)%', f: '%FILTER_STATE(k)%', t: '%START_TIME%' } }
  const { http } = compileFormat(spec, { ...options, memory })
  const render = (bytes: Uint8Array) => {
    memory.bytes.set(bytes, memory.inputAt)
    return http.render(memory.inputAt, memory.inputAt + bytes.length, memory.outputAt, [], 0)
  }
  const good = encodeEntry(
    {
      kind: 'http',
      fields: {
        common_properties: {
          start_time: { seconds: 1582062737, nanos: 987654321 },
          metadata: { filter_metadata: [{ key: Buffer.from('ns'), value: { fields: [] } }] },
        },
      },
    },
    new Map(),
  )
  const expected = reference(spec, options)('http', good)
  expect(expected).toContain('2020-02-18T21:52:17.987Z')
  for (let cut = 1; cut < good.length; cut++) {
    render(good.subarray(0, cut))
    const out = render(good)
    expect(Buffer.from(memory.bytes.subarray(memory.outputAt, out)).toString('latin1')).toBe(expected)
  }
})
