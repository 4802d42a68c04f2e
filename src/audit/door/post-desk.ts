/**
 * `POST /audit/k8s/{source}` and `POST /audit/mesh/{source}`: records come in, and are answered for when they are safe. What kube-apiserver's
 * webhook makes of each answer decides what is said: it repeats everything but success, five times and as it is, so only what a
 * repetition can mend is refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { auditAnswerMsMax, auditBodyBytesMax } from '../../limits.ts'
import type { Source } from '../intake/source.ts'
import type { AccessControl, Caller } from './access.ts'
import { type Answer, later, refusal, send } from './answers.ts'
import { isReadable, readBody, tooLarge } from './body.ts'

export interface PostDeskOptions {
  /** `/audit/k8s/`, `/audit/mesh/`. */
  readonly path: string
  /** By name. */
  readonly sources: ReadonlyMap<string, Source>
  readonly access: AccessControl
  /** What stands in the way of keeping anything now; null: nothing. */
  readonly hindrance: () => string | null
  readonly whenUnavailable: 'refuse' | 'bestEffort'
  /** Milliseconds since the epoch, and on a steady clock. */
  readonly now: () => number
  readonly steadyNow: () => number
  readonly trouble: (kind: string, detail: string) => void
}

export class PostDesk {
  readonly path: string
  readonly #options: PostDeskOptions

  constructor(options: PostDeskOptions) {
    this.path = options.path
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request)
    if (response.destroyed) return
    // What is left of a body that is refused is not read: a connection that is to be used again would have to.
    if (!request.complete) response.shouldKeepAlive = false
    send(response, answer)
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { sources, whenUnavailable, hindrance } = this.#options
    const name = nameIn(request.url ?? '', this.path)
    const source = name === null ? undefined : sources.get(name)
    if (source === undefined) return refusal(404, 'Unknown source', `${request.url} is no source that is configured.`)
    if (request.method !== 'POST') return refusal(405, 'Only POST', 'Records are sent here by POST.', { allow: 'POST' })
    const refused = this.#judge(request, source.name)
    if (refused !== null) return refused
    if (!isReadable(request.headers['content-type'])) {
      return refusal(415, 'Not JSON', 'Send application/json, or application/x-ndjson.')
    }
    if (Number(request.headers['content-length'] ?? 0) > auditBodyBytesMax) return tooLarge()
    const why = hindrance()
    if (why !== null && whenUnavailable === 'refuse') return later(503, why, 5)
    if (source.full && whenUnavailable === 'refuse') return later(429, 'What came before is still being written.', 1)
    return this.#take(request, source)
  }

  async #take(request: IncomingMessage, source: Source): Promise<Answer> {
    const { now, steadyNow, whenUnavailable, trouble } = this.#options
    const delivery = source.begin(now(), steadyNow())
    const refused = await readBody(request, source, delivery)
    if (refused !== null) {
      delivery.abandon()
      return refused
    }
    const { counts } = delivery
    const settled = delivery.settle().then(
      () => null,
      (error: Error) => error,
    )
    const error = await within(auditAnswerMsMax, settled)
    if (error === null) return { status: 200, body: counts }
    const why = error === 'late' ? 'The disk does not answer.' : error.message
    trouble(`audit ${source.name}`, `Records of ${source.name} could not be made durable: ${why}`)
    return whenUnavailable === 'refuse' ? later(503, why, 5) : { status: 200, body: counts }
  }

  #judge(request: IncomingMessage, source: string): Answer | null {
    const verdict = this.#options.access.judge(callerOf(request), 'write', source)
    if (verdict === 'granted') return null
    this.#options.trouble(
      `audit access ${source}`,
      `A request to ${request.url} was refused: its credential is ${verdict}.`,
    )
    return refusalOf(verdict)
  }
}

export function refusalOf(verdict: 'unknown' | 'forbidden'): Answer {
  if (verdict === 'forbidden') return refusal(403, 'Access Denied', 'The credential is for another source or role.')
  return refusal(401, 'Unauthorized', 'No credential that is known.', { 'www-authenticate': 'Bearer' })
}

/** Who asks, as the connection tells. */
export function callerOf({ headers, socket }: IncomingMessage): Caller {
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>
  const certificate = authorized ? getPeerCertificate?.call(socket) : undefined
  const { remoteAddress = '' } = socket
  return {
    authorization: headers.authorization ?? null,
    names: certificate?.subjectaltname?.split(', ') ?? [],
    plainLoopback: authorized === undefined && isLoopback(remoteAddress),
  }
}

/** A socket in the file system has no address. */
function isLoopback(address: string): boolean {
  return address === '' || address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** The one segment behind the path; kube-apiserver adds a query. */
function nameIn(url: string, path: string): string | null {
  const name = url.slice(path.length).split('?', 1)[0]!.replace(/\/$/, '')
  try {
    return name === '' || name.includes('/') ? null : decodeURIComponent(name)
  } catch {
    return null
  }
}

function within<T>(ms: number, promise: Promise<T>): Promise<T | 'late'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('late'), ms)
    void promise.then((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}
