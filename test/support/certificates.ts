/** Certificates for tests, made by the openssl command: an authority, and what it signs for `localhost` and 127.0.0.1. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Names of PEM files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  /** Name of a PEM file. */
  readonly ca: string
  issue(name: string): Certificate
}

const days = ['-days', '2']

/** Its files are removed when the test ends. */
export function createAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = (what: string) => join(folder, what)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const [ca, caKey] = [file('ca.pem'), file('ca.key')]
  openssl('req', '-x509', ...newKey, '-keyout', caKey, '-out', ca, '-subj', `/CN=${name}`, ...days)
  return {
    ca,
    issue(subject) {
      const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((end) => file(`${subject}.${end}`))
      writeFileSync(extensions!, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
      openssl('req', ...newKey, '-keyout', key!, '-out', request!, '-subj', `/CN=${subject}`)
      const signed = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-extfile', extensions!, '-out', cert!]
      openssl('x509', '-req', '-in', request!, ...signed, ...days)
      return { cert: cert!, key: key! }
    },
  }
}

export const pem = (file: string): Buffer => readFileSync(file)
