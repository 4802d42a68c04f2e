/**
 * The shape of a configuration after validation: complete, frozen, in the units the program uses. Nothing is optional from here
 * on; defaults live in `schema.ts`. Other rooms do not import these types: they declare options of their own that match by shape.
 */

/** Where to listen or whom to call. `text` is how people write it: `127.0.0.1:9001`, `[::1]:9001`, `unix:/run/als.sock`. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly text: string }
  | { readonly kind: 'unix'; readonly path: string; readonly text: string }

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

export interface FileBackend {
  readonly type: 'File'
  /** Unique within the configuration: the name of its ledger and its metrics. */
  readonly name: string
  /** Place of the backend in the document, for faults. */
  readonly path: string
  readonly file: {
    readonly path: string
    readonly format: Format
    /** Permission bits of a file that is created. */
    readonly mode: number
  }
  /** Where a safer line may differ from Envoy's. */
  readonly textSafety: {
    readonly escapeControl: boolean
    readonly wholeCharacters: boolean
    readonly finiteNumbers: boolean
  }
  /** The proxies' loggers list content-type, so a request without one is no gRPC. */
  readonly contentTypeListed: boolean
  readonly queue: QueueConfig
}

export type Backend = FileBackend

/** Globs: `*` stands for any characters. */
export interface Match {
  readonly entries: 'all' | 'http' | 'tcp'
  readonly logName: string
  readonly nodeId: string
  readonly nodeCluster: string
}

export interface PipelineConfig {
  readonly name: string
  readonly match: Match
  readonly backends: readonly Backend[]
}

export type KumaName =
  | 'mesh'
  | 'zone'
  | 'workload'
  | 'sourceAddress'
  | 'sourceService'
  | 'destinationService'
  | 'trafficDirection'

/** Values of the `KUMA_*` operators where nothing else supplies them: a map of those that are given. */
export type KumaValues = Readonly<Partial<Record<KumaName, string>>>

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

export interface Config {
  readonly listen: {
    readonly grpc: readonly Address[]
    readonly http: Address | null
  }
  readonly limits: {
    readonly memoryBytesMax: number
    readonly streamsMax: number
    readonly connectionsMax: number
    readonly messageBytesMax: number
  }
  readonly pipelines: readonly PipelineConfig[]
  /** IANA name; null: the process's own zone. */
  readonly timeZone: string | null
  readonly kuma: {
    readonly values: KumaValues
    readonly defaultFormat: 'documented' | 'kuma'
  }
  readonly log: { readonly level: LogLevel }
  readonly shutdown: { readonly graceMs: number }
}
