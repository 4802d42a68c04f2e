/**
 * Loggers of whole formats: of Envoy's own a file for each, before and after the gRPC loggers, and a gRPC logger for each, configured by the
 * block that the sink generated for it.
 */
import type { LoggerBlock } from '../../src/engine/logger-block.ts'
import type { Json } from '../clusters.ts'
import { fileLogger, filePath, type Group, grpcLogger, type Loggers, type Moment, whoLogger } from './loggers.ts'

export interface FormatLoggerOptions {
  readonly logDir: string
  /** Each a `log_format`. */
  readonly formats: readonly Json[]
  /** Of each format. */
  readonly blocks: readonly LoggerBlock[]
}

/** Which file holds the lines of a format. */
export const formatFile = (index: number, moment: Moment) => `format-${index}-${moment}`

export function formatLoggers({ logDir, formats, blocks }: FormatLoggerOptions): Loggers {
  const group = (name: Group): Json[] => {
    const files = (moment: Moment) =>
      formats.map((format, i) => fileLogger(filePath(logDir, name, formatFile(i, moment)), format))
    const streams = blocks.map((block, i) => grpcLogger(name, i, block))
    return [...files('before'), ...streams, ...files('after'), whoLogger(logDir, name)]
  }
  return { http: group('http'), tcp: group('tcp') }
}
