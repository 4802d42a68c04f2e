import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dropReasonsMax } from '../../src/limits.ts'
import { Ledger } from '../../src/pipeline/ledger.ts'

describe('ledger', () => {
  test('a posting moves entries from one column to another', () => {
    const ledger = new Ledger()
    ledger.recover(5)
    ledger.accept(10)
    ledger.write(4)
    ledger.spool(3)
    ledger.unspool(6)
    ledger.drop('shutdown', 2)
    expect(ledger).toMatchObject({ accepted: 10, recovered: 5, written: 4, droppedTotal: 2, queued: 7, spooled: 2 })
    expect(ledger.difference).toBe(0)
  })

  test('any postings leave the equation in balance', () => {
    const postings = fc.array(
      fc.tuple(fc.constantFrom('recover', 'accept', 'write', 'spool', 'unspool', 'drop'), fc.nat()),
    )
    fc.assert(
      fc.property(postings, (list) => {
        const ledger = new Ledger()
        for (const [posting, entries] of list) {
          if (posting === 'drop') ledger.drop(`reason ${entries % 50}`, entries)
          else ledger[posting as 'accept'](entries)
          expect(ledger.difference).toBe(0)
        }
      }),
    )
  })

  test('dropping nothing names no reason', () => {
    const ledger = new Ledger()
    ledger.drop('shutdown', 0)
    expect(ledger.dropped.size).toBe(0)
  })

  test('reasons are bounded: what comes after the last place is counted as other', () => {
    const ledger = new Ledger()
    for (let i = 0; i < dropReasonsMax + 10; i++) ledger.drop(`reason ${i}`, 1)
    ledger.drop('reason 0', 1)
    expect(ledger.dropped.size).toBe(dropReasonsMax)
    expect(ledger.dropped.get('reason 0')).toBe(2)
    expect(ledger.dropped.get('other')).toBe(11)
    expect(ledger.droppedTotal).toBe(dropReasonsMax + 11)
  })
})
