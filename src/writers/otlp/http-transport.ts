/**
 * OTLP over HTTP/1.1: one POST a request, protobuf both ways, on one connection that is kept.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { otlpAnswerBytesMax } from '../../limits.ts'
import { type Answered, PostConnection } from '../post-connection.ts'
import { quote, type Refused } from '../refusal.ts'
import { retryAfterMsOf } from '../retry-after.ts'
import { readResponse, readStatus, takenUnread } from './answer.ts'
import type { Taken, Transport, TransportOptions } from './transport.ts'

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
  readonly #connection: PostConnection

  constructor(options: TransportOptions) {
    const { endpoint, tls, timeoutMs } = options
    const { host, port, path } = endpoint
    this.#options = options
    this.#connection = new PostConnection({
      host,
      port,
      path,
      tls: endpoint.tls ? tlsOptions(tls) : null,
      timeoutMs,
      answerBytesMax: otlpAnswerBytesMax,
      wordsFor: (_, message) => `${quote(message)}.`,
    })
  }

  async export(request: Uint8Array, signal: AbortSignal): Promise<Taken | Refused> {
    const { compression, headers: more } = this.#options
    const body = compression === 'gzip' ? await compress(request) : request
    const headers = {
      'user-agent': 'als-sink',
      ...more,
      'content-type': 'application/x-protobuf',
      ...(compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
    }
    const answer = await this.#connection.post(headers, body, signal)
    return answer.kind === 'refused' ? answer : this.#judge(answer)
  }

  close(): void {
    this.#connection.close()
  }

  #judge({ response, body: beginning, isWhole }: Answered): Taken | Refused {
    const body = isWhole ? beginning : undefined
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
