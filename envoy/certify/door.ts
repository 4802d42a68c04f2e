/**
 * The sink's own gRPC door, where the certificate's streams arrive: one for each use and kind of entry, told apart by log name. It
 * keeps the bytes of every entry; rendering comes later.
 */
import { startAlsServer } from '../../src/als/server.ts'
import type { Identifier } from '../../src/identifier.ts'
import { createKernel } from '../../src/kernel.ts'
import { messageBytesMaxDefault } from '../../src/limits.ts'
import { Budget } from '../../src/pipeline/budget.ts'
import { Intake } from '../../src/pipeline/intake.ts'
import type { Route } from '../../src/pipeline/route.ts'

export interface Door {
  readonly port: number
  /** The entries of the stream with this log name, in order. */
  entries(logName: string): readonly Buffer[]
  /** What went wrong here, if anything did: for error messages. */
  counters(): string
  close(): Promise<void>
}

export async function openDoor(): Promise<Door> {
  const byLogName = new Map<string, Buffer[]>()
  const intake = new Intake()
  const kernel = createKernel()
  const { bytes } = kernel.memory
  const attach = ({ logName }: Identifier): Route => {
    const entries = byLogName.get(logName) ?? []
    byLogName.set(logName, entries)
    return {
      blocked: false,
      // Copied: the spans are lent for the call.
      put: (_kind, spans) => {
        for (let i = 0; i < spans.count; i++) entries.push(Buffer.from(bytes.subarray(spans.at[i]!, spans.end[i]!)))
      },
      whenUnblocked: (callback) => callback(),
      close: () => {},
    }
  }
  const server = await startAlsServer({
    ...kernel,
    addresses: ['127.0.0.1:0'],
    intake,
    // Hundreds of streams may have half a message here at once, and none is to be refused.
    budget: new Budget(64 * messageBytesMaxDefault),
    attach,
    now: Date.now,
  })
  return {
    port: Number(/:(\d+)$/.exec(server.addresses[0]!)![1]),
    entries: (logName) => byLogName.get(logName) ?? [],
    counters: () => {
      const { streamsOpened, streams, connections, messages, malformedTotal } = intake
      return `${streamsOpened} streams opened, ${streams} open on ${connections} connections, ${messages} messages, ${malformedTotal} malformed`
    },
    close: () => server.close({ graceMs: 1_000 }),
  }
}
