import { expect, test } from 'vitest'
import { Intake } from '../../src/pipeline/intake.ts'
import { Ledger } from '../../src/pipeline/ledger.ts'
import { renderLedger } from '../../src/pipeline/ledger-table.ts'

test('the table shows what came in, and one aligned row per backend with its reasons', () => {
  const intake = new Intake()
  Object.assign(intake, { streamsOpened: 3, messages: 12, receivedBytes: 4096, httpEntries: 100, tcpEntries: 20 })
  intake.unmatchedEntries = 7
  intake.addMalformed('truncated', 1)
  intake.addMalformed('wire_type', 4)
  const first = new Ledger()
  first.accept(100)
  first.write(90)
  first.drop('queue_full', 3)
  first.drop('shutdown', 7)
  const second = new Ledger()
  second.accept(12345)
  const rows = [
    { name: 'access/0', ledger: first },
    { name: 'a longer name', ledger: second },
  ]
  expect(renderLedger(rows, intake)).toBe(
    [
      'received: streams 3, messages 12, bytes 4096, http entries 100, tcp entries 20, malformed 5 (wire_type 4, truncated 1), unmatched 7',
      'backend        accepted  recovered  written  dropped  queued  spooled',
      'access/0            100          0       90       10       0        0  shutdown 7, queue_full 3',
      'a longer name     12345          0        0        0   12345        0',
      '',
    ].join('\n'),
  )
})

test('nothing received and no backend still make a readable table', () => {
  expect(renderLedger([], new Intake())).toBe(
    'received: streams 0, messages 0, bytes 0, http entries 0, tcp entries 0, malformed 0, unmatched 0\n' +
      'backend  accepted  recovered  written  dropped  queued  spooled\n',
  )
})
