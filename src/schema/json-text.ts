/**
 * JSON text to values, with integers kept exact: those that a number cannot hold come out as BigInt. Otherwise as `JSON.parse`.
 */
import { ConfigError } from '../errors.ts'
import { jsonDepthMax } from '../limits.ts'

/**
 * Throws ConfigError when `text` is not JSON. Text without long digit runs, nearly all of it, goes through `JSON.parse` alone.
 */
export function parseJson(text: string): unknown {
  const value = parseLoosely(text)
  return /\d{16}/.test(text) ? new ExactReader(text).value(0) : value
}

function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError([{ code: 'json', path: '', message: `This is not JSON: ${(cause as Error).message}.` }], {
      cause,
    })
  }
}

/** Walks text that `JSON.parse` has accepted, token by token; so it need not check the grammar again. */
class ExactReader {
  readonly #tokens: IterableIterator<RegExpExecArray>

  constructor(text: string) {
    this.#tokens = text.matchAll(/[[\]{},:]|"(?:[^"\\]|\\.)*"|[^\s[\]{},:"]+/g)
  }

  value(depth: number): unknown {
    return this.#valueFrom(this.#next(), depth)
  }

  #next(): string {
    return this.#tokens.next().value![0]
  }

  #valueFrom(token: string, depth: number): unknown {
    if (depth > jsonDepthMax) throw new ConfigError([{ code: 'too_deep', path: '', message: tooDeep }])
    if (token === '[') return this.#array(depth)
    if (token === '{') return this.#object(depth)
    const exact = /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
    return exact ? BigInt(token) : JSON.parse(token)
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = []
    for (let token = this.#next(); token !== ']'; token = this.#next()) {
      if (token !== ',') items.push(this.#valueFrom(token, depth + 1))
    }
    return items
  }

  /** `fromEntries` defines every key as the object's own, `__proto__` too. */
  #object(depth: number): object {
    const entries: [string, unknown][] = []
    for (let token = this.#next(); token !== '}'; token = this.#next()) {
      if (token === ',') continue
      const key: string = JSON.parse(token)
      this.#next() // the colon
      entries.push([key, this.value(depth + 1)])
    }
    return Object.fromEntries(entries)
  }
}

const tooDeep = `Objects and arrays are nested deeper than ${jsonDepthMax}.`
