/**
 * One connection over HTTP/1.1, kept between requests, for writers that POST and are told what became of it. What the answer means is theirs
 * to say.
 */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http'
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { systemCode } from '../errors.ts'
import { calledOff, type Refused, unanswered } from './refusal.ts'

export interface PostConnectionOptions {
  /** IPv6 without its brackets. */
  readonly host: string
  readonly port: number
  /** With its query. */
  readonly path: string
  /** Null: plain HTTP. */
  readonly tls: AgentOptions | null
  /** For each request, from the call to the end of its answer. */
  readonly timeoutMs: number
  /** What is read of an answer. */
  readonly answerBytesMax: number
  /** Why no answer came, as a sentence. `code`: the system's or TLS's own. */
  readonly wordsFor: (code: string, message: string) => string
}

export interface Answered {
  readonly kind: 'answered'
  readonly response: IncomingMessage
  /** The beginning, when there is more of it than `answerBytesMax`. */
  readonly body: Buffer
  readonly isWhole: boolean
}

export class PostConnection {
  readonly #options: PostConnectionOptions
  readonly #request: RequestOptions
  readonly #agent: HttpAgent

  /** Connects with the first request. */
  constructor(options: PostConnectionOptions) {
    const { host, port, path, tls } = options
    this.#options = options
    this.#agent =
      tls === null
        ? new HttpAgent({ keepAlive: true, maxSockets: 1 })
        : new HttpsAgent({ keepAlive: true, maxSockets: 1, ...tls })
    this.#request = { method: 'POST', host, port, path, agent: this.#agent }
  }

  /**
   * When `signal` aborts, it is given up at once; the receiver may have taken the body all the same. Rejects only with what Node says of settings
   * that it looks at when it connects. The body is borrowed until then.
   */
  post(headers: OutgoingHttpHeaders, body: Uint8Array, signal: AbortSignal): Promise<Answered | Refused> {
    if (signal.aborted) return Promise.resolve(calledOff())
    return new Promise((resolve) => {
      const { tls, timeoutMs, wordsFor } = this.#options
      const send = tls === null ? httpRequest : httpsRequest
      const sent = send({ ...this.#request, headers: { ...headers, 'content-length': body.length } })
      const settle = (answer: Answered | Refused) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', callOff)
        resolve(answer)
      }
      const giveUp = (answer: Refused) => {
        settle(answer)
        sent.destroy()
      }
      const callOff = () => giveUp(calledOff())
      const late = () => giveUp(unanswered('timeout', `no answer came within ${timeoutMs} ms.`))
      const timer = setTimeout(late, timeoutMs)
      signal.addEventListener('abort', callOff, { once: true })
      // What comes after the promise has settled has no effect: the first to speak is believed.
      sent.on('error', (cause) => {
        const code = systemCode(cause)
        settle(unanswered(code, wordsFor(code, cause.message), cause))
      })
      sent.on('response', (response) => this.#read(response, settle))
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** To its end, so that the connection can be used again. */
  #read(response: IncomingMessage, settle: (answer: Answered | Refused) => void): void {
    const pieces: Buffer[] = []
    let bytes = 0
    const done = (isWhole: boolean) => settle({ kind: 'answered', response, body: Buffer.concat(pieces), isWhole })
    response.on('error', (cause) =>
      settle(unanswered(systemCode(cause), 'the connection broke within the answer.', cause)),
    )
    response.on('end', () => done(true))
    response.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= this.#options.answerBytesMax) return void pieces.push(piece)
      // The status counts all the same.
      done(false)
      response.destroy()
    })
  }
}
