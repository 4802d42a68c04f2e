/**
 * The sink's own gRPC door with its raw tap: takes one access log stream and keeps its DATA bytes as they were sent, counting the
 * entries on the way. Nothing is decoded or rendered, so a recording does not depend on what the engine can do today.
 */
import { type AlsServer, startAlsServer } from '../src/als/server.ts'
import { createKernel } from '../src/kernel.ts'
import { messageBytesMaxDefault } from '../src/limits.ts'
import { Budget } from '../src/pipeline/budget.ts'
import { Intake } from '../src/pipeline/intake.ts'
import type { Route } from '../src/pipeline/route.ts'

export interface CaptureDoor {
  readonly port: number
  /** Entries that have arrived in whole messages. */
  readonly entryCount: number
  /** The capture so far, as an `.als` file holds it. Throws when there was not exactly one stream. */
  bytes(): Buffer
  close(): Promise<void>
}

export async function openCaptureDoor(): Promise<CaptureDoor> {
  const streams = new Map<number, Buffer[]>()
  let entryCount = 0
  // Copied: the tap lends its bytes for the call only.
  const tap = (streamId: number, data: Uint8Array) => {
    streams.set(streamId, [...(streams.get(streamId) ?? []), Buffer.from(data)])
  }
  const counting: Route = {
    blocked: false,
    put: (_kind, entries) => {
      entryCount += entries.count
    },
    whenUnblocked: (callback) => callback(),
    close: () => {},
  }
  const server = await startAlsServer({
    ...createKernel(),
    addresses: ['127.0.0.1:0'],
    intake: new Intake(),
    budget: new Budget(2 * messageBytesMaxDefault),
    attach: () => counting,
    now: Date.now,
    tap,
  })
  return {
    port: portOf(server),
    get entryCount() {
      return entryCount
    },
    bytes: () => {
      const [only, ...others] = streams.values()
      if (only === undefined || others.length > 0) throw new Error(`One stream was expected, ${streams.size} came.`)
      return Buffer.concat(only)
    },
    close: () => server.close({ graceMs: 1_000 }),
  }
}

function portOf(server: AlsServer): number {
  return Number(/:(\d+)$/.exec(server.addresses[0]!)![1])
}
