/**
 * `GET /audit/status`: whether records can be kept now, what has come from each source, and whose signature the seals bear. For those who have the
 * role `read`, of the sources that they have it for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Source } from '../intake/source.ts'
import type { Tally } from '../intake/tally.ts'
import type { Signer } from '../seal/keys.ts'
import type { AccessControl, Caller } from './access.ts'
import { type Answer, refusal, send } from './answers.ts'
import { refusalOf } from './reception.ts'

export interface StatusDeskOptions {
  readonly access: AccessControl
  /** By kind, then by name. */
  readonly sources: Readonly<Record<string, ReadonlyMap<string, Source>>>
  readonly tally: Tally
  /** What stands in the way of keeping anything now; null: nothing. */
  readonly hindrance: () => string | null
  readonly whenUnavailable: 'refuse' | 'bestEffort'
  /** Null: files are not sealed. */
  readonly signer: Pick<Signer, 'keyId' | 'publicKeyPem'> | null
}

export class StatusDesk {
  readonly path = '/audit/status'
  readonly #options: StatusDeskOptions

  constructor(options: StatusDeskOptions) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, peer: Omit<Caller, 'authorization'>): Promise<void> {
    const caller = { authorization: request.headers.authorization ?? null, ...peer }
    if (!request.complete) response.shouldKeepAlive = false
    send(response, this.#answer(request, caller))
  }

  #answer({ url = '', method = '' }: IncomingMessage, caller: Caller): Answer {
    if (url.split('?', 1)[0] !== this.path) return refusal(404, 'Not found', `There is nothing at ${url}.`)
    if (method !== 'GET') return refusal(405, 'Only GET', 'The status can only be read.', { allow: 'GET' })
    const { access, hindrance, whenUnavailable, signer } = this.#options
    const verdict = access.judge(caller, 'read', null)
    if (verdict !== 'granted') return refusalOf(verdict)
    const why = hindrance()
    const seal = signer && { key: signer.keyId, publicKey: signer.publicKeyPem }
    return {
      status: 200,
      body: { ready: why === null, hindrance: why, whenUnavailable, seal, sources: this.#list(caller) },
    }
  }

  #list(caller: Caller): object[] {
    const { access, sources, tally } = this.#options
    return Object.entries(sources).flatMap(([kind, ofKind]) =>
      [...ofKind.values()]
        .filter(({ name }) => access.judge(caller, 'read', name) === 'granted')
        .map(({ name, full }) => {
          const { counts, lastAtMs } = tally.of(name)
          const lastRecordAt = lastAtMs === null ? null : new Date(lastAtMs).toISOString()
          return { source: name, kind, full, ...counts, lastRecordAt }
        }),
    )
  }
}
