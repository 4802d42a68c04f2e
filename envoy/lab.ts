/**
 * One run from end to end: upstreams up, Envoy up, the corpus of the asked cases sent, everything down again. Who receives the
 * access log stream is the caller's business.
 */
import { join } from 'node:path'
import type { AlsAddress } from './clusters.ts'
import { buildBootstrap, type CaseName, envoyLogPath } from './config.ts'
import { drive, linesOf } from './drive.ts'
import type { Format } from './formats.ts'
import type { Item } from './item.ts'
import { makeLogDirs, type RunningEnvoy, startEnvoy } from './run.ts'
import { until } from './until.ts'
import { openUpstreams } from './upstream.ts'

export interface LabOptions {
  readonly binary: string
  /** A directory of the caller's, with a short path: it takes Unix sockets. */
  readonly dir: string
  readonly cases: readonly CaseName[]
  readonly formats: readonly Format[]
  readonly als: AlsAddress
  readonly timeZone?: string
}

/** What Envoy has logged: for each case the item of each line, and where its files lie. */
export interface Driven {
  readonly envoy: RunningEnvoy
  readonly items: ReadonlyMap<CaseName, readonly Item[]>
  readonly logPath: (caseName: CaseName, format: Format) => string
}

/**
 * Drives all cases, waits until Envoy's own files are whole, and calls `receive` while Envoy still runs: it forgets what it has not
 * sent when it ends, so `receive` waits for the last entry on its side.
 */
export async function runLab<T>(options: LabOptions, receive: (driven: Driven) => Promise<T>): Promise<T> {
  const { cases, formats, dir } = options
  const logDir = join(dir, 'envoy-logs')
  const logPath = (caseName: CaseName, format: Format) => envoyLogPath(logDir, caseName, format)
  makeLogDirs(cases.flatMap((caseName) => formats.map((format) => logPath(caseName, format))))
  const upstreams = await openUpstreams(dir)
  try {
    const bootstrap = buildBootstrap({ cases, formats, logDir, als: options.als, upstreams: upstreams.addresses })
    const { binary, timeZone = 'UTC' } = options
    const envoy = await startEnvoy({ binary, dir, bootstrap, timeZone })
    try {
      const items = new Map<CaseName, Item[]>()
      for (const caseName of cases) {
        const driven = await drive(caseName, { envoy, upstreams, logDir })
        for (const format of formats) {
          await until(`Envoy has written ${format.name} of ${caseName}`, 5_000, () => {
            return linesOf(logPath(caseName, format)).length >= driven.length
          })
        }
        items.set(caseName, driven)
      }
      return await receive({ envoy, items, logPath })
    } finally {
      await envoy.stop()
    }
  } finally {
    await upstreams.close()
  }
}
