/**
 * What the doors for records have in common, whatever carries them: who may send, when nothing can be taken, and how it is answered for. A
 * sender repeats what is not taken, as it is, so only what a repetition can mend is refused.
 */
import { auditAnswerMsMax, auditCloseMsMax, auditRoomMsMax } from '../../limits.ts'
import type { Delivery, Source } from '../intake/source.ts'
import type { AccessControl, Caller } from './access.ts'
import { later, type Refusal, refusal } from './answers.ts'
import { RightOfWay } from './right-of-way.ts'

export interface ReceptionOptions {
  readonly access: AccessControl
  /** What stands in the way of keeping anything now; null: nothing. */
  readonly hindrance: () => string | null
  readonly whenUnavailable: 'refuse' | 'bestEffort'
  /** Milliseconds since the epoch, and on a steady clock. */
  readonly now: () => number
  readonly steadyNow: () => number
  readonly trouble: (kind: string, detail: string) => void
  /** How long a request waits for a source that is full, in milliseconds; default `limits.auditRoomMsMax`. */
  readonly roomMsMax?: number
}

export class Reception {
  readonly access: AccessControl
  /** Taken by records that somebody waits for. */
  readonly rightOfWay = new RightOfWay()
  readonly #options: ReceptionOptions
  /** Not answered for yet. */
  readonly #begun = new Set<Delivery>()
  /** The sink stops; when nothing is begun any longer it is called. */
  #onIdle: (() => void) | undefined

  constructor(options: ReceptionOptions) {
    this.access = options.access
    this.#options = options
  }

  /** Null: the caller may send records of the source (null: of any). `where`: what was asked for. */
  judge(caller: Caller, source: string | null, where: string): Refusal | null {
    const verdict = this.access.judge(caller, 'write', source)
    if (verdict === 'granted') return null
    const detail = `A request to ${where} was refused: its credential is ${verdict}.`
    this.#options.trouble(`audit access ${source ?? ''}`, detail)
    return refusalOf(verdict)
  }

  /** Null: records can be taken now. */
  unready(source: Source): Refusal | null {
    const { hindrance, whenUnavailable } = this.#options
    // Else a busy sender would keep the queue from ever getting empty.
    if (this.#onIdle !== undefined) return later(503, 'The sink is stopping.', 1)
    if (whenUnavailable === 'bestEffort') return null
    const why = hindrance()
    if (why !== null) return later(503, why, 5)
    return source.full ? later(429, 'What came before is still being written.', 1) : null
  }

  /** `key`: what the request calls itself; see `request-key.ts`. */
  begin(source: Source, key: string | null): Delivery {
    const { now, steadyNow } = this.#options
    const delivery = source.begin(now(), steadyNow(), key)
    this.#begun.add(delivery)
    return delivery
  }

  /** Null: there is room for more of a request that has begun, maybe after a while. */
  async room(source: Source): Promise<Refusal | null> {
    if (!source.full) return null
    const { whenUnavailable, trouble, roomMsMax = auditRoomMsMax } = this.#options
    const room = new Promise<void>((resolve) => source.whenWritable(resolve))
    const waited = await within(roomMsMax, room)
    // What has come is taken then, above the bound, and the sender brings the rest no faster than this.
    if (waited !== 'late' || whenUnavailable === 'bestEffort') return null
    const why = 'The disk does not take what came before.'
    trouble(`audit ${source.name}`, `A request with records of ${source.name} was broken off: ${why}`)
    return later(503, why, 5)
  }

  /** The rest of the delivery never comes. */
  abandon(delivery: Delivery): void {
    delivery.abandon()
    this.#end(delivery)
  }

  /** Null: everything of the delivery is safe, or nobody has to wait for that. `taken`: when all of it has been taken; default: it has. */
  async settle(source: Source, delivery: Delivery, taken: Promise<void> = Promise.resolve()): Promise<Refusal | null> {
    const { whenUnavailable, trouble } = this.#options
    const safe = taken.then(() => this.rightOfWay.during(delivery.settle()))
    const settled = safe.then(
      () => null,
      (error: Error) => error,
    )
    const error = await within(auditAnswerMsMax, settled)
    this.#end(delivery)
    if (error === null) return null
    const why = error === 'late' ? 'The disk does not answer.' : error.message
    trouble(`audit ${source.name}`, `Records of ${source.name} could not be made durable: ${why}`)
    return whenUnavailable === 'refuse' ? later(503, why, 5) : null
  }

  /** From now on senders are told to come again. Resolves when what has been begun is over, or has had its time. Never rejects. */
  async close(): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
    if (this.#begun.size > 0) await within(auditCloseMsMax, idle)
  }

  #end(delivery: Delivery): void {
    this.#begun.delete(delivery)
    if (this.#begun.size === 0) this.#onIdle?.()
  }
}

export function refusalOf(verdict: 'unknown' | 'forbidden'): Refusal {
  if (verdict === 'forbidden') return refusal(403, 'Access Denied', 'The credential is for another source or role.')
  return refusal(401, 'Unauthorized', 'No credential that is known.', { 'www-authenticate': 'Bearer' })
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
