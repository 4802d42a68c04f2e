/** TLS for those who listen: PEM files, read when the door is opened. */
import { readFileSync } from 'node:fs'
import type { TlsOptions } from 'node:tls'
import { ConfigError, type Fault } from '../errors.ts'

/** Names of PEM files. */
export interface ListenTls {
  readonly cert: string
  readonly key: string
  /** Clients must show a certificate that it signed; null: nobody is asked for one. */
  readonly clientCa: string | null
}

/** `key`: of the configuration, where the files are named. Throws ConfigError with every file that cannot be read. */
export function readListenTls(files: ListenTls, key: string): TlsOptions {
  const faults: Fault[] = []
  const read = (name: keyof ListenTls): Buffer | undefined => {
    const path = files[name]
    if (path === null) return undefined
    try {
      return readFileSync(path)
    } catch (cause) {
      const message = `${path} cannot be read: ${(cause as Error).message}`
      faults.push({ code: 'unreadable', path: `${key}.tls.${name}`, message })
      return undefined
    }
  }
  const [cert, privateKey, ca] = [read('cert'), read('key'), read('clientCa')]
  if (faults.length > 0) throw new ConfigError(faults)
  const options: TlsOptions = { cert: cert!, key: privateKey!, minVersion: 'TLSv1.2' }
  return ca === undefined ? options : { ...options, ca, requestCert: true, rejectUnauthorized: true }
}
