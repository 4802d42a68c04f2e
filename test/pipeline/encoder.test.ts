import { describe, expect, test } from 'vitest'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { batchBytesMax, batchEntriesMax } from '../../src/limits.ts'
import { Encoder } from '../../src/pipeline/encoder.ts'
import { Intake } from '../../src/pipeline/intake.ts'
import { Rejections } from '../../src/pipeline/rejections.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { Spans } from '../../src/wire/spans.ts'
import { encodeEntry } from '../engine/entries.ts'
import { FakeProgram, layIn } from './fake-program.ts'
import { rigOf, stream } from './rig.ts'

function encoderRig(outputBytesMax: number, inputBytesMax = 1 << 20) {
  const memory = createMemory({ inputBytesMax, outputBytesMax })
  const intake = new Intake()
  const rejections = new Rejections(intake)
  const encoder = new Encoder({ memory, rejections })
  const program = new FakeProgram(memory)
  const { outbox, writer } = rigOf({ queueBytesMax: 64 << 20 })
  const encoding = { program, runs: program.bindStream(stream), outbox, stream }
  let puts = 0
  const put = outbox.put.bind(outbox)
  outbox.put = (...args) => {
    puts++
    put(...args)
  }
  const encode = (entries: readonly string[]) => {
    encoder.encode(encoding, layIn(memory, entries), 0, entries.length, 0)
    encoder.finish()
  }
  const arrived = async () => {
    writer.automatic = true
    writer.succeed()
    await outbox.drain(1000)
    return writer.delivered
  }
  return { encode, arrived, intake, outbox, puts: () => puts }
}

describe('encoder', () => {
  test('a message becomes one run of whole entries', async () => {
    const { encode, arrived, puts } = encoderRig(1000)
    encode(['a', 'b', 'c'])
    expect(puts()).toBe(1)
    expect(await arrived()).toEqual(['mesh.web:a', 'mesh.web:b', 'mesh.web:c'])
  })

  test('a malformed entry costs itself alone', async () => {
    const { encode, arrived, intake, outbox } = encoderRig(1000)
    encode(['a', 'bad:truncated', 'b', 'bad:wire_type', 'bad:truncated'])
    expect(await arrived()).toEqual(['mesh.web:a', 'mesh.web:b'])
    expect([...intake.malformed]).toEqual([
      ['truncated', 2],
      ['wire_type', 1],
    ])
    expect(outbox.ledger.accepted).toBe(2)
  })

  test('a program that throws costs that entry alone, under a name of its own', async () => {
    const { encode, arrived, intake } = encoderRig(1000)
    encode(['a', 'throw', 'b'])
    expect(await arrived()).toEqual(['mesh.web:a', 'mesh.web:b'])
    expect([...intake.malformed]).toEqual([['program_fault', 1]])
  })

  test('without room the run is handed over and the entry rendered again', async () => {
    const { encode, arrived, puts, intake } = encoderRig(100)
    encode(['size:60', 'size:50', 'size:50', 'size:100', 'a'])
    expect(puts()).toBe(4)
    expect((await arrived()).map((entry) => entry.length)).toEqual([60, 50, 50, 100, 10])
    expect(intake.malformedTotal).toBe(0)
  })

  test('an entry larger than the whole region is malformed, first, amid others and last', async () => {
    const { encode, arrived, intake } = encoderRig(100)
    encode(['size:101', 'a', 'size:200', 'b', 'size:101'])
    expect(await arrived()).toEqual(['mesh.web:a', 'mesh.web:b'])
    expect([...intake.malformed]).toEqual([['entry_too_large', 3]])
  })

  test('entries that render as nothing are entries all the same', async () => {
    const { encode, arrived, outbox } = encoderRig(100)
    encode(['empty', 'a', 'empty'])
    expect(outbox.ledger.accepted).toBe(3)
    expect(await arrived()).toEqual(['', 'mesh.web:a', ''])
  })

  test('a run is handed over at the size of a batch, and at its number of entries', async () => {
    const bytes = encoderRig(16 * batchBytesMax)
    bytes.encode(new Array(9).fill(`size:${batchBytesMax / 2}`))
    expect(bytes.puts()).toBe(5)
    expect((await bytes.arrived()).length).toBe(9)
    const entries = encoderRig(1000)
    entries.encode(new Array(2 * batchEntriesMax + 1).fill('empty'))
    expect(entries.puts()).toBe(3)
    expect(entries.outbox.ledger.accepted).toBe(2 * batchEntriesMax + 1)
  })

  test('a message of malformed entries only puts nothing', () => {
    const { encode, puts } = encoderRig(100)
    encode(['bad:truncated'])
    encode([])
    expect(puts()).toBe(0)
  })

  test('entries that go in one go, and those between them that do not, keep their order', async () => {
    const memory = createMemory({ inputBytesMax: 1 << 20, outputBytesMax: 1 << 20 })
    const intake = new Intake()
    const encoder = new Encoder({ memory, rejections: new Rejections(intake) })
    const { outbox, writer } = rigOf({ queueBytesMax: 64 << 20 })
    const { http: program } = compileFormat({ text: '%REQ(:PATH)%' }, { memory })
    const entries = new Spans()
    let at = memory.inputAt
    const add = (bytes: Uint8Array) => {
      memory.bytes.set(bytes, at)
      entries.add(at, at + bytes.length)
      at += bytes.length
    }
    const entry = (path: string) => encodeEntry('http', { request: { path } })
    // A length of five bytes: only the generated function takes it.
    const unusual = Uint8Array.of(0x1a, 0x85, 0x80, 0x80, 0x80, 0x00, 0x2a, 3, 0x6f, 0x64, 0x64)
    for (let i = 0; i < 3000; i++) {
      if (i === 1500) add(Uint8Array.of(0x1a, 99))
      else add(i % 1000 === 7 ? unusual : entry(`/${i}`))
    }
    encoder.encode({ program, runs: program.bindStream(stream), outbox, stream }, entries, 0, entries.count, 0)
    encoder.finish()
    writer.automatic = true
    writer.succeed()
    await outbox.drain(1000)
    const expected = Array.from({ length: 3000 }, (_, i) => (i % 1000 === 7 ? 'odd' : `/${i}`))
    expect(writer.delivered).toEqual(expected.filter((_, i) => i !== 1500))
    expect([...intake.malformed]).toEqual([['truncated', 1]])
  })
})
