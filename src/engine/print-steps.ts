/**
 * Prints the steps of a plan: after the scan, the line is written from left to right at `o`. A dull printer: what to do was decided
 * in the plan, how to do it in the runtime.
 */
import { toBytes } from '../format/byte-string.ts'
import { anyValueGap } from '../render/any-value.ts'
import { type As, jsonSafe, leafSource, type Scribe, type SpanlessWay } from './leaves.ts'
import type { FieldStep, Leaf, Step, Value, ValueForm, Way } from './plan.ts'
import { printOtlpStep, printTyped } from './print-otlp.ts'
import type { TextSafety } from './text-safety.ts'

export interface StepScribe extends Scribe {
  /** The expression for the bytes of a run that is too long to be written as numbers. */
  run(bytes: string): string
  /** The expression for the bytes of a stream run. */
  streamRun(step: Extract<Step, { kind: 'streamRun' }>): string
}

/** Up to this length a run is a few stores of numbers; a longer one is copied from a constant. */
const immediateBytesMax = 64

export function printSteps(steps: readonly Step[], scribe: StepScribe): string[] {
  return new StepPrinter(scribe).steps(steps, 'o', null)
}

class StepPrinter {
  readonly #scribe: StepScribe
  readonly #safety: TextSafety
  #marks = 0

  constructor(scribe: StepScribe) {
    this.#scribe = scribe
    this.#safety = scribe.safety
  }

  /** `o`: the variable that holds the position. `drop`: the statement that takes back the member around, where there is one. */
  steps(steps: readonly Step[], o: string, drop: string | null): string[] {
    return steps.flatMap((step) => this.#step(step, o, drop))
  }

  #step(step: Step, o: string, drop: string | null): string[] {
    switch (step.kind) {
      case 'run':
        return this.#run(step.bytes, o)
      case 'streamRun':
        return [`${o} = constant(${o}, ${this.#scribe.streamRun(step)})`]
      case 'value':
        return this.#value(step.value, step.as, step.absent === null ? [drop!] : this.#run(step.absent, o), o)
      case 'member': {
        const mark = this.#mark('m')
        return [
          `const ${mark} = ${o}`,
          ...this.#run(step.key, o),
          ...this.#step(step.value, o, `${o} = ${mark}`),
          `if (${o} !== ${mark}) { b[${o}] = 44; ${o} += 1 } // ,`,
        ]
      }
      case 'group': {
        const mark = this.#mark('g')
        const close = `b[${o} - 1] = ${step.close.charCodeAt(0)} // ${step.close}`
        const empty = step.droppable ? drop! : `${o} += 1`
        return [
          `const ${mark} = ${o}`,
          ...this.#run(step.open, o),
          ...this.steps(step.members, o, null),
          ...(step.droppable
            ? [`if (${o} === ${mark} + 1) ${empty}`, `else ${close}`]
            : [`if (${o} === ${mark} + 1) ${empty}`, close]),
        ]
      }
      case 'field':
        return this.#field(step, o)
      case 'typed': {
        const at = this.#mark('t')
        return [
          `let ${at} = ${o} + ${anyValueGap} // ${printable(step.value.written)}, typed`,
          ...printTyped(step.value, o, at, (way, as) => this.#guarded(way, as, at)),
        ]
      }
      case 'unixNanos':
      case 'codeClass':
      case 'traceContext':
        return printOtlpStep(step, o, this.#scribe.slot, (bytes) => this.#run(bytes, o))
    }
  }

  /** A byte is left for the length, which nearly always is enough; see `render/delimited.ts`. */
  #field({ field, tag, isText, steps }: FieldStep, o: string): string[] {
    const mark = this.#mark('f')
    return [
      `b[${o}] = ${tag} // ${field}`,
      `const ${mark} = ${o} + 2`,
      `${o} = ${mark}`,
      ...this.steps(steps, o, null),
      ...(isText ? [`${o} = utf8(${mark}, ${o})`] : []),
      `if ((q = ${o} - ${mark}) < 128) b[${mark} - 1] = q`,
      `else ${o} = delimited(${mark}, ${o})`,
    ]
  }

  #run(bytes: string, o: string): string[] {
    if (bytes === '') return []
    if (bytes.length > immediateBytesMax) return [`${o} = constant(${o}, ${this.#scribe.run(bytes)})`]
    return [`${immediates(toBytes(bytes), o)}; ${o} += ${bytes.length}`]
  }

  /** The ways in order; the first that has a value wins. */
  #value(value: Value, as: ValueForm, absent: string[], o: string): string[] {
    const lines = [`// ${printable(value.written)}`]
    const start = as === 'quotedJson' && value.ways.some(mayBeScalar) ? this.#mark('v') : o
    if (start !== o) lines.push(`const ${start} = ${o}`)
    let word = ''
    for (const way of value.ways) {
      const { test, write } =
        as === 'quotedJson'
          ? this.#quoted(way, start, o)
          : as === 'json' && value.asDouble && way.type === 'number'
            ? this.#double(way, o)
            : this.#guarded(way, as, o)
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
      return this.#guarded({ ...way, type: 'string', maxLength: null }, 'json', o)
    }
    const { test, write } = this.#guarded(way, 'json', o)
    return { test, write: mayBeScalar(way) ? `{ ${write}; ${o} = quoteScalar(${start}, ${o}) }` : write }
  }

  #double(way: Way, o: string): { test: string | null; write: string } {
    const { test, write } = this.#guarded(way, 'json', o)
    const from = this.#mark('d')
    return { test, write: `{ const ${from} = ${o}; ${write}; ${o} = double(${from}, ${o}) }` }
  }

  #guarded(way: Way, as: As | 'piece', o: string): { test: string | null; write: string } {
    const { test, write } = as === 'piece' ? this.#piece(way, o) : this.#way(way, as, o)
    const tests = way.unless.map((slot) => `s[${this.#scribe.slot(slot)}] === 0`)
    if (test !== null) tests.push(test)
    return { test: tests.length > 0 ? tests.join(' && ') : null, write }
  }

  /** Text, escaped by itself. */
  #piece(way: Way, o: string): { test: string | null; write: string } {
    const { test, write } = this.#way(way, 'piece', o)
    if (jsonSafe(way.leaf)) return { test, write }
    const from = this.#mark('p')
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

  #mark(letter: string): string {
    this.#marks++
    return `${letter}${this.#marks}`
  }
}

/** Whether only what was written tells if it is a number or a boolean. */
const mayBeScalar = ({ type, leaf }: Way) => type === 'json' || (type === 'number' && !jsonSafe(leaf))

/** Stores of four bytes as numbers; up to three bytes behind the run are overwritten, and written again by what comes next. */
function immediates(bytes: Uint8Array, o: string): string {
  const stores: string[] = []
  for (let i = 0; i < bytes.length; i += 4) {
    const at = i === 0 ? o : `${o} + ${i}`
    const left = bytes.length - i
    if (left === 1) stores.push(`b[${at}] = ${bytes[i]}`)
    else {
      const word = [0, 1, 2, 3].reduce((sum, k) => sum | ((bytes[i + k] ?? 0) << (8 * k)), 0)
      stores.push(`v.setInt32(${at}, ${word}, true)`)
    }
  }
  return stores.join('; ')
}

/** For comments: what a user wrote, without what could end the comment. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?')
}
