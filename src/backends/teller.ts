/**
 * What befalls backends, in words for the log. `error`: entries are lost, or somebody has to act. `warn`: odd, nothing is lost. What could
 * come with every batch is said once in a while, with how often it was held back (`telemetry/trouble.ts`).
 */
import type { WriteError } from '../errors.ts'
import type { Log } from '../telemetry/log.ts'
import type { Trouble } from '../telemetry/trouble.ts'
import type { FileEvent } from '../writers/file/events.ts'
import type { OtlpEvent } from '../writers/otlp/writer.ts'
import type { TcpEvent } from '../writers/tcp.ts'

export class Teller {
  readonly #log: Log
  readonly #trouble: Trouble
  /** Why the last write of a backend failed, by its name; those that have succeeded since are not in it. */
  readonly #failing = new Map<string, string>()

  constructor({ log, trouble }: { readonly log: Log; readonly trouble: Trouble }) {
    this.#log = log
    this.#trouble = trouble
  }

  /** Why the last write of this backend failed; null when it did not. */
  troubleOf(backend: string): string | null {
    return this.#failing.get(backend) ?? null
  }

  writeSettled(backend: string): void {
    this.#failing.delete(backend)
  }

  writeFailed(backend: string, error: WriteError, retryInMs: number | undefined): void {
    this.#failing.set(backend, error.message)
    const then = retryInMs === undefined ? 'It is given up.' : `It is tried again in ${Math.round(retryInMs)} ms.`
    this.#trouble.report(`${backend} ${error.code}`, `Backend ${backend}: a write failed. ${error.message} ${then}`)
  }

  dropped(backend: string, reason: string, entries: number): void {
    this.#trouble.report(
      `${backend} dropped ${reason}`,
      `Backend ${backend}: ${entries} entries were dropped (${reason}).`,
    )
  }

  spoolFailed(backend: string, error: Error): void {
    this.#trouble.report(`${backend} spool`, `Backend ${backend}: its spool has trouble. ${error.message}`)
  }

  lettersFailed(backend: string, error: Error): void {
    this.#trouble.report(`${backend} letters`, `Backend ${backend}: dead letters could not be kept. ${error.message}`)
  }

  closeFailed(error: Error): void {
    this.#trouble.report('close', error.message)
  }

  file(event: FileEvent): void {
    const { kind, path } = event
    switch (kind) {
      case 'rotated':
        this.#log.info({ path, backup: event.backup, bytes: event.bytes }, `${path} was rotated.`)
        return
      case 'reopened':
        if (event.why !== 'asked')
          this.#log.warn({ path, why: event.why }, `${path} was ${event.why}; it was opened anew.`)
        return
      case 'truncatedByOthers':
        this.#trouble.report(
          `${path} truncated`,
          `${path} was made ${event.bytes} bytes shorter by somebody else. With copytruncate, what was written between copy and cut is lost.`,
        )
        return
      case 'oversized':
        this.#log.warn({ path, bytes: event.bytes }, `${path}: an entry is longer than the limit of rotation.`)
        return
      case 'tornLineCut':
        this.#log.warn(
          { path, bytes: event.bytes, savedTo: event.savedTo },
          `${path} ended in the middle of a line, which is now in ${event.savedTo}.`,
        )
        return
      case 'cleaned':
        this.#log.info(
          { path, removed: event.removed, compressed: event.compressed },
          `Backups of ${path} were cleaned up.`,
        )
        return
      case 'trouble':
        this.#trouble.report(`${path} ${event.code}`, `${path}: ${event.message}`)
    }
  }

  tcp(address: string, event: TcpEvent): void {
    if (event.kind === 'connected' && event.reconnected) this.#log.info({ address }, `Connected to ${address} again.`)
  }

  otlp(endpoint: string, { kind, entries, message }: OtlpEvent): void {
    if (kind === 'rejected')
      this.#trouble.report(`${endpoint} rejected`, `${endpoint} rejected ${entries} entries: ${message}`)
    else this.#trouble.report(`${endpoint} warning`, `${endpoint} warns: ${message}`)
  }
}
