/**
 * Plain values of a document, read with care: what is missing or of the wrong kind becomes a fault with its place, and reading goes on
 * with something harmless. Members that nobody asks for are ignored, as Kuma ignores them.
 */
import type { Findings } from '../../config/findings.ts'
import { isObject } from '../../config/formats.ts'
import { show } from '../../config/scalars.ts'

/** One mapping of a document, or what stands where one should be. */
export class Fields {
  /** Place in the document, as Kuma writes it: `spec.to[0].default`. Empty: the document. */
  readonly path: string
  readonly findings: Findings
  readonly #members: Readonly<Record<string, unknown>>

  constructor(value: unknown, path: string, findings: Findings) {
    this.path = path
    this.findings = findings
    this.#members = isObject(value) ? value : {}
    if (!isObject(value) && value !== undefined && value !== null) {
      findings.fault('wrong_type', path, `must be a mapping of keys, not ${show(value)}.`)
    }
  }

  at(key: string): string {
    return this.path ? `${this.path}.${key}` : key
  }

  fault(code: string, key: string, message: string): void {
    this.findings.fault(code, this.at(key), message)
  }

  /** As it stands there; undefined: not there, or null. */
  value(key: string): unknown {
    return Object.hasOwn(this.#members, key) ? (this.#members[key] ?? undefined) : undefined
  }

  has(key: string): boolean {
    return this.value(key) !== undefined
  }

  /** Null: not there, or empty, which is the same to Kuma. */
  text(key: string): string | null {
    const value = this.value(key)
    if (value === undefined || value === '') return null
    if (typeof value === 'string') return value
    this.fault('wrong_type', key, `must be a text, not ${show(value)}.${quoteHint(value)}`)
    return null
  }

  /** Missing: a fault. */
  needText(key: string): string {
    const value = this.value(key)
    if (value === undefined || value === '') this.fault('missing', key, 'is required.')
    return this.text(key) ?? ''
  }

  flag(key: string): boolean {
    const value = this.value(key) ?? false
    if (typeof value === 'boolean') return value
    this.fault('wrong_type', key, `must be true or false, not ${show(value)}.`)
    return false
  }

  /** A port, as a number or, as protobuf's JSON allows, in digits. Null: not there. */
  port(key: string): number | null {
    const value = this.value(key)
    if (value === undefined) return null
    const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
    if (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535) return port as number
    this.fault('wrong_value', key, `must be a port, from 1 to 65535, not ${show(value)}.`)
    return null
  }

  /** A port that is there, and is not 0. */
  needPort(key: string): number {
    if (!this.has(key)) this.fault('missing', key, 'is required.')
    const port = this.port(key)
    if (port === 0) this.fault('wrong_value', key, 'must be a port, from 1 to 65535, not 0.')
    return port ?? 0
  }

  /** Names and texts: labels, tags. Their places are `tags["version"]`, since the names have dots. */
  texts(key: string): Readonly<Record<string, string>> {
    const value = this.value(key)
    if (!isObject(value)) {
      this.object(key)
      return {}
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, text]) => {
        if (typeof text !== 'string' && text !== null) {
          this.fault('wrong_type', `${key}["${name}"]`, `must be a text, not ${show(text)}.${quoteHint(text)}`)
        }
        return [name, typeof text === 'string' ? text : '']
      }),
    )
  }

  object(key: string): Fields {
    return new Fields(this.value(key), this.at(key), this.findings)
  }

  list(key: string): unknown[] {
    const value = this.value(key) ?? []
    if (Array.isArray(value)) return value
    this.fault('wrong_type', key, `must be a list, not ${show(value)}.`)
    return []
  }

  objects(key: string): Fields[] {
    return this.list(key).map((item, i) => new Fields(item, `${this.at(key)}[${i}]`, this.findings))
  }

  /** Texts of a list; others are faults. */
  words(key: string): string[] {
    return this.list(key).flatMap((item, i) => {
      if (typeof item === 'string') return [item]
      this.findings.fault('wrong_type', `${this.at(key)}[${i}]`, `must be a text, not ${show(item)}.`)
      return []
    })
  }
}

/** What YAML takes for a number or a boolean was often meant as a text. */
function quoteHint(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? ' Put it in quotes.' : ''
}
