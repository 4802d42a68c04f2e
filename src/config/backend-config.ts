/**
 * Destinations after validation: addresses, formats, delivery, and the backends that are made of them. As all of `config.ts`, to which this
 * belongs: complete, frozen, in the units the program uses.
 */

/** Where to listen or whom to call. `text` is how people write it: `127.0.0.1:9001`, `[::1]:9001`, `unix:/run/als.sock`. */
export type Address = TcpAddress | { readonly kind: 'unix'; readonly path: string; readonly text: string }

/** `host` is a name or an IP address, without brackets. */
export interface TcpAddress {
  readonly kind: 'tcp'
  readonly host: string
  readonly port: number
  readonly text: string
}

/** An OpenTelemetry destination; how people may write it says `otlp-endpoint.ts`. */
export interface OtlpEndpoint {
  readonly protocol: 'grpc' | 'http'
  readonly tls: boolean
  /** A name or an IP address; IPv6 without its brackets. */
  readonly host: string
  readonly port: number
  /** What to POST to; empty for gRPC. */
  readonly path: string
  /** The whole endpoint as a URL, with nothing left to defaults. Equal texts are one destination. */
  readonly text: string
}

/** TLS to a destination: names of PEM files, to be read when it is opened. `cert` and `key` are given together or not at all. */
export interface TlsConfig {
  /** Null: the authorities that Node trusts. */
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  /** Null: the host of the address. */
  readonly serverName: string | null
}

/**
 * What a backend writes per entry. `path` is the place of the format in the document, for faults: the string itself for `text`,
 * the object for `json`, the list for `pairs` (whose element i has its value at `${path}[${i}].value`).
 */
export type Format =
  | {
      readonly kind: 'text'
      readonly text: string | Uint8Array
      readonly omitEmptyValues: boolean
      readonly path: string
    }
  | { readonly kind: 'json'; readonly json: JsonObject; readonly omitEmptyValues: boolean; readonly path: string }
  | {
      readonly kind: 'pairs'
      readonly pairs: readonly Pair[]
      /** Members stand in the order of their keys, not in that of the pairs. */
      readonly sortKeys: boolean
      /** `string`: operators that stand alone are never numbers or booleans. */
      readonly jsonTypes: 'typed' | 'string'
      readonly omitEmptyValues: boolean
      readonly path: string
    }
  | { readonly kind: 'preset'; readonly preset: Preset; readonly omitEmptyValues: boolean; readonly path: string }

/** `kuma` is the format as Kuma's code has it, `kuma-documented` as its documentation prints it; both differ by entry kind. */
export type Preset = 'envoy' | 'kuma' | 'kuma-documented'

export interface JsonObject {
  readonly [key: string]: unknown
}

/** One member of a `Json` format. Of a repeated key the last value counts, in the place of the first. */
export interface Pair {
  readonly key: string
  readonly value: string
}

export type WhenFull = 'block' | 'dropOldest' | 'dropNewest'

export interface QueueConfig {
  readonly bytesMax: number
  readonly whenFull: WhenFull
  readonly flushAfterMs: number
}

/** Batches on disk that wait for one backend. */
export interface SpoolConfig {
  /** The backend's own; no other has it. */
  readonly folder: string
  readonly bytesMax: number
}

export interface BackendCommon {
  /** Unique within the configuration: the name of its ledger and its metrics. */
  readonly name: string
  /** Place of the backend in the document, for faults. */
  readonly path: string
  /** Where a safer line may differ from Envoy's. */
  readonly textSafety: {
    readonly escapeControl: boolean
    readonly wholeCharacters: boolean
    readonly finiteNumbers: boolean
  }
  /** The proxies' loggers list content-type, so a request without one is no gRPC. */
  readonly contentTypeListed: boolean
  readonly queue: QueueConfig
  /** Null: what waits, waits in memory. */
  readonly spool: SpoolConfig | null
  /** The file for entries that the destination refuses for good; null: they are dropped. Several backends may share it. */
  readonly deadLetter: string | null
}

/** Limits as in lumberjack: `maxRetainedFiles` and `maxAgeDays` of 0 are no limit. */
export interface RotationConfig {
  readonly maxBytes: number
  readonly maxRetainedFiles: number
  readonly maxAgeDays: number
  readonly compress: boolean
}

export interface FileBackend extends BackendCommon {
  readonly type: 'File'
  readonly file: {
    readonly path: string
    readonly format: Format
    /** Permission bits of a file that is created. */
    readonly mode: number
    /** The folders of the path are made when they are missing. */
    readonly makeDirectory: boolean
    readonly fsync: 'never' | 'interval' | 'always'
    /** Null: the file grows, or others rotate it. */
    readonly rotation: RotationConfig | null
  }
}

export interface TcpBackend extends BackendCommon {
  readonly type: 'Tcp'
  readonly tcp: {
    readonly address: TcpAddress
    readonly tls: TlsConfig | null
    readonly format: Format
    readonly legacyDoubleNewline: boolean
  }
}

export interface OpenTelemetryBackend extends BackendCommon {
  readonly type: 'OpenTelemetry'
  readonly openTelemetry: {
    /** Its `tls` says whether there is any; how, says the `tls` beside it. */
    readonly endpoint: OtlpEndpoint
    readonly tls: TlsConfig | null
    /** As written, an AnyValue whose texts may hold operators; null: `defaultBody`. Faults stand below `….openTelemetry.body`. */
    readonly body: unknown
    /** The format, as one text without its line end, that is the body where there is none. */
    readonly defaultBody: Preset
    /** In order, repeated keys and all. The value of element i stands at `….openTelemetry.attributes[i].value`. */
    readonly attributes: readonly Pair[]
    readonly typedValues: boolean
    readonly compression: 'gzip' | 'none'
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string>>
    readonly timeoutMs: number
    readonly serviceName: string | null
    readonly severity: boolean
    readonly traceContext: boolean
  }
}

export type Backend = FileBackend | TcpBackend | OpenTelemetryBackend
