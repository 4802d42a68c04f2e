/**
 * What the tests of this room share: a route that records, an encoder for messages, a server on a free port with its books in view,
 * and waiting for a named condition.
 */
import { type AlsServer, type AlsServerOptions, startAlsServer } from '../../src/als/server.ts'
import type { Identifier } from '../../src/identifier.ts'
import { Budget } from '../../src/pipeline/budget.ts'
import { Intake } from '../../src/pipeline/intake.ts'
import type { EntryKind, Route } from '../../src/pipeline/route.ts'
import { createMemory, type Memory } from '../../src/wire/memory.ts'
import type { Spans } from '../../src/wire/spans.ts'

export const tags = { identifier: 10, httpLogs: 18, tcpLogs: 26, httpLogEntry: 10, tcpLogEntry: 10 }

/** Keeps what it is given, as text, and is blocked when a test says so. */
export class RecordingRoute implements Route {
  readonly identifier: Identifier
  readonly entries: string[] = []
  readonly times: number[] = []
  closed = false
  /** Be blocked after every put. */
  blocksAlways = false
  #blocked = false
  #callbacks: (() => void)[] = []
  readonly #memory: Memory

  constructor(identifier: Identifier, memory: Memory) {
    this.identifier = identifier
    this.#memory = memory
  }

  put(kind: EntryKind, entries: Spans, receivedAtMs: number): void {
    if (this.closed) throw new Error('put after close')
    this.times.push(receivedAtMs)
    if (this.blocksAlways) this.#blocked = true
    for (let i = 0; i < entries.count; i++) {
      const bytes = this.#memory.bytes.subarray(entries.at[i], entries.end[i])
      this.entries.push(`${kind} ${Buffer.from(bytes).toString('latin1')}`)
    }
  }

  get blocked(): boolean {
    return this.#blocked
  }

  whenUnblocked(callback: () => void): void {
    this.#callbacks.push(callback)
  }

  block(): void {
    this.#blocked = true
  }

  unblock(): void {
    this.#blocked = false
    for (const callback of this.#callbacks.splice(0)) callback()
  }

  close(): void {
    this.closed = true
    this.#callbacks = []
  }
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return Buffer.from([...bytes, value])
}

export function field(tag: number, payload: string | Uint8Array): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  return Buffer.concat([varint(tag), varint(bytes.length), bytes])
}

/** A message with entries that are plain texts: this room does not look inside. */
export function message({ identifier, http, tcp }: { identifier?: string; http?: string[]; tcp?: string[] }): Buffer {
  const parts: Buffer[] = []
  if (identifier !== undefined) parts.push(field(tags.identifier, identifier))
  if (http) parts.push(field(tags.httpLogs, Buffer.concat(http.map((entry) => field(tags.httpLogEntry, entry)))))
  if (tcp) parts.push(field(tags.tcpLogs, Buffer.concat(tcp.map((entry) => field(tags.tcpLogEntry, entry)))))
  return Buffer.concat(parts)
}

/** gRPC framing. */
export function frame(payload: Uint8Array, flags = 0): Buffer {
  const header = Buffer.alloc(5)
  header[0] = flags
  header.writeUInt32BE(payload.length, 1)
  return Buffer.concat([header, payload])
}

/** Identifiers of these tests are `logName nodeId`; one that begins with `!` is damaged. */
export function decodeIdentifier(bytes: Uint8Array): Identifier {
  const text = Buffer.from(bytes).toString('latin1')
  if (text.startsWith('!')) throw new Error('damaged identifier')
  const [logName = '', nodeId = ''] = text.split(' ')
  return { logName, nodeId: nodeId.slice(0, 32), nodeCluster: '' }
}

export interface Books {
  readonly memory: Memory
  readonly intake: Intake
  readonly budget: Budget
  readonly routes: RecordingRoute[]
  /** Entries of all routes, in the order the routes were attached. */
  entries(): string[]
}

export interface Bench extends Books {
  readonly server: AlsServer
  /** The first address, for clients. */
  readonly address: string
}

export function openBooks({ inputBytesMax = 2 ** 20, budgetBytes = 2 ** 24 } = {}): Books {
  const routes: RecordingRoute[] = []
  return {
    memory: createMemory({ inputBytesMax, outputBytesMax: 1024 }),
    intake: new Intake(),
    budget: new Budget(budgetBytes),
    routes,
    entries: () => routes.flatMap((route) => route.entries),
  }
}

/** `onAttach` may block a route from its first breath. */
export async function startBench(
  options: Partial<AlsServerOptions> & { books?: Books; onAttach?: (route: RecordingRoute) => void } = {},
): Promise<Bench> {
  const { books = openBooks(), onAttach, ...rest } = options
  const server = await startAlsServer({
    addresses: ['127.0.0.1:0'],
    memory: books.memory,
    tags,
    intake: books.intake,
    budget: books.budget,
    attach: (identifier) => {
      const route = new RecordingRoute(identifier, books.memory)
      books.routes.push(route)
      onAttach?.(route)
      return route
    },
    decodeIdentifier,
    now: Date.now,
    ...rest,
  })
  return { ...books, server, address: server.addresses[0]! }
}
