/**
 * The loggers of the certificate. Of Envoy's own: one text and one JSON file that hold all uses, each set off by a separator that no
 * value holds, before and after the gRPC loggers; what differs between the two changed while Envoy was logging. Then for each use
 * a gRPC logger of its own, configured by the block that the sink generated for that one operator, so none helps another.
 */
import { join } from 'node:path'
import type { LoggerBlock } from '../../src/engine/logger-block.ts'
import type { Json } from '../clusters.ts'
import type { Use } from './operators.ts'

export type Group = 'http' | 'tcp'
export const groups: readonly Group[] = ['http', 'tcp']
export type Loggers = Readonly<Record<Group, readonly Json[]>>

export interface LoggerOptions {
  /** Envoy's files; the directory must exist. */
  readonly logDir: string
  readonly uses: readonly Use[]
  /** Of each use; none: no gRPC loggers at all. */
  readonly blocks: readonly LoggerBlock[]
}

/** Stands behind each value in the text file, and between strings of the JSON file. */
export const separator = '\x1e'

/** Before or after the gRPC loggers. */
export type Moment = 'before' | 'after'
export type FileKind = 'who' | `${'text' | 'json'}-${Moment}`

/** `kind`: which of the files of a group. */
export function filePath(logDir: string, group: Group, kind: string): string {
  return join(logDir, `${group}-${kind}.log`)
}

/** The log name of a stream. */
export function logName(group: Group, index: number): string {
  return `${group}/${index}`
}

export function loggersOf(options: LoggerOptions): Loggers {
  return { http: loggers('http', options), tcp: loggers('tcp', options) }
}

/** Whose line it is, for people; the marker at the end of a run is found by it as well. */
const who = '%ACCESS_LOG_TYPE% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_DIRECT_REMOTE_PORT% %REQ(X-ITEM)%\n'

function loggers(group: Group, { logDir, uses, blocks }: LoggerOptions): Json[] {
  const text = uses.map((use) => `%${use}%${separator}`).join('')
  const list = uses.flatMap((use) => [separator, `%${use}%`])
  const file = (kind: FileKind, log_format: Json) => fileLogger(filePath(logDir, group, kind), log_format)
  const both = (moment: Moment) => [
    file(`text-${moment}`, { text_format_source: { inline_string: text } }),
    file(`json-${moment}`, { json_format: { list: [...list, separator] } }),
  ]
  return [
    ...both('before'),
    ...blocks.map((block, i) => grpcLogger(group, i, block)),
    ...both('after'),
    whoLogger(logDir, group),
  ]
}

export function fileLogger(path: string, log_format: Json): Json {
  const type = 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog'
  return { name: 'envoy.access_loggers.file', typed_config: { '@type': type, path, log_format } }
}

/** Comes last. */
export function whoLogger(logDir: string, group: Group): Json {
  return fileLogger(filePath(logDir, group, 'who'), { text_format_source: { inline_string: who } })
}

/**
 * Room for a stream's entries of a whole run. A logger whose stream cannot take more, while all others write to the same connection,
 * drops entries once its buffer is full (by default at 16 KiB), and the certificate judges what entries say, not how many come.
 */
const bufferBytes = 8 << 20

export function grpcLogger(group: Group, index: number, block: LoggerBlock): Json {
  const kind = group === 'http' ? 'Http' : 'Tcp'
  const headers = {
    additional_request_headers_to_log: block.requestHeaders,
    additional_response_headers_to_log: block.responseHeaders,
    additional_response_trailers_to_log: block.responseTrailers,
  }
  return {
    name: `envoy.access_loggers.${group}_grpc`,
    typed_config: {
      '@type': `type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.${kind}GrpcAccessLogConfig`,
      common_config: {
        log_name: logName(group, index),
        grpc_service: { envoy_grpc: { cluster_name: 'als' } },
        transport_api_version: 'V3',
        buffer_flush_interval: '0.2s',
        buffer_size_bytes: bufferBytes,
        filter_state_objects_to_log: block.filterStateKeys,
        custom_tags: block.customTags,
      },
      ...(group === 'http' ? headers : {}),
    },
  }
}
