/**
 * An integrity-checking outbox with its scripted destination, its clock and its budget; and the wait for what was said to settle.
 */
import { Budget } from '../../src/pipeline/budget.ts'
import type { OutboxOptions } from '../../src/pipeline/outbox.ts'
import { IntegrityCheckingOutbox } from './integrity-checking-outbox.ts'
import { ManualClock } from './manual-clock.ts'
import { identifierOf } from './runs.ts'
import { ScriptedWriter } from './scripted-writer.ts'

export const stream = identifierOf('mesh.web')

export function rigOf(options: Partial<OutboxOptions> = {}) {
  const clock = new ManualClock()
  const writer = new ScriptedWriter()
  const budget = new Budget(1 << 30)
  const outbox = new IntegrityCheckingOutbox({
    name: 'backend',
    writer,
    budget,
    queueBytesMax: 4000,
    whenFull: 'block',
    flushAfterMs: 1000,
    clock,
    random: () => 0.5,
    ...options,
  })
  return { clock, writer, budget, outbox }
}

/** Everything that follows from what has happened so far has happened: promises settle before the next turn of the loop. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** `e0`, `e1`, … each padded to `bytes`, a newline at the end. */
export function numbered(count: number, bytes: number, first = 0): string[] {
  return Array.from({ length: count }, (_, i) => `${`e${first + i} `.padEnd(bytes - 1, '.')}\n`)
}

export function numberOf(entry: string): number {
  return Number(/^e(\d+)/.exec(entry)?.[1])
}
