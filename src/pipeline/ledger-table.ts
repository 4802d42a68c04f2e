/**
 * The books as a table for people: what came in, then one row per backend. Printed at shutdown and by `als-sink demo`.
 */
import type { Intake } from './intake.ts'
import type { Ledger } from './ledger.ts'

export interface LedgerRow {
  /** The backend, as its metrics are labelled. */
  readonly name: string
  readonly ledger: Ledger
}

const columns = ['backend', 'accepted', 'recovered', 'written', 'dropped', 'queued', 'spooled'] as const

/** Lines with `\n` after each. Digits stand plain, so that the table can be searched and summed by other programs. */
export function renderLedger(rows: readonly LedgerRow[], intake: Intake): string {
  const cells = rows.map(({ name, ledger }) => [name, ...amounts(ledger).map(String)])
  const widths = columns.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[], tail = '') => {
    const padded = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    return `${padded.join('  ')}${tail && `  ${tail}`}\n`
  }
  const lines = rows.map(({ ledger }, i) => line(cells[i]!, reasons(ledger.dropped)))
  return `${renderIntake(intake)}\n${line(columns)}${lines.join('')}`
}

function amounts(ledger: Ledger): number[] {
  return [ledger.accepted, ledger.recovered, ledger.written, ledger.droppedTotal, ledger.queued, ledger.spooled]
}

function renderIntake(intake: Intake): string {
  const malformed = intake.malformedTotal
  const parts = [
    `streams ${intake.streamsOpened}`,
    `messages ${intake.messages}`,
    `bytes ${intake.receivedBytes}`,
    `http entries ${intake.httpEntries}`,
    `tcp entries ${intake.tcpEntries}`,
    malformed === 0 ? 'malformed 0' : `malformed ${malformed} (${reasons(intake.malformed)})`,
    `unmatched ${intake.unmatchedEntries}`,
  ]
  return `received: ${parts.join(', ')}`
}

/** `queue_full 3, shutdown 1`: the most frequent first. */
function reasons(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return sorted.map(([reason, count]) => `${reason} ${count}`).join(', ')
}
