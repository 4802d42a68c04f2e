/**
 * `als_sink.audit.v1.AuditService/Write`: records of mesh control planes by gRPC, with the answers of the HTTP door in gRPC's words. Which
 * source they are of is said by the metadata `als-sink-source`, as by the path there; or by a credential that is for one source alone.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type GrpcStatus, grpcStatus } from '../../als/status.ts'
import type { UnaryAnswer, UnaryMethod, UnaryRefusal, UnaryTask } from '../../als/unary.ts'
import { auditSliceBytes } from '../../limits.ts'
import type { Delivery, Source } from '../intake/source.ts'
import { BodySplitter } from '../json/body-splitter.ts'
import { JsonError } from '../json/json-error.ts'
import type { Caller } from './access.ts'
import { type Refusal, refusal } from './answers.ts'
import type { Reception } from './reception.ts'
import { readRequestKey } from './request-key.ts'
import { encodeRetryStatus, encodeWriteResponse, readWriteRequest, type WriteTags } from './write-codec.ts'

export interface WriteMethodOptions {
  /** By name. */
  readonly sources: ReadonlyMap<string, Source>
  readonly reception: Reception
  readonly tags: WriteTags
}

/** Of the method. */
export const writePath = '/als_sink.audit.v1.AuditService/Write'
const sourceKey = 'als-sink-source'
const requestKeyKey = 'idempotency-key'

export class WriteMethod implements UnaryMethod {
  readonly path = writePath
  readonly #options: WriteMethodOptions

  constructor(options: WriteMethodOptions) {
    this.#options = options
  }

  begin(fields: ReadonlyMap<string, string>, peer: Omit<Caller, 'authorization'>): UnaryRefusal | UnaryTask {
    const { sources, reception } = this.#options
    const caller: Caller = { authorization: fields.get('authorization') ?? null, ...peer }
    const name = fields.get(sourceKey) ?? reception.access.onlySource(caller, 'write')
    if (name === null) {
      const nameless = refusal(400, 'No source', `Name the source of the records in the metadata ${sourceKey}.`)
      return this.#say(reception.judge(caller, null, writePath) ?? nameless)
    }
    const source = sources.get(name)
    if (source === undefined) {
      return this.#say(refusal(404, 'Unknown source', `${name} is no control plane of a mesh that is configured.`))
    }
    const forbidden = reception.judge(caller, name, `${writePath} for ${name}`)
    if (forbidden !== null) return this.#say(forbidden)
    const key = readRequestKey(fields.get(requestKeyKey), reception.access.senderOf(caller))
    if (typeof key === 'object' && key !== null) return this.#say(key)
    const refused = reception.unready(source)
    return refused === null ? (message) => this.#take(message, source, key) : this.#say(refused)
  }

  async #take(message: Buffer, source: Source, key: string | null): Promise<UnaryAnswer> {
    const { reception, tags } = this.#options
    const records = readWriteRequest(message, tags)
    if (records === null) return this.#say(refusal(400, 'Not a WriteRequest', 'The message cannot be read.'))
    // What came meanwhile may have filled it.
    const full = reception.unready(source)
    if (full !== null) return this.#say(full)
    const delivery = reception.begin(source, key)
    const taking = takeAll(records, source, delivery)
    const refused = await reception.settle(source, delivery, taking.done)
    taking.stop()
    return refused === null ? { reply: encodeWriteResponse(delivery.counts, tags) } : this.#say(refused)
  }

  #say({ status, body: { detail }, headers }: Refusal): UnaryRefusal {
    const code = codes[status] ?? grpcStatus.internal
    const after = Number(headers['retry-after'])
    if (Number.isNaN(after)) return { status: code, message: detail }
    const details = encodeRetryStatus(code, detail, after, this.#options.tags)
    return {
      status: code,
      message: detail,
      trailers: { 'grpc-status-details-bin': details, 'grpc-retry-pushback-ms': String(after * 1_000) },
    }
  }
}

/** By the statuses of the HTTP door. */
const codes: Readonly<Record<number, GrpcStatus>> = {
  400: grpcStatus.invalidArgument,
  401: grpcStatus.unauthenticated,
  403: grpcStatus.permissionDenied,
  404: grpcStatus.notFound,
  429: grpcStatus.unavailable,
  503: grpcStatus.unavailable,
}

/** Other work gets its turn in between, and a source that is full its time. */
function takeAll(
  records: readonly Buffer[],
  source: Source,
  delivery: Delivery,
): { readonly done: Promise<void>; readonly stop: () => void } {
  let isOver = false
  const take = async () => {
    let bytes = 0
    for (const record of records) {
      takeRecord(record, source, delivery)
      bytes += record.length
      if (bytes < auditSliceBytes) continue
      bytes = 0
      await nextTurn()
      if (source.full) await new Promise<void>((resolve) => source.whenWritable(resolve))
      if (isOver) return
    }
  }
  const stop = () => {
    isOver = true
  }
  return { done: take(), stop }
}

/** One that is no JSON costs itself alone. */
function takeRecord(record: Buffer, { lists }: Source, delivery: Delivery): void {
  const splitter = new BodySplitter({ lists })
  try {
    for (const item of splitter.push(record)) delivery.take(item)
    splitter.end()
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    delivery.quarantine(record, error.message)
  }
}
