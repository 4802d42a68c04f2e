/**
 * A reverse proxy between kube-apiserver and the sink that makes trouble on purpose: it refuses some requests, it cuts some connections when
 * the sink has answered, and it keeps a record of each request. While the sink is away it cuts what comes, as a network would.
 */
import { hash } from 'node:crypto'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Random } from '../../support/damage.ts'

/** One request, and what became of it. */
export interface Handled {
  /** The number of the sink's life that it was for. */
  readonly life: number
  /** The sink's answer. Null: it was never asked, or was gone before it answered. */
  readonly answer: SinkAnswer | null
  readonly fate: 'refused' | 'unanswered' | 'cut' | 'answered'
}

export interface SinkAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An EventList, however often it came. */
export interface HandledBatch {
  readonly auditIDs: readonly string[]
  readonly requests: Handled[]
}

export interface DoormanOptions {
  readonly random: Random
  /** Of a hundred requests so many are refused with 429, and so many answers get lost. */
  readonly refusedPercent: number
  readonly cutPercent: number
}

export class Doorman {
  /** Every answer gets lost while this is set. */
  cutsAll = false
  /** Answers that got lost. */
  cuts = 0
  /** By the hash of the body. */
  readonly batches = new Map<string, HandledBatch>()
  readonly #options: DoormanOptions
  readonly #server: Server
  #sink = { address: '', life: 0, agent: new Agent() }

  constructor(options: DoormanOptions) {
    this.#options = options
    this.#server = createServer((incoming, response) => void this.#handle(incoming, response))
    // Connections end by intention only.
    this.#server.keepAliveTimeout = 0
  }

  /** Resolves with the address. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** From now on requests are for this life of the sink. To be called between two lives, when nobody listens. */
  leadTo(address: string, life: number): void {
    this.#sink.agent.destroy()
    this.#sink = { address, life, agent: new Agent({ keepAlive: true }) }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
    this.#sink.agent.destroy()
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { random, refusedPercent, cutPercent } = this.#options
    const body = await buffer(incoming).catch(() => null)
    // The client went away.
    if (body === null) return
    const [sink, chance] = [this.#sink, random(100)]
    const { requests } = this.#batchOf(body)
    if (chance < refusedPercent) {
      requests.push({ life: sink.life, answer: null, fate: 'refused' })
      response.writeHead(429, { 'retry-after': '1' }).end()
      return
    }
    const answer = await this.#ask(sink, incoming, body).catch(() => null)
    const isCut = answer?.status === 200 && (this.cutsAll || chance < refusedPercent + cutPercent)
    if (isCut) this.cuts++
    requests.push({ life: sink.life, answer, fate: answer === null ? 'unanswered' : isCut ? 'cut' : 'answered' })
    if (answer === null || isCut) incoming.socket.destroy()
    else response.writeHead(answer.status, answer.headers).end(answer.body)
  }

  #batchOf(body: Buffer): HandledBatch {
    const key = hash('sha256', body)
    const known = this.batches.get(key)
    if (known) return known
    const auditIDs = Array.from(body.toString('latin1').matchAll(/"auditID":"([^"]+)"/g), ([, auditID]) => auditID!)
    const batch = { auditIDs, requests: [] }
    this.batches.set(key, batch)
    return batch
  }

  /** Rejects when the sink is not there, or goes before it has answered. */
  #ask({ address, agent }: { address: string; agent: Agent }, incoming: IncomingMessage, body: Buffer) {
    return new Promise<SinkAnswer>((resolve, reject) => {
      const { method = '', headers, url = '' } = incoming
      const outgoing = request(new URL(url, `http://${address}`), { method, headers, agent }, (answer) => {
        buffer(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes.toString() }),
          reject,
        )
      })
      outgoing.on('error', reject).end(body)
    })
  }
}
