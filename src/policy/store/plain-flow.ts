/** `{ a: 1, b: [c, "d"] }` on one line, as plain YAML has it (`plain-yaml.ts`). Undefined wherever there is any doubt. */
import { isPlainKey, plainScalar, unquote } from './plain-scalar.ts'

/** A bracket, a comma, a colon with its space, a quoted text, or a word without anything that has a meaning in YAML. */
const tokenPattern = / *(?:([{}[\],])|(: )|("(?:[^"\\]|\\["\\/bfnrt])*"|'(?:[^']|'')*')|([A-Za-z0-9/._][\w/.@+=~-]*))/y

const depthMax = 16

/** The whole of a line that begins with a bracket; behind the closing one there may be a comment. */
export function plainFlow(text: string): unknown {
  const flow = new FlowReader(text)
  const value = flow.value(depthMax)
  return flow.failed || !/^ *$|^ +#/.test(text.slice(flow.at)) ? undefined : value
}

class FlowReader {
  readonly #text: string
  at = 0
  failed = false
  #token = ''
  #kind: 'sign' | 'colon' | 'quoted' | 'word' | 'none' = 'none'

  constructor(text: string) {
    this.#text = text
    this.#next()
  }

  /** Reads the value that begins with the token at hand; `at` is then behind it, and the token behind it at hand unless it was the last. */
  value(depthLeft: number): unknown {
    if (depthLeft === 0) return this.#fail()
    if (this.#token === '{') return this.#mapping(depthLeft)
    if (this.#token === '[') return this.#list(depthLeft)
    if (this.#kind === 'quoted') return unquote(this.#token)
    const scalar = this.#kind === 'word' ? plainScalar(this.#token) : undefined
    return scalar === undefined ? this.#fail() : scalar
  }

  #mapping(depthLeft: number): Record<string, unknown> {
    const members: Record<string, unknown> = {}
    this.#next()
    while (!this.failed && this.#token !== '}') {
      const key = this.#token
      if (this.#kind !== 'word' || !isPlainKey(key)) this.#fail()
      this.#next()
      if (this.#kind !== 'colon') this.#fail()
      this.#next()
      members[key] = this.value(depthLeft - 1)
      this.#separator('}')
    }
    return members
  }

  #list(depthLeft: number): unknown[] {
    const items: unknown[] = []
    this.#next()
    while (!this.failed && this.#token !== ']') {
      items.push(this.value(depthLeft - 1))
      this.#separator(']')
    }
    return items
  }

  /** A comma and what follows it, or the end. */
  #separator(end: string): void {
    this.#next()
    if (this.#token === end) return
    if (this.#token !== ',') this.#fail()
    this.#next()
    if (this.#token === end) this.#fail()
  }

  #next(): void {
    tokenPattern.lastIndex = this.at
    const match = tokenPattern.exec(this.#text)
    if (!match) {
      this.#fail()
      return
    }
    const [all, sign, colon, quoted, word] = match
    this.at += all.length
    this.#token = sign ?? colon ?? quoted ?? word!
    this.#kind = sign ? 'sign' : colon ? 'colon' : quoted ? 'quoted' : 'word'
  }

  #fail(): undefined {
    this.failed = true
    this.#token = ''
    this.#kind = 'none'
    return undefined
  }
}
