/**
 * OTLP over HTTP/1.1: one POST a request, protobuf both ways, on one connection that is kept.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { otlpAnswerBytesMax } from '../../limits.ts'
import { systemCode } from '../file-errors.ts'
import { readResponse, readStatus, takenUnread } from './answer.ts'
import { retryAfterMsOf } from './retry-after.ts'
import {
  calledOff,
  quote,
  type Refused,
  type Taken,
  type Transport,
  type TransportOptions,
  unanswered,
} from './transport.ts'

/** OTLP's list of what may pass by itself. */
const retryableStatuses = new Set([429, 502, 503, 504])

/** Lasting ones that speak of the request; the others are about us or about the service as a whole. */
const blamingStatuses = new Set([400, 413, 415, 422, 500])

const compress = promisify(gzip)

export function openHttpTransport(options: TransportOptions): Transport {
  return new HttpTransport(options)
}

class HttpTransport implements Transport {
  readonly #options: TransportOptions
  readonly #request: RequestOptions
  readonly #agent: HttpAgent

  constructor(options: TransportOptions) {
    const { endpoint, headers, compression, tls } = options
    this.#options = options
    this.#agent = endpoint.tls
      ? new HttpsAgent({ keepAlive: true, maxSockets: 1, ...tlsOptions(tls) })
      : new HttpAgent({ keepAlive: true, maxSockets: 1 })
    this.#request = {
      method: 'POST',
      host: endpoint.host,
      port: endpoint.port,
      path: endpoint.path,
      agent: this.#agent,
      headers: {
        'user-agent': 'als-sink',
        ...headers,
        'content-type': 'application/x-protobuf',
        ...(compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
      },
    }
  }

  async export(request: Uint8Array, signal: AbortSignal): Promise<Taken | Refused> {
    const body = this.#options.compression === 'gzip' ? await compress(request) : request
    if (signal.aborted) return calledOff()
    return new Promise((resolve) => this.#post(body, signal, resolve))
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(body: Uint8Array, signal: AbortSignal, resolve: (answer: Taken | Refused) => void): void {
    const { endpoint, timeoutMs } = this.#options
    const headers = { ...this.#request.headers, 'content-length': body.length }
    const send = endpoint.tls ? httpsRequest : httpRequest
    const sent = send({ ...this.#request, headers })
    const settle = (answer: Taken | Refused) => {
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
    sent.on('error', (cause) => settle(unanswered(systemCode(cause), `${quote(cause.message)}.`, cause)))
    sent.on('response', (response) => this.#read(response, settle))
    sent.end(body)
  }

  #read(response: IncomingMessage, settle: (answer: Taken | Refused) => void): void {
    const pieces: Buffer[] = []
    let bytes = 0
    response.on('error', (cause) =>
      settle(unanswered(systemCode(cause), 'the connection broke within the answer.', cause)),
    )
    response.on('end', () => settle(this.#judge(response, Buffer.concat(pieces))))
    response.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= otlpAnswerBytesMax) return void pieces.push(piece)
      // The status counts all the same.
      settle(this.#judge(response, undefined))
      response.destroy()
    })
  }

  /** `body`: undefined when it is longer than we read. */
  #judge(response: IncomingMessage, body: Buffer | undefined): Taken | Refused {
    const { statusCode: code = 0, statusMessage = '', headers } = response
    const type = headers['content-type'] ?? 'of no known type'
    const isProtobuf = type.startsWith('application/x-protobuf')
    if (code >= 200 && code < 300) {
      if (body?.length === 0) return readResponse(body)
      // A page of some web server would be a sign that nobody there speaks OTLP.
      if (!isProtobuf) return takenUnread(`its answer is ${quote(type)}, not application/x-protobuf`)
      return body === undefined ? takenUnread('its answer is too long to be read') : readResponse(body)
    }
    const said = isProtobuf && body !== undefined ? readStatus(body) : undefined
    const words = said?.message ?? (isProtobuf ? '' : quote(body?.toString('utf8') ?? ''))
    const retryable = retryableStatuses.has(code)
    const retryAfterMs = retryAfterMsOf(headers, this.#options.now()) ?? said?.retryAfterMs
    return {
      kind: 'refused',
      code: `http_${code}`,
      message: `HTTP ${code} ${quote(statusMessage)}${words === '' ? '.' : `: ${words}`}`,
      retryable,
      blamesEntries: blamingStatuses.has(code),
      retryAfterMs: retryable ? retryAfterMs : undefined,
    }
  }
}

function tlsOptions({ ca, cert, key, serverName }: TransportOptions['tls']) {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  }
}
