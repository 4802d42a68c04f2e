/** TLS for those who listen: PEM files, and what OpenSSL says of them. `tls-follower.ts` reads them again while the door is open. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type TlsOptions } from 'node:tls'
import { ConfigError, type Fault } from '../errors.ts'

/** Names of PEM files. */
export interface ListenTls {
  readonly cert: string
  readonly key: string
  /** Clients must show a certificate that it signed; null: nobody is asked for one. */
  readonly clientCa: string | null
}

/** What is in them. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
  readonly clientCa: Buffer | null
}

/** `key`: of the configuration, where the files are named. Throws ConfigError with every file that cannot be read. */
export function readTlsFiles(names: ListenTls, key: string): TlsFiles {
  const faults: Fault[] = []
  const read = (name: keyof ListenTls): Buffer | null => {
    const path = names[name]
    if (path === null) return null
    try {
      return readFileSync(path)
    } catch (cause) {
      const message = `${path} cannot be read: ${(cause as Error).message}`
      faults.push({ code: 'unreadable', path: `${key}.tls.${name}`, message })
      return null
    }
  }
  const [cert, privateKey, clientCa] = [read('cert'), read('key'), read('clientCa')]
  if (faults.length > 0) throw new ConfigError(faults)
  return { cert: cert!, key: privateKey!, clientCa }
}

/** Throws ConfigError when they cannot serve: what is no certificate, no key, or not the key of the certificate. */
export function tlsOptionsOf(files: TlsFiles, names: ListenTls, key: string): TlsOptions {
  const { cert, key: privateKey, clientCa } = files
  const refuse = (name: keyof ListenTls, why: string, cause: unknown) =>
    new ConfigError([{ code: 'tls', path: `${key}.tls.${name}`, message: `${names[name]} ${why}` }], { cause })
  for (const name of ['cert', 'clientCa'] as const) {
    const pem = files[name]
    if (pem === null) continue
    const blocks = String(pem).split(/(?=-----BEGIN )/)
    const certificates = blocks.filter((block) => /^-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(block))
    if (certificates.length === 0) throw refuse(name, 'holds no certificate in PEM.', undefined)
    try {
      // OpenSSL itself takes what it can read of a file as all of it, and so may trust nobody.
      for (const each of certificates) new X509Certificate(each)
    } catch (cause) {
      throw refuse(name, `holds something that is no certificate: ${(cause as Error).message}.`, cause)
    }
  }
  try {
    createSecureContext({ cert, key: privateKey })
  } catch (cause) {
    const mismatch = (cause as NodeJS.ErrnoException).code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
    const why = mismatch
      ? `is not the key of ${names.cert}. Put the certificate and the key that were made together into these files.`
      : 'holds no key in PEM that can be read without a passphrase.'
    throw refuse('key', why, cause)
  }
  const options: TlsOptions = { cert, key: privateKey, minVersion: 'TLSv1.2' }
  return clientCa === null ? options : { ...options, ca: clientCa, requestCert: true, rejectUnauthorized: true }
}
