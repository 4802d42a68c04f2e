/**
 * Export to a remote API as kube-apiserver's webhook backend does it: EventLists by POST to whoever understands them, Logstash, Fluentd or
 * another sink. Where, and as whom, says a kubeconfig.
 *
 * - A batch is sent as several requests when it has more events than one takes, one after the other; when one fails, the events of those
 *   before it have arrived. So the order is kept, which kube-apiserver itself does not promise.
 * - At least once: a request that was not answered may have been taken, and comes again with the next attempt.
 * - Durable is what the receiver has answered for; `flush` has nothing to add.
 * - After a failure the kubeconfig is read anew, so that renewed certificates and a corrected address need no restart. One that cannot be
 *   used leaves the last good one in force.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Batch } from '../../batch.ts'
import { ConfigError, type Fault, WriteError } from '../../errors.ts'
import { auditDocumentBytesMax, auditExportBytesMax, auditExportMsMax } from '../../limits.ts'
import { OneCall } from '../../writers/one-call.ts'
import type { Refused } from '../../writers/refusal.ts'
import type { Writer } from '../../writers/writer.ts'
import { Connection } from './connection.ts'
import { encodeEventList } from './event-list.ts'
import { type KubeconfigReading, readKubeconfig } from './kubeconfig.ts'
import type { RemoteApi } from './kubeconfig-cluster.ts'

export interface WebhookWriterOptions {
  /** Place of the source in the configuration, for faults: `audit.kubernetes[0]`. */
  readonly path: string
  /** A kubeconfig. */
  readonly configFile: string
  /** In one request. */
  readonly batchEventsMax: number
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number
  /** For each request, its answer included. Default 30 s. */
  readonly timeoutMs?: number | undefined
  /** Default 10 MiB. */
  readonly requestBytesMax?: number | undefined
  /** The kubeconfig, or the file of its token, cannot be used any more; what was read last stays in force. */
  readonly onTrouble?: ((file: string, fault: Fault) => void) | undefined
  /** What is odd about the kubeconfig: credentials that are not sent, for example. Told by each new version of it. */
  readonly onWarning?: ((file: string, warning: Fault) => void) | undefined
}

/** Connects with the first batch. Throws ConfigError with everything that is wrong with the kubeconfig. */
export function createWebhookWriter(options: WebhookWriterOptions): Writer {
  return new WebhookWriter(options)
}

class WebhookWriter implements Writer {
  readonly #options: WebhookWriterOptions
  #remote: RemoteApi
  #connection: Connection
  /** The last request has failed, and the kubeconfig may be why. */
  #doubtful = false
  readonly #calls = new OneCall(this)

  constructor(options: WebhookWriterOptions) {
    const { path, configFile, onWarning } = options
    const { remote, faults, warnings } = readFile(configFile)
    if (remote === null) {
      const key = `${path}.audit-webhook-config-file`
      throw new ConfigError(
        faults.map((fault) => ({ code: fault.code, path: key, message: withPlace(configFile, fault) })),
      )
    }
    for (const warning of warnings) onWarning?.(configFile, warning)
    this.#options = options
    this.#remote = remote
    this.#connection = this.#connect(remote)
  }

  get name(): string {
    return `webhook ${this.#remote.text}`
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    return this.#calls.write(signal, (stop) => this.#write(batch, stop))
  }

  /** Waits for the write in progress: when it is answered, the receiver has it. */
  flush(): Promise<void> {
    return this.#calls.over()
  }

  /** Reads the kubeconfig anew, and connects anew with the next batch. */
  reopen(): Promise<void> {
    return this.#calls.between(async () => {
      if (!this.#calls.isClosed) this.#renew(true)
    })
  }

  /** Calls off the write in progress: the outbox closes when nothing more can be waited for. */
  close(): Promise<void> {
    return this.#calls.close(async () => this.#connection.close())
  }

  async #write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    const { batchEventsMax: eventsMax, requestBytesMax: bytesMax = auditExportBytesMax } = this.#options
    if (this.#doubtful) this.#renew(false)
    let entriesWritten = 0
    while (entriesWritten < batch.entryEnds.length) {
      const { body, entries } = encodeEventList(batch, entriesWritten, { eventsMax, bytesMax })
      const answer = await this.#connection.post(body, signal)
      if (answer.kind === 'refused') throw this.#failure(answer, entriesWritten)
      entriesWritten += entries
    }
    return { rejected: 0 }
  }

  #failure({ code, message, retryable, blamesEntries, retryAfterMs, cause }: Refused, entriesWritten: number) {
    this.#doubtful = !blamesEntries
    const said = `${this.name}: ${message}`
    return new WriteError({ code, message: said, retryable, blamesEntries, retryAfterMs, entriesWritten }, { cause })
  }

  /** `always`: the connection is made anew even if the kubeconfig is the same. */
  #renew(always: boolean): void {
    const { configFile, onTrouble, onWarning } = this.#options
    this.#doubtful = false
    const { remote, faults, warnings } = readFile(configFile)
    for (const fault of faults) onTrouble?.(configFile, fault)
    const isChanged = remote !== null && !isDeepStrictEqual(remote, this.#remote)
    if (isChanged) {
      for (const warning of warnings) onWarning?.(configFile, warning)
      this.#remote = remote
    }
    if (!isChanged && !always) return
    this.#connection.close()
    this.#connection = this.#connect(this.#remote)
  }

  #connect(remote: RemoteApi): Connection {
    const { configFile, now, timeoutMs = auditExportMsMax, onTrouble } = this.#options
    return new Connection({ remote, now, timeoutMs, onTrouble: (fault) => onTrouble?.(configFile, fault) })
  }
}

function readFile(file: string): KubeconfigReading {
  const broken = (code: string, message: string) => ({
    remote: null,
    faults: [{ code, path: '', message }],
    warnings: [],
  })
  try {
    const bytes = readFileSync(file)
    if (bytes.length > auditDocumentBytesMax)
      return broken('too_large', `has ${bytes.length} bytes, and no more than ${auditDocumentBytesMax} are read.`)
    return readKubeconfig(bytes.toString('utf8'), dirname(resolve(file)))
  } catch (cause) {
    return broken('unreadable', `cannot be read: ${(cause as Error).message}`)
  }
}

function withPlace(file: string, { path, message, line }: Fault): string {
  const where = line === undefined ? file : `${file}, line ${line}`
  return path === '' ? `${where}: ${message}` : `${where}, ${path}: ${message}`
}
