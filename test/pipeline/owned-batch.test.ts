import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Identifier } from '../../src/identifier.ts'
import { costOf, OwnedBatch } from '../../src/pipeline/owned-batch.ts'
import { entriesOf, identifierOf, runOf } from './runs.ts'

const streams = [identifierOf('a'), identifierOf('b')]

function append(batch: OwnedBatch, entries: readonly string[], stream: Identifier): void {
  const { source, at, ends, count } = runOf(entries)
  batch.append(source, at, ends, 0, count, stream)
}

/** Which stream each entry came from, by the groups. */
function streamsOf(batch: OwnedBatch): Identifier[] {
  const { groups, entryEnds } = batch.view()
  return Array.from(entryEnds, (_, i) => groups.findLast(({ firstEntry }) => firstEntry <= i)!.stream)
}

describe('owned batch', () => {
  test('a piece of a run keeps its own boundaries only', () => {
    const batch = new OwnedBatch(100, 10)
    const { source, ends } = runOf(['one', 'two', 'three', 'four'], 20)
    batch.append(source, 23, ends, 1, 3, streams[0]!)
    expect(entriesOf(batch.view())).toEqual(['two', 'three'])
    expect(batch.roomBytes).toBe(92)
    expect(batch.roomEntries).toBe(8)
    expect(batch.cost).toBe(costOf(8, 2))
  })

  test('neighbours of one stream are one group', () => {
    const batch = new OwnedBatch(100, 10)
    for (const which of [0, 0, 1, 0]) append(batch, ['x', 'y'], streams[which]!)
    expect(batch.view().groups.map(({ firstEntry, stream }) => [firstEntry, stream.nodeId])).toEqual([
      [0, 'a'],
      [4, 'b'],
      [6, 'a'],
    ])
  })

  test('a cleared batch begins anew, and the view lent before keeps its groups', () => {
    const batch = new OwnedBatch(100, 10)
    append(batch, ['x', 'y'], streams[0]!)
    const before = batch.view().groups
    batch.clear()
    append(batch, ['z'], streams[1]!)
    expect(entriesOf(batch.view())).toEqual(['z'])
    expect(streamsOf(batch)).toEqual([streams[1]])
    expect(before).toEqual([{ firstEntry: 0, stream: streams[0] }])
  })

  test('behaves as a plain list of entries, whatever is appended and dropped', () => {
    const action = fc.oneof(
      fc.record({ append: fc.array(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 4 }), which: fc.nat(1) }),
      fc.record({ drop: fc.nat(5) }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
        const batch = new OwnedBatch(4000, 100)
        let model: { entry: string; stream: Identifier }[] = []
        for (const step of actions) {
          if ('append' in step) {
            const stream = streams[step.which]!
            append(batch, step.append, stream)
            model.push(...step.append.map((entry) => ({ entry, stream })))
          } else {
            const count = Math.min(step.drop, model.length)
            batch.dropFirst(count)
            model = model.slice(count)
          }
          expect(entriesOf(batch.view())).toEqual(model.map(({ entry }) => Buffer.from(entry).toString()))
          expect(streamsOf(batch)).toEqual(model.map(({ stream }) => stream))
          expect(batch.entries).toBe(model.length)
        }
      }),
    )
  })
})
