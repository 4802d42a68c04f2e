/** Entries of one stream that go different ways. */
import { describe, expect, test, vi } from 'vitest'
import type { ExpectedKey } from '../../src/engine/program.ts'
import { contextsMax } from '../../src/limits.ts'
import type { ContextFinder } from '../../src/pipeline/contexts.ts'
import type { Encoding } from '../../src/pipeline/encoder.ts'
import { Intake } from '../../src/pipeline/intake.ts'
import type { Judges } from '../../src/pipeline/router.ts'
import { Router } from '../../src/pipeline/router.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { FakeProgram, layIn } from './fake-program.ts'
import { rigOf, stream } from './rig.ts'

interface Positions {
  readonly at: Int32Array
  readonly end: Int32Array
  readonly count: number
}

/** Its key is what stands before the entry's first blank; `odd` has none. It remembers the last key only. */
class FirstWord implements ContextFinder {
  readonly #text: (at: number, end: number) => string
  #key: string | null = null
  #remembered: { key: string; seed: number; context: number } | null = null

  constructor(text: (at: number, end: number) => string) {
    this.#text = text
  }

  find({ seed }: { seed: number }, { at, end, count }: Positions, from: number, contexts: Int32Array): number {
    for (let i = from; i < count; i++) {
      const word = this.#text(at[i]!, end[i]!).split(' ')[0]!
      this.#key = word === 'odd' ? null : word
      const kept = this.#remembered
      if (kept === null || kept.key !== this.#key || kept.seed !== seed) return i
      contexts[i] = kept.context
    }
    return count
  }

  key(): string | null {
    return this.#key
  }

  remember(seed: number, context: number): void {
    this.#remembered = { key: this.#key!, seed, context }
  }

  keyOf(_question: unknown, { at, end }: Positions, index: number): ExpectedKey | null {
    const word = this.#text(at[index]!, end[index]!).split(' ')[0]!
    return word === 'odd' ? null : { wanted: 1, bytes: Buffer.from(`${word} `) }
  }
}

/** Entries say in their first word which backends they go to: `ab 1` goes to a and b. */
function contextRig() {
  const memory = createMemory({ inputBytesMax: 1 << 20, outputBytesMax: 1 << 20 })
  const intake = new Intake()
  const text = (at: number, end: number) => Buffer.from(memory.bytes.subarray(at, end)).toString()
  const rigs = { a: rigOf(), b: rigOf(), c: rigOf() }
  const outboxes: Record<string, (typeof rigs)['a']['outbox']> = {
    a: rigs.a.outbox,
    b: rigs.b.outbox,
    c: rigs.c.outbox,
  }
  const decided: string[] = []
  const lists = new Map<string, Encoding[]>()
  const encodings = (word: string) => {
    const list = [...(word === 'odd' ? 'a' : word.replace(/none\d*/, ''))].map((name, i) => {
      const program = new FakeProgram(memory, `${i} `)
      return { program, runs: program.bindStream(stream), outbox: outboxes[name]!, stream }
    })
    lists.set(word, list)
    return list
  }
  const finder = new FirstWord(text)
  const judges: Judges = {
    finder,
    judge: (kind) =>
      kind === 'tcp'
        ? null
        : {
            question: { kind: 0, wanted: 2 },
            decide(at, end) {
              const word = text(at, end).split(' ')[0]!
              decided.push(word)
              return lists.get(word) ?? encodings(word)
            },
          },
  }
  const router = new Router({ memory, intake, pipelines: [], judges })
  const route = router.attach(stream)
  const put = (...entries: string[]) => route.put('http', layIn(memory, entries), 0)
  const arrived = async (name: keyof typeof rigs) => {
    const { writer, outbox } = rigs[name]
    writer.automatic = true
    writer.succeed()
    await outbox.drain(1000)
    return writer.delivered.map((line) => line.replace('mesh.web:', ''))
  }
  return { intake, router, route, put, arrived, decided, finder, rigs }
}

describe('entries of many contexts', () => {
  test('go each to its own backends, in their order', async () => {
    const { put, arrived, intake } = contextRig()
    put('a 1', 'ab 2', 'none 3', 'b 4', 'a 5', 'none 6')
    expect(await arrived('a')).toEqual(['0 a 1', '0 ab 2', '0 a 5'])
    expect(await arrived('b')).toEqual(['1 ab 2', '0 b 4'])
    expect(intake.unmatchedEntries).toBe(2)
  })

  test('are judged once for each context', () => {
    const { put, decided } = contextRig()
    put('a 1', 'b 2', 'a 3', 'a 4')
    put('b 5', 'a 6')
    expect(decided).toEqual(['a', 'b'])
  })

  test('that goes twice to one backend has its lines side by side', async () => {
    const { put, arrived } = contextRig()
    put('aa 1', 'aa 2', 'a 3')
    expect(await arrived('a')).toEqual(['0 aa 1', '1 aa 1', '0 aa 2', '1 aa 2', '0 a 3'])
  })

  test('that are like those before them need not be told apart, and arrive in their order among others', async () => {
    const { put, arrived, decided, finder } = contextRig()
    put('ab 1')
    const found = vi.spyOn(finder, 'find')
    put('ab 2', 'ab 3')
    expect(found).not.toHaveBeenCalled()
    put('ab 4', 'ab 5', 'b 6', 'ab 7')
    put('a 8', 'ab 9')
    put('odd 10', 'ab 11')
    put('ab 12')
    expect(await arrived('a')).toEqual(
      ['ab 1', 'ab 2', 'ab 3', 'ab 4', 'ab 5', 'ab 7', 'a 8', 'ab 9', 'odd 10', 'ab 11', 'ab 12'].map(
        (line) => `0 ${line}`,
      ),
    )
    expect(await arrived('b')).toEqual([
      '1 ab 1',
      '1 ab 2',
      '1 ab 3',
      '1 ab 4',
      '1 ab 5',
      '0 b 6',
      '1 ab 7',
      '1 ab 9',
      '1 ab 11',
      '1 ab 12',
    ])
    expect(decided).toEqual(['ab', 'b', 'a', 'odd'])
  })

  test('without a key are judged each time, and go the same ways', async () => {
    const { put, arrived, decided } = contextRig()
    put('odd 1', 'a 2', 'odd 3')
    expect(await arrived('a')).toEqual(['0 odd 1', '0 a 2', '0 odd 3'])
    expect(decided).toEqual(['odd', 'a', 'odd'])
  })

  test('a malformed one costs itself alone, and is counted once', async () => {
    const { put, arrived, intake } = contextRig()
    put('ab 1', 'bad:truncated', 'ab 2')
    expect(await arrived('a')).toEqual(['0 ab 1', '0 ab 2'])
    expect(intake.malformedTotal).toBe(1)
  })

  test('are judged anew after a swap', async () => {
    const { put, router, decided } = contextRig()
    put('a 1')
    router.swap([])
    put('a 2')
    expect(decided).toEqual(['a', 'a'])
  })

  test('that never end to differ are forgotten at the bound, and arrive all the same', async () => {
    const { put, arrived, decided } = contextRig()
    const words = Array.from({ length: contextsMax + 100 }, (_, i) => `none${i} x`)
    for (let i = 0; i < words.length; i += 1000) put(...words.slice(i, i + 1000))
    put('a 1')
    put('none0 x')
    expect(await arrived('a')).toEqual(['0 a 1'])
    expect(decided.filter((word) => word === 'none0')).toHaveLength(2)
  })

  test('a stream waits for the full backends that its entries have gone to', () => {
    const { put, route, rigs } = contextRig()
    put('b 1')
    expect(route.blocked).toBe(false)
    put(...Array.from({ length: 100 }, (_, i) => `a ${'x'.repeat(100)} ${i}`))
    expect(rigs.a.outbox.full).toBe(true)
    expect(route.blocked).toBe(true)
    let called = 0
    route.whenUnblocked(() => called++)
    rigs.a.writer.automatic = true
    rigs.a.writer.succeed()
    return rigs.a.outbox.drain(1000).then(() => {
      expect(called).toBe(1)
      expect(route.blocked).toBe(false)
    })
  })

  test('of a kind that no judge looks at go where the pipelines say', () => {
    const { route, intake } = contextRig()
    route.put('tcp', layIn(createMemory({ inputBytesMax: 100, outputBytesMax: 100 }), ['a 1']), 0)
    expect(intake.unmatchedEntries).toBe(1)
  })
})
