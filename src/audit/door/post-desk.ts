/**
 * `POST /audit/k8s/{source}` and `POST /audit/mesh/{source}`: records come in, and are answered for when they are safe. What kube-apiserver's
 * webhook makes of each answer decides what is said: it repeats everything but success, five times and as it is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { auditBodyBytesMax } from '../../limits.ts'
import type { Precedence } from '../../pipeline/precedence.ts'
import type { Source } from '../intake/source.ts'
import type { Caller } from './access.ts'
import { type Answer, refusal, send } from './answers.ts'
import { isReadable, readBody, tooLarge } from './body.ts'
import type { Reception } from './reception.ts'
import { readRequestKey } from './request-key.ts'
import { readSegment } from './segment.ts'

export interface PostDeskOptions {
  /** `/audit/k8s/`, `/audit/mesh/`. */
  readonly path: string
  /** By name. */
  readonly sources: ReadonlyMap<string, Source>
  readonly reception: Reception
  /** Taken until records that come in are answered for: each step on their way to the disk waits for a turn of the loop. */
  readonly precedence: Precedence
}

export class PostDesk {
  readonly path: string
  readonly #options: PostDeskOptions

  constructor(options: PostDeskOptions) {
    this.path = options.path
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, peer: Omit<Caller, 'authorization'>): Promise<void> {
    const answer = await this.#answer(request, { authorization: request.headers.authorization ?? null, ...peer })
    if (response.destroyed) return
    // What is left of a body that is refused is not read: a connection that is to be used again would have to.
    if (!request.complete) response.shouldKeepAlive = false
    send(response, answer)
  }

  async #answer(request: IncomingMessage, caller: Caller): Promise<Answer> {
    const { sources, reception } = this.#options
    const { url = '', headers } = request
    const name = nameIn(url, this.path)
    const source = name === null ? undefined : sources.get(name)
    if (source === undefined) return refusal(404, 'Unknown source', `${url} is no source that is configured.`)
    if (request.method !== 'POST') return refusal(405, 'Only POST', 'Records are sent here by POST.', { allow: 'POST' })
    const refused = reception.judge(caller, source.name, url)
    if (refused !== null) return refused
    if (!isReadable(headers['content-type'])) {
      return refusal(415, 'Not JSON', 'Send application/json, or application/x-ndjson.')
    }
    if (Number(headers['content-length'] ?? 0) > auditBodyBytesMax) return tooLarge()
    const sent = source.takesKeys ? request.headersDistinct['idempotency-key'] : undefined
    const key = readRequestKey(sent?.join(', '), reception.access.senderOf(caller))
    if (typeof key === 'object' && key !== null) return key
    return reception.unready(source) ?? this.#take(request, source, key)
  }

  async #take(request: IncomingMessage, source: Source, key: string | null): Promise<Answer> {
    const { reception, precedence } = this.#options
    const delivery = reception.begin(source, key)
    const room = async () => {
      precedence.end()
      return reception.room(source).finally(() => precedence.begin())
    }
    const isFull = () => source.full
    const giveWay = () => reception.rightOfWay.give()
    precedence.begin()
    try {
      const refused = await readBody(request, delivery, { lists: source.lists, isFull, room, giveWay })
      if (refused !== null) {
        reception.abandon(delivery)
        return refused
      }
      return (await reception.settle(source, delivery)) ?? { status: 200, body: delivery.counts }
    } finally {
      precedence.end()
    }
  }
}

/** The one segment behind the path; kube-apiserver adds a query. */
function nameIn(url: string, path: string): string | null {
  const name = url.slice(path.length).split('?', 1)[0]!.replace(/\/$/, '')
  return name === '' || name.includes('/') ? null : readSegment(name)
}
