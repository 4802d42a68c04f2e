/**
 * Sends planned messages over real gRPC streams, with a client that is not ours, so that it tells when our door has bad manners.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientWritableStream, credentials, status } from '@grpc/grpc-js'
import { Percentiles } from './percentiles.ts'
import type { PlannedMessage } from './replay-plan.ts'

export interface ReplayOptions {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  /** One per capture; stream i plays captures[i mod n]. */
  readonly captures: readonly (readonly PlannedMessage[])[]
  readonly streams: number
  /** How often each stream plays its capture; Infinity with a duration. */
  readonly repeat: number
  /** Entries per second of all streams together; null: as fast as it goes. */
  readonly rate: number | null
  /** Milliseconds after which no stream begins another message; null: no end. */
  readonly durationMs: number | null
}

const path = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'

/** The numbers of a replay, while it runs and afterwards. */
export class Replay {
  readonly #options: ReplayOptions
  readonly errors = new Map<string, number>()
  /** From handing a message to the client until the client has passed it on. */
  readonly writeLatency = new Percentiles()
  /** From the half-close of a stream until its OK: how far behind the sink was. */
  readonly closeLatency = new Percentiles()
  /** What streams have sent that run or have ended with OK. */
  entries = 0
  messages = 0
  bytes = 0
  /** Entries of streams that failed: handed to the client, but nobody knows how many arrived. */
  unconfirmedEntries = 0
  #planned = 0
  #startedMs = 0
  #endedMs = 0

  constructor(options: ReplayOptions) {
    this.#options = options
  }

  get seconds(): number {
    return ((this.#endedMs || performance.now()) - this.#startedMs) / 1000
  }

  /** Resolves when every stream has ended, well or not. */
  async run(): Promise<void> {
    const { streams, captures } = this.#options
    this.#startedMs = performance.now()
    const runs = Array.from({ length: streams }, (_, i) => this.#stream(captures[i % captures.length]!))
    await Promise.all(runs)
    this.#endedMs = performance.now()
  }

  async #stream(messages: readonly PlannedMessage[]): Promise<void> {
    // A connection of its own for each stream, as each worker of each Envoy has.
    const client = new Client(this.#options.address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    })
    try {
      let failed = false
      let settle: (code: number) => void
      const settled = new Promise<number>((resolve) => (settle = resolve))
      const call = client.makeClientStreamRequest(path, identity, identity, (error: { code: number } | null) => {
        failed = true
        settle(error?.code ?? status.OK)
      })
      // The callback above tells the same.
      call.on('error', () => {})
      const sent = { entries: 0, messages: 0, bytes: 0 }
      await this.#play(call, messages, { sent, failed: () => failed })
      const endedMs = performance.now()
      call.end()
      const code = await settled
      if (code === status.OK) this.closeLatency.add(performance.now() - endedMs)
      else this.#countFailure(code, sent)
    } finally {
      client.close()
    }
  }

  async #play(
    call: ClientWritableStream<Buffer>,
    messages: readonly PlannedMessage[],
    state: StreamState,
  ): Promise<void> {
    const { repeat, durationMs } = this.#options
    const endMs = durationMs === null ? Number.POSITIVE_INFINITY : this.#startedMs + durationMs
    for (let round = 0; round < repeat; round++) {
      for (const { bytes, again, entries } of messages) {
        await this.#pace(entries)
        if (state.failed() || performance.now() >= endMs) return
        await this.#write(call, round === 0 ? bytes : again, entries, state.sent)
      }
    }
  }

  /** Keeps all streams together at the asked rate. */
  async #pace(entries: number): Promise<void> {
    const { rate } = this.#options
    if (rate === null) return
    const dueMs = this.#startedMs + (this.#planned / rate) * 1000
    this.#planned += entries
    const waitMs = dueMs - performance.now()
    if (waitMs > 1) await delay(waitMs)
  }

  async #write(call: ClientWritableStream<Buffer>, bytes: Buffer, entries: number, sent: Sent): Promise<void> {
    const startedMs = performance.now()
    const more = call.write(bytes, (error: Error | null | undefined) => {
      if (error) return
      this.writeLatency.add(performance.now() - startedMs)
      for (const counter of [this, sent]) {
        counter.entries += entries
        counter.messages++
        counter.bytes += bytes.length
      }
    })
    if (!more) await writable(call)
  }

  #countFailure(code: number, sent: Sent): void {
    const name = status[code] ?? String(code)
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1)
    this.entries -= sent.entries
    this.messages -= sent.messages
    this.bytes -= sent.bytes
    this.unconfirmedEntries += sent.entries
  }
}

/** Of one stream. */
interface Sent {
  entries: number
  messages: number
  bytes: number
}

interface StreamState {
  readonly sent: Sent
  readonly failed: () => boolean
}

/** Until the client takes more, or never will. */
function writable(call: ClientWritableStream<Buffer>): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'error', 'close', 'status']
    const done = () => {
      for (const event of events) call.off(event, done)
      resolve()
    }
    for (const event of events) call.on(event, done)
  })
}

/** The messages are bytes already. */
function identity(bytes: Buffer): Buffer {
  return bytes
}
