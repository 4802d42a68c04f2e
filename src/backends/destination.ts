/** Where a backend writes, and when two of them mean the same place. */

import { realPathOf } from '../writers/file/real-path.ts'
import type { OtlpWriterOptions } from '../writers/otlp/writer.ts'
import type { Writer } from '../writers/writer.ts'

/** Names of PEM files; null: Node's own authorities, no certificate of ours, the host's name. */
export interface TlsFiles {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly serverName: string | null
}

export interface FileDestination {
  readonly kind: 'file'
  readonly path: string
  readonly mode: number
  readonly makeDirectory: boolean
  readonly fsync: 'never' | 'interval' | 'always'
  readonly rotation: {
    readonly maxBytes: number
    readonly maxRetainedFiles: number
    readonly maxAgeDays: number
    readonly compress: boolean
  } | null
}

export interface TcpDestination {
  readonly kind: 'tcp'
  readonly address: { readonly host: string; readonly port: number }
  readonly tls: TlsFiles | null
  readonly legacyDoubleNewline: boolean
}

export interface OtlpDestination {
  readonly kind: 'otlp'
  readonly endpoint: OtlpWriterOptions['endpoint']
  readonly tls: TlsFiles | null
  readonly compression: 'gzip' | 'none'
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly serviceName: string | null
  readonly resourceAttributes: readonly (readonly [key: string, value: string])[]
}

/** One that another room makes; equal names are one destination. */
export interface MadeDestination {
  readonly kind: 'made'
  readonly name: string
  readonly make: () => Writer
}

export type Destination = FileDestination | TcpDestination | OtlpDestination | MadeDestination

/**
 * Equal for backends that share a writer: one handle for a file by whatever path it is reached, one connection for an address with the
 * same settings. That a file's settings agree has been checked with the configuration.
 */
export function keyOf(destination: Destination): string {
  switch (destination.kind) {
    case 'file':
      return `file ${realPathOf(destination.path)}`
    case 'made':
      return `made ${destination.name}`
    default:
      return JSON.stringify(destination)
  }
}
