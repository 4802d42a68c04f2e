/** A writer for every destination, shared by the backends that name the same one. */
import { readFileSync } from 'node:fs'
import { ConfigError, type Fault } from '../errors.ts'
import { otlpTags } from '../schema/otlp-tags.ts'
import { createFileWriter } from '../writers/file.ts'
import { createOtlpWriter } from '../writers/otlp/writer.ts'
import { shareWriter } from '../writers/shared.ts'
import { createTcpWriter } from '../writers/tcp.ts'
import type { Writer } from '../writers/writer.ts'
import { type Destination, keyOf, type TlsFiles } from './destination.ts'
import type { Teller } from './teller.ts'

export interface HasDestination {
  /** Place of the backend in the document, for faults. */
  readonly path: string
  readonly destination: Destination
}

export interface Writers<B> {
  /** Each once. */
  readonly all: readonly Writer[]
  /** What each backend may close for itself. */
  readonly of: ReadonlyMap<B, Writer>
}

export interface WritersOptions {
  readonly teller: Teller
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Opens nothing yet, but reads certificates. Throws ConfigError with all that cannot be read. */
export function openWriters<B extends HasDestination>(backends: readonly B[], options: WritersOptions): Writers<B> {
  const sharing = new Map<string, B[]>()
  for (const backend of backends) {
    const key = keyOf(backend.destination)
    const users = sharing.get(key)
    if (users === undefined) sharing.set(key, [backend])
    else users.push(backend)
  }
  const faults: Fault[] = []
  const all: Writer[] = []
  const of = new Map<B, Writer>()
  for (const users of sharing.values()) {
    const [first] = users
    const writer = createWriter(first!, faults, options)
    if (writer === undefined) continue
    all.push(writer)
    const shares = shareWriter(writer, users.length)
    for (const [i, backend] of users.entries()) of.set(backend, shares[i]!)
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return { all, of }
}

/** Undefined when there is a fault. */
function createWriter(
  { path, destination }: HasDestination,
  faults: Fault[],
  options: WritersOptions,
): Writer | undefined {
  const { teller, now } = options
  switch (destination.kind) {
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
