/**
 * A receiver of audit events as Logstash's http input and Fluentd's in_http are: a plain web server that reads a body, answers, and keeps
 * what it has answered for. It can be told to answer something else, late, or never.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** Names of all headers as they came, with their values. */
  readonly rawHeaders: readonly string[]
  readonly body: string
  /** Common name of the client's certificate. */
  readonly client: string | null
  /** Which connection it came over, counted from 1. */
  readonly connection: number
  readonly taken: boolean
}

export interface Answer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `silent`: reads the body and never answers. `breaking`: begins to answer, and breaks the connection. */
export type Behaviour = Answer | 'silent' | 'breaking' | ((body: string) => Answer)

export class Receiver {
  /** What is done with requests from now on; those that are held stay so. */
  behaviour: Behaviour = {}
  /** Reads 16 kB, and a millisecond later the next. */
  isSlow = false
  readonly requests: Received[] = []
  readonly #server: Server
  readonly #connections = new Map<unknown, number>()
  readonly #isSecure: boolean

  private constructor(tls: TlsOptions | undefined) {
    const listen = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response)
    this.#isSecure = tls !== undefined
    this.#server = tls === undefined ? createServer(listen) : createSecureServer(tls, listen)
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket) =>
      this.#connections.set(socket, this.#connections.size + 1),
    )
  }

  static async listen({
    port = 0,
    tls,
  }: {
    readonly port?: number
    readonly tls?: TlsOptions
  } = {}): Promise<Receiver> {
    const receiver = new Receiver(tls)
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${this.port}`
  }

  /** The items of all lists that were taken, in their order. */
  get items(): readonly Readonly<Record<string, unknown>>[] {
    return this.requests.filter(({ taken }) => taken).flatMap(({ body }) => JSON.parse(body).items)
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await this.#read(request).catch(() => null)
    // Its sender has given it up.
    if (body === null) return
    const { behaviour } = this
    const answer = typeof behaviour === 'function' ? behaviour(body) : behaviour
    const taken = typeof answer === 'object' && (answer.status ?? 200) < 300
    const { method = '', url = '', headers, rawHeaders, socket } = request
    const client = 'getPeerCertificate' in socket ? nameOf(socket) : null
    const connection = this.#connections.get(socket)!
    this.requests.push({ method, url, headers, rawHeaders, body, client, connection, taken })
    if (answer === 'silent') return
    if (answer === 'breaking') {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{', () => socket.destroy())
      return
    }
    response.writeHead(answer.status ?? 200, { ...answer.headers })
    response.end(answer.body)
  }

  async #read(request: IncomingMessage): Promise<string> {
    const pieces: Buffer[] = []
    for await (const piece of request) {
      pieces.push(piece)
      if (this.isSlow) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return Buffer.concat(pieces).toString('utf8')
  }
}

function nameOf(socket: object): string | null {
  const { getPeerCertificate } = socket as { getPeerCertificate(): { subject?: { CN?: string } } }
  return getPeerCertificate.call(socket).subject?.CN ?? null
}
