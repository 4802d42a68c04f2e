/** The chain over a batch, in one go or in parts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { factsIn } from '../../../src/audit/seal/batch-records.ts'
import { RecordLines } from '../../../src/audit/seal/record-lines.ts'
import {
  beginSeal,
  digestRecords,
  newChain,
  type SealState,
  sealLines,
  sealRecords,
} from '../../../src/audit/seal/sealer.ts'
import { batchFrom, factsOf, newSigner, records, startMs } from './kit.ts'

const now = { at: startMs, signer: newSigner() }

/** What counts of a state; a digest tells itself once it is ended, so a copy of it. */
function told({ digest, ...state }: SealState) {
  return { ...state, sources: [...state.sources], digest: digest.copy().digest('hex') }
}

test('lines that are made in parts, and a digest behind them, are what one go makes; the state before stays as it is', () => {
  const batch = batchFrom(records(10, 29), ['prod', 'dev', 'dev', 'prod', 'test'])
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.nat(20), (a, b, c) => {
      const [from = 0, middle = 0, to = 0] = [a, b, c].sort((x, y) => x - y)
      const { state: begun } = beginSeal(newChain('0'.repeat(32)), now)
      const before = sealRecords(begun, { ...batch, from: 0, to: from }, factsIn(batch, factsOf)).state
      const saved = told(before)
      const whole = sealRecords(before, { ...batch, from, to }, factsIn(batch, factsOf))

      const lines = new RecordLines()
      const askedFacts = factsIn(batch, factsOf)
      let state = sealLines(before, { ...batch, from, to: middle }, askedFacts, lines)
      state = sealLines(state, { ...batch, from: middle, to }, askedFacts, lines)
      state = digestRecords(state, { ...batch, from, to })

      expect(Buffer.from(lines.bytes).toString()).toBe(whole.text)
      expect(told(state)).toEqual(told(whole.state))
      expect(told(before)).toEqual(saved)
    }),
  )
})

test('each source counts its own records, also when it comes again in the same batch', () => {
  const batch = batchFrom(records(1, 6), ['prod', 'dev', 'prod'])
  const { state } = beginSeal(newChain('0'.repeat(32)), now)
  const first = sealRecords(state, { ...batch, from: 0, to: 4 }, factsIn(batch, factsOf))
  const second = sealRecords(first.state, { ...batch, from: 4, to: 6 }, factsIn(batch, factsOf))
  const lines = (first.text + second.text)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ source, sourceSequence }) => [source, sourceSequence])).toEqual([
    ['prod', 1],
    ['dev', 1],
    ['prod', 2],
    ['prod', 3],
    ['dev', 2],
    ['prod', 4],
  ])
  expect([...second.state.sources]).toEqual([
    ['prod', 4],
    ['dev', 2],
  ])
})
