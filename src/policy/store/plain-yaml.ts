/**
 * The YAML that people write by hand: mappings and lists by indentation, scalars of one line, `|` blocks, small `{}` and `[]`. A parser that
 * keeps positions, comments and all of YAML takes ten times as long, and thousands of documents may change at once. So what is plain
 * is read here, and at the first doubt the answer is `undefined`: then the other parser has its say. Whatever is read is what the
 * other would have read, as kuma-yaml.ts sets it; a test holds them against each other.
 *
 *     node     = mapping | list          a block of lines with one indentation; deeper lines belong to the line above
 *     mapping  = ( key ":" value )+      value: the rest of the line, else the deeper lines, else null
 *     list     = ( "-" value )+          its value may begin a mapping or a list on the same line
 */
import { plainFlow } from './plain-flow.ts'
import { isPlainKey, plainScalar, quotedScalar, withoutComment } from './plain-scalar.ts'

/** Thrown where the text is not plain; never leaves this file. */
class NotPlain extends Error {}

const refuse = (): never => {
  throw new NotPlain()
}

/** Deeper than anything that Kuma knows. */
const depthMax = 64

/** Characters that mean something else to YAML than to us: control characters, tabs and foreign line ends among them. */
const strangeCharacters = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/

/** One document, or undefined: it is not plain, or has no content. */
export function readPlainYaml(text: string): unknown {
  if (strangeCharacters.test(text)) return undefined
  try {
    return new PlainReader(text).document()
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

class PlainReader {
  readonly #lines: string[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#lines = text.split('\n')
    if (/^--- *$/.test(this.#lines[0]!)) this.#at = 1
  }

  document(): unknown {
    if (this.#nextIndent() !== 0) refuse()
    const value = this.#node(0)
    if (this.#nextIndent() >= 0) refuse()
    return value
  }

  /** Of the next line with content, where the reader then stands; -1: there is none. */
  #nextIndent(): number {
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!
      const indent = line.search(/[^ ]/)
      if (indent >= 0 && line[indent] !== '#') return indent
    }
    return -1
  }

  #node(indent: number): unknown {
    if (++this.#depth > depthMax) refuse()
    const value = isItem(this.#lines[this.#at]!, indent) ? this.#list(indent) : this.#mapping(indent)
    this.#depth--
    return value
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = []
    for (let next = indent; next === indent && isItem(this.#lines[this.#at]!, indent); next = this.#blockEnd(indent)) {
      const line = this.#lines[this.#at]!
      const start = skipSpaces(line, indent + 1)
      if (start < line.length && (isItem(line, start) || keyAt(line, start))) {
        // What begins behind the dash is a block of its own, as if the dash were a space.
        this.#lines[this.#at] = `${line.slice(0, indent)} ${line.slice(indent + 1)}`
        items.push(this.#node(start))
      } else {
        items.push(this.#value(line.slice(start), indent, indent + 1))
      }
    }
    return items
  }

  #mapping(indent: number): Record<string, unknown> {
    const members: Record<string, unknown> = {}
    for (let next = indent; next === indent; next = this.#blockEnd(indent)) {
      const line = this.#lines[this.#at]!
      if (isItem(line, indent)) return members
      const { key, end } = keyAt(line, indent) ?? refuse()
      // A list may stand as deep as the key that it belongs to.
      members[key] = this.#value(line.slice(skipSpaces(line, end)), indent, indent)
    }
    return members
  }

  /** The indentation of the next line. A line that is deeper than its block belongs to nothing, or continues a scalar. */
  #blockEnd(indent: number): number {
    const next = this.#nextIndent()
    if (next > indent) refuse()
    return next
  }

  /** `rest`: what is left of the line; the deeper lines follow. `listIndent`: the least indentation of a list among them. */
  #value(rest: string, indent: number, listIndent: number): unknown {
    this.#at++
    const first = rest[0]
    if (first === '|') return this.#block(rest, indent)
    if (first === '{' || first === '[') return plainFlow(rest) ?? refuse()
    if (first === '"' || first === "'") return quotedScalar(rest) ?? refuse()
    const text = withoutComment(rest)
    if (text !== '') {
      const scalar = plainScalar(text)
      return scalar === undefined ? refuse() : scalar
    }
    const next = this.#nextIndent()
    const isNested = next > indent || (next >= listIndent && isItem(this.#lines[this.#at]!, next))
    return isNested ? this.#node(next) : null
  }

  /** `|` or `|-`: the deeper lines as they are, without the indentation of the first. */
  #block(header: string, indent: number): string {
    if (!/^\|-? *$/.test(header)) refuse()
    const first = this.#lines[this.#at] ?? ''
    const depth = first.search(/[^ ]/)
    if (depth <= indent) refuse()
    const lines: string[] = []
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!
      const start = line.search(/[^ ]/)
      if (start < 0 && line.length > depth) refuse()
      if (start >= 0 && start < depth) break
      lines.push(line.slice(depth))
    }
    // A text that ends within the block has no line end to keep.
    if (this.#at === this.#lines.length && this.#lines.at(-1) !== '') refuse()
    while (lines.at(-1) === '') lines.pop()
    return `${lines.join('\n')}${header.startsWith('|-') ? '' : '\n'}`
  }
}

function isItem(line: string, at: number): boolean {
  return line[at] === '-' && (line.length === at + 1 || line[at + 1] === ' ')
}

function skipSpaces(line: string, from: number): number {
  let at = from
  while (line[at] === ' ') at++
  return at
}

/** The key that begins there, and where what follows its colon begins. Null: none does, or it is not plain. */
function keyAt(line: string, at: number): { key: string; end: number } | null {
  const colon = line.indexOf(':', at)
  if (colon < 0 || (colon + 1 < line.length && line[colon + 1] !== ' ')) return null
  const key = line.slice(at, colon)
  return isPlainKey(key) ? { key, end: colon + 1 } : null
}
