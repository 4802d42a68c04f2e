/**
 * Our own diagnostics: JSON lines on standard error. `info`: as asked; `warn`: odd, nothing lost; `error`: entries lost, or a human is
 * needed. Never a line per entry: see `trouble.ts`.
 */
import { pino } from 'pino'

/** Fields first, then the sentence. */
export interface Log {
  debug(fields: object, sentence: string): void
  info(fields: object, sentence: string): void
  warn(fields: object, sentence: string): void
  error(fields: object, sentence: string): void
}

/** Writes synchronously, so that the last line before an exit arrives. `fd` defaults to standard error. */
export function createLog({ level, fd = 2 }: { level: string; fd?: number }): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd, sync: true }),
  )
}
