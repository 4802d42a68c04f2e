/**
 * Certificates that are renewed while a door is open: its PEM files are looked at every few seconds, and at once when somebody asks (SIGHUP). New
 * connections get what is new, those that are open stay as they are. Files that cannot serve change nothing, and that is said once.
 *
 * Certificate and key are two files, and who writes them writes one after the other; so a change counts when the next look finds it unchanged.
 */
import { X509Certificate } from 'node:crypto'
import type { Server } from 'node:tls'
import { ConfigError } from '../errors.ts'
import { tlsLookMs } from '../limits.ts'
import { type ListenTls, readTlsFiles, type TlsFiles, tlsOptionsOf } from './tls.ts'

/** A certificate has been renewed, or could not be. */
export interface TlsNews {
  readonly level: 'info' | 'error'
  /** Of the configuration: `listen.http`. */
  readonly key: string
  readonly sentence: string
}

export interface TlsFollowerOptions {
  readonly names: ListenTls
  /** Of the configuration, where the files are named. */
  readonly key: string
  readonly onNews: (news: TlsNews) => void
  /** Milliseconds between two looks. Default: `limits.tlsLookMs`. */
  readonly lookMs?: number
}

/** What a look has found: the files, or why there are none. */
type Found = TlsFiles | ConfigError

export class TlsFollower {
  readonly #server: Server
  readonly #options: TlsFollowerOptions
  readonly #timer: NodeJS.Timeout
  #inForce: TlsFiles
  #seen: Found
  /** What was said to be of no use. */
  #refused: Found | null = null

  /** `inForce`: what the server was made with. */
  constructor(server: Server, inForce: TlsFiles, options: TlsFollowerOptions) {
    this.#server = server
    this.#options = options
    this.#inForce = inForce
    this.#seen = inForce
    this.#timer = setInterval(() => this.#look(), options.lookMs ?? tlsLookMs)
    this.#timer.unref()
  }

  /** Looks now, and takes what is there. */
  renew(): void {
    this.#refused = null
    this.#take(this.#read())
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const found = this.#read()
    if (same(found, this.#seen)) this.#take(found)
    this.#seen = found
  }

  #take(found: Found): void {
    if (same(found, this.#inForce)) this.#refused = null
    else if (this.#refused === null || !same(found, this.#refused)) {
      const { names, key, onNews } = this.#options
      try {
        if (found instanceof ConfigError) throw found
        this.#server.setSecureContext(tlsOptionsOf(found, names, key))
        this.#inForce = found
        this.#refused = null
        const { validTo } = new X509Certificate(found.cert)
        onNews({ level: 'info', key, sentence: `${names.cert} was renewed; it is valid until ${validTo}.` })
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        this.#refused = found
        onNews({ level: 'error', key, sentence: `The certificate stays the one before. ${sentenceOf(error)}` })
      }
    }
  }

  #read(): Found {
    try {
      return readTlsFiles(this.#options.names, this.#options.key)
    } catch (error) {
      if (error instanceof ConfigError) return error
      throw error
    }
  }
}

function sentenceOf({ faults }: ConfigError): string {
  return faults.map(({ path, message }) => `${path}: ${message}`).join(' ')
}

function same(a: Found, b: Found): boolean {
  if (a instanceof ConfigError || b instanceof ConfigError) {
    return a instanceof ConfigError && b instanceof ConfigError && sentenceOf(a) === sentenceOf(b)
  }
  return a.cert.equals(b.cert) && a.key.equals(b.key) && equal(a.clientCa, b.clientCa)
}

function equal(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b)
}
