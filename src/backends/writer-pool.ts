/**
 * A writer for every destination, shared by the backends that name the same one: those of the configuration, and those that policies name
 * while the sink runs.
 */
import { readFileSync } from 'node:fs'
import { ConfigError, type Fault } from '../errors.ts'
import { otlpTags } from '../schema/otlp-tags.ts'
import { createFileWriter } from '../writers/file.ts'
import { createOtlpWriter } from '../writers/otlp/writer.ts'
import { WriterShare } from '../writers/shared.ts'
import { createTcpWriter } from '../writers/tcp.ts'
import type { Writer } from '../writers/writer.ts'
import { type Destination, keyOf, type TlsFiles } from './destination.ts'
import type { Teller } from './teller.ts'

export interface HasDestination {
  /** Place of the backend in the document, for faults. */
  readonly path: string
  readonly destination: Destination
}

export interface WritersOptions {
  readonly teller: Teller
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export class WriterPool {
  readonly #options: WritersOptions
  readonly #shares = new Map<string, { readonly writer: Writer; readonly share: WriterShare }>()

  constructor(options: WritersOptions) {
    this.#options = options
  }

  /** What the backend may close for itself. Opens nothing yet, but reads certificates; throws ConfigError when they cannot be read. */
  join(backend: HasDestination): Writer {
    const key = keyOf(backend.destination)
    let shared = this.#shares.get(key)
    if (shared === undefined) {
      const faults: Fault[] = []
      const writer = createWriter(backend, faults, this.#options)
      if (writer === undefined) throw new ConfigError(faults)
      shared = { writer, share: new WriterShare(writer, () => this.#shares.delete(key)) }
      this.#shares.set(key, shared)
    }
    return shared.share.join()
  }

  /** Each once. */
  get writers(): readonly Writer[] {
    return [...this.#shares.values()].map(({ writer }) => writer)
  }
}

/** Undefined when there is a fault. */
function createWriter(
  { path, destination }: HasDestination,
  faults: Fault[],
  options: WritersOptions,
): Writer | undefined {
  const { teller, now } = options
  switch (destination.kind) {
    case 'made':
      return destination.make()
    case 'file': {
      const { path: file, mode, fsync, makeDirectory, rotation } = destination
      return createFileWriter({
        path: file,
        mode,
        fsync,
        makeFolder: makeDirectory,
        ...(rotation === null ? {} : { rotation: { ...rotation, nowMs: now } }),
        onEvent: (event) => teller.file(event),
      })
    }
    case 'tcp': {
      const { address, tls, legacyDoubleNewline } = destination
      const read = readTls(tls, `${path}.tcp.tls`, faults)
      if (read === undefined) return undefined
      const name = `${address.host}:${address.port}`
      return createTcpWriter({
        host: address.host,
        port: address.port,
        extraNewline: legacyDoubleNewline,
        ...(tls === null ? {} : { tls: read }),
        onEvent: (event) => teller.tcp(name, event),
      })
    }
    case 'otlp': {
      const { endpoint, tls, compression, headers, timeoutMs, serviceName, resourceAttributes } = destination
      const read = readTls(tls, `${path}.openTelemetry.tls`, faults)
      if (read === undefined) return undefined
      const writer: Writer = createOtlpWriter({
        endpoint,
        tags: otlpTags(),
        now,
        compression,
        headers,
        timeoutMs,
        resourceAttributes,
        serviceName: serviceName ?? undefined,
        tls: tls === null ? undefined : read,
        onEvent: (event) => teller.otlp(writer.name, event),
      })
      return writer
    }
  }
}

interface TlsRead {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  readonly serverName?: string
}

/** What the files hold; undefined when one of them cannot be read. */
function readTls(files: TlsFiles | null, path: string, faults: Fault[]): TlsRead | undefined {
  if (files === null) return {}
  const before = faults.length
  const read = (name: 'ca' | 'cert' | 'key') => {
    const file = files[name]
    if (file === null) return {}
    try {
      return { [name]: readFileSync(file) }
    } catch (cause) {
      const message = `${file} cannot be read: ${(cause as Error).message}`
      faults.push({ code: 'unreadable', path: `${path}.${name}`, message })
      return {}
    }
  }
  const found = { ...read('ca'), ...read('cert'), ...read('key') }
  const { serverName } = files
  return faults.length > before ? undefined : { ...found, ...(serverName === null ? {} : { serverName }) }
}
