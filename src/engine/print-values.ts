/**
 * Prints one value: its ways in order, each as text, alone in JSON, or as a piece of a JSON string. Which way there is was decided in the plan;
 * how a leaf is written is found in `leaves.ts`.
 */
import { type As, jsonSafe, leafSource, type Scribe, type SpanlessWay } from './leaves.ts'
import type { Leaf, Value, ValueForm, Way } from './plan.ts'
import type { TextSafety } from './text-safety.ts'

/** Names of the variables of one function: a letter and a number that no other has. */
export class Marks {
  #count = 0

  next(letter: string): string {
    this.#count++
    return `${letter}${this.#count}`
  }
}

export class ValuePrinter {
  readonly #scribe: Scribe
  readonly #marks: Marks
  readonly #safety: TextSafety

  constructor(scribe: Scribe, marks: Marks) {
    this.#scribe = scribe
    this.#marks = marks
    this.#safety = scribe.safety
  }

  /** The ways in order; the first that has a value wins. */
  value(value: Value, as: ValueForm, absent: string[], o: string): string[] {
    const lines = [`// ${printable(value.written)}`]
    const start = as === 'quotedJson' && value.ways.some(mayBeScalar) ? this.#marks.next('v') : o
    if (start !== o) lines.push(`const ${start} = ${o}`)
    let word = ''
    for (const way of value.ways) {
      const { test, write } =
        as === 'quotedJson'
          ? this.#quoted(way, start, o)
          : as === 'json' && value.asDouble && way.type === 'number'
            ? this.#double(way, o)
            : this.guarded(way, as, o)
      if (test === null) {
        // Always there: whatever follows is never reached.
        return [...lines, word === '' ? write : `${word}${write}`]
      }
      lines.push(`${word}if (${test}) ${write}`)
      word = 'else '
    }
    if (absent.length > 0) lines.push(`else { ${absent.join('; ')} }`)
    return lines
  }

  /** As JSON in which numbers and booleans are strings. `start`: where the value begins. */
  #quoted(way: Way, start: string, o: string): { test: string | null; write: string } {
    // A number is nothing but digits, and never cut.
    if (way.type === 'number' && jsonSafe(way.leaf)) {
      return this.guarded({ ...way, type: 'string', maxLength: null }, 'json', o)
    }
    const { test, write } = this.guarded(way, 'json', o)
    return { test, write: mayBeScalar(way) ? `{ ${write}; ${o} = quoteScalar(${start}, ${o}) }` : write }
  }

  #double(way: Way, o: string): { test: string | null; write: string } {
    const { test, write } = this.guarded(way, 'json', o)
    const from = this.#marks.next('d')
    return { test, write: `{ const ${from} = ${o}; ${write}; ${o} = double(${from}, ${o}) }` }
  }

  guarded(way: Way, as: As | 'piece', o: string): { test: string | null; write: string } {
    const { test, write } = as === 'piece' ? this.#piece(way, o) : this.#way(way, as, o)
    const tests = way.unless.map((slot) => `s[${this.#scribe.slot(slot)}] === 0`)
    if (test !== null) tests.push(test)
    return { test: tests.length > 0 ? tests.join(' && ') : null, write }
  }

  /** Text, escaped by itself. */
  #piece(way: Way, o: string): { test: string | null; write: string } {
    const { test, write } = this.#way(way, 'piece', o)
    if (jsonSafe(way.leaf)) return { test, write }
    const from = this.#marks.next('p')
    return { test, write: `{ const ${from} = ${o}; ${write}; ${o} = piece(${from}, ${o}) }` }
  }

  #way(way: Way, as: As | 'piece', o: string): { test: string | null; write: string } {
    const { leaf, type } = way
    const isText = as !== 'json'
    if (leaf.kind === 'span') return this.#span(leaf, way.maxLength, as, o)
    const { test, write, late, whole } = leafSource(
      { ...way, leaf } as SpanlessWay,
      this.#scribe,
      isText ? 'text' : 'json',
    )
    const asNumber = as === 'json' && type === 'number'
    const plain = jsonSafe(leaf)
    const limit = (end: string, from: string) => {
      const kept = this.#cut(from, end, asNumber ? null : way.maxLength)
      return as === 'text' && this.#safety.escapeControl && !plain ? `escapeControl(${from}, ${kept})` : kept
    }
    const found = (from: string, use: (end: string) => string): { test: string | null; write: string } => {
      if (!late) return { test, write: use(limit(write(from), from)) }
      const wrote = `(q = ${write(from)}) >= 0`
      return { test: test === null ? wrote : `${test} && ${wrote}`, write: use(limit('q', from)) }
    }
    if (whole) return { test: `${test === null ? '' : `${test} && `}(q = ${write(o)}) >= 0`, write: `${o} = q` }
    if (isText || asNumber) return found(o, (end) => `${o} = ${end}`)
    if (!plain) return found(`${o} + 1`, (end) => `${o} = quote(${o}, ${end})`)
    return found(`${o} + 1`, (end) => `{ q = ${end}; b[${o}] = b[q] = 34; ${o} = q + 1 }`)
  }

  /** The end of what is kept of the bytes from `at` to `end`. */
  #cut(at: string, end: string, maxLength: number | null): string {
    if (maxLength === null || maxLength === Infinity) return end
    if (this.#safety.wholeCharacters) return `wholeEnd(${at}, ${end}, ${maxLength})`
    return `Math.min(${end}, ${at} + ${maxLength})`
  }

  #span(
    leaf: Extract<Leaf, { kind: 'span' }>,
    maxLength: number | null,
    as: As | 'piece',
    o: string,
  ): { test: string; write: string } {
    const isText = as !== 'json'
    const slot = this.#scribe.slot(leaf.slot)
    const at = `s[${slot}]`
    const test = leaf.present === 'set' ? `${at} !== 0` : `${at} < s[${slot} + 1]`
    const last = leaf.change === 'withoutQuery' ? `untilQuery(${at}, s[${slot} + 1])` : `s[${slot} + 1]`
    if (leaf.change === 'serverName') {
      // The only change that makes a value longer: what is kept is measured behind it.
      if (isText) return { test, write: `${o} = ${this.#cut(o, `serverName(${o}, ${at}, ${last})`, maxLength)}` }
      return {
        test,
        write: `${o} = quote(${o}, ${this.#cut(`${o} + 1`, `serverName(${o} + 1, ${at}, ${last})`, maxLength)})`,
      }
    }
    const end = this.#cut(at, last, maxLength)
    const copy = { whitespace: 'copyClean', spaces: 'copySpaces', withoutQuery: 'copy' }[leaf.change ?? 'withoutQuery']
    if (isText) {
      const written = `${copy}(${o}, ${at}, ${end})`
      const isEscaped = as === 'text' && this.#safety.escapeControl
      return { test, write: `${o} = ${isEscaped ? `escapeControl(${o}, ${written})` : written}` }
    }
    if (copy === 'copy') return { test, write: `${o} = jsonString(${o}, ${at}, ${end})` }
    return { test, write: `${o} = quote(${o}, ${copy}(${o} + 1, ${at}, ${end}))` }
  }
}

/** Whether only what was written tells if it is a number or a boolean. */
const mayBeScalar = ({ type, leaf }: Way) => type === 'json' || (type === 'number' && !jsonSafe(leaf))

/** For comments: what a user wrote, without what could end the comment. */
export function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?')
}
