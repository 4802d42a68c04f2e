/** The HTTP door of a sink, which does without one sooner than not to start where nobody has chosen a place for it. */
import { ConfigError } from '../errors.ts'
import type { Log } from '../telemetry/log.ts'
import { startWebServer, type WebServer, type WebServerOptions } from './server.ts'

/** `isDefault`: the place is nobody's choice. Throws ConfigError when a chosen one cannot be had. */
export async function openWeb(
  options: Omit<WebServerOptions, 'onTlsNews'>,
  isDefault: boolean,
  log: Log,
): Promise<WebServer | undefined> {
  try {
    const onTlsNews: WebServerOptions['onTlsNews'] = ({ level, key, sentence }) => log[level]({ key }, sentence)
    return await startWebServer({ ...options, onTlsNews })
  } catch (error) {
    if (!isDefault || !(error instanceof ConfigError)) throw error
    log.warn(
      { fault: error.faults[0] },
      'There are no metrics: the HTTP door cannot be opened. Set listen.http to another place, or to null.',
    )
    return undefined
  }
}
