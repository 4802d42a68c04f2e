/**
 * One connection to a remote API, HTTP/1.1, kept between requests. Each request is a POST as kube-apiserver makes it: the whole path of the
 * server, and `timeout=30s` for a query.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Fault } from '../../errors.ts'
import { auditExportAnswerBytesMax } from '../../limits.ts'
import { systemCode } from '../../writers/file-errors.ts'
import { calledOff, unanswered } from '../../writers/otlp/transport.ts'
import { type Answer, judgeAnswer, wordsFor } from './answer.ts'
import { type Authorize, createAuthorization } from './authorization.ts'
import type { RemoteApi, RemoteTls } from './kubeconfig-cluster.ts'

export interface ConnectionOptions {
  readonly remote: RemoteApi
  /** From the call to the end of its answer. */
  readonly timeoutMs: number
  /** The time of day, in milliseconds since 1970: Retry-After may be a date. */
  readonly now: () => number
  /** The newest token cannot be read. */
  readonly onTrouble: (fault: Fault) => void
}

export class Connection {
  readonly #options: ConnectionOptions
  readonly #agent: HttpAgent
  readonly #authorize: Authorize

  /** Connects with the first request. */
  constructor(options: ConnectionOptions) {
    const { tls, credentials } = options.remote
    this.#options = options
    this.#agent =
      tls === null
        ? new HttpAgent({ keepAlive: true, maxSockets: 1 })
        : new HttpsAgent({ keepAlive: true, maxSockets: 1, ...tlsOptions(tls) })
    this.#authorize = createAuthorization(credentials, options.onTrouble)
  }

  /** Never rejects. When `signal` aborts, it is given up at once; the receiver may have taken the body all the same. */
  async post(body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const authorization = await this.#authorize()
    if (signal.aborted) return calledOff()
    try {
      return await new Promise<Answer>((resolve) => this.#post(body, { authorization, signal, resolve }))
    } catch (cause) {
      // Settings that Node only looks at when it connects.
      return unanswered(systemCode(cause), wordsFor(systemCode(cause), (cause as Error).message), cause)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(body: Uint8Array, call: Call): void {
    const { remote, timeoutMs } = this.#options
    const { authorization, signal } = call
    const send = remote.tls === null ? httpRequest : httpsRequest
    const sent = send({
      method: 'POST',
      host: remote.host,
      port: remote.port,
      path: `${remote.path}?timeout=30s`,
      agent: this.#agent,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, */*',
        'user-agent': 'als-sink',
        'content-length': body.length,
        ...(authorization === null ? {} : { authorization }),
      },
    })
    const settle = (answer: Answer) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', callOff)
      call.resolve(answer)
    }
    const giveUp = (answer: Answer) => {
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
  }

  /** To its end, so that the connection can be used again. */
  #read(response: IncomingMessage, settle: (answer: Answer) => void): void {
    const pieces: Buffer[] = []
    let bytes = 0
    const judge = () => settle(judgeAnswer(response, Buffer.concat(pieces).toString('utf8'), this.#options.now()))
    response.on('error', (cause) =>
      settle(unanswered(systemCode(cause), 'the connection broke within the answer.', cause)),
    )
    response.on('end', judge)
    response.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= auditExportAnswerBytesMax) return void pieces.push(piece)
      // The status counts all the same.
      judge()
      response.destroy()
    })
  }
}

interface Call {
  readonly authorization: string | null
  readonly signal: AbortSignal
  readonly resolve: (answer: Answer) => void
}

function tlsOptions({ ca, cert, key, serverName, insecureSkipVerify }: RemoteTls) {
  return {
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
    ...(serverName === null ? {} : { servername: serverName }),
  }
}
