/**
 * Prints the steps of a plan: after the scan, the line is written from left to right at `o`. A dull printer: what to do was decided
 * in the plan, how to do it in the runtime.
 */
import { toBytes } from '../format/byte-string.ts'
import { anyValueGap } from '../render/any-value.ts'
import type { Scribe } from './leaves.ts'
import type { FieldStep, Step } from './plan.ts'
import { printOtlpStep, printTyped } from './print-otlp.ts'
import { Marks, printable, ValuePrinter } from './print-values.ts'

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
  readonly #marks = new Marks()
  readonly #values: ValuePrinter

  constructor(scribe: StepScribe) {
    this.#scribe = scribe
    this.#values = new ValuePrinter(scribe, this.#marks)
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
        return this.#values.value(step.value, step.as, step.absent === null ? [drop!] : this.#run(step.absent, o), o)
      case 'member': {
        const mark = this.#marks.next('m')
        return [
          `const ${mark} = ${o}`,
          ...this.#run(step.key, o),
          ...this.#step(step.value, o, `${o} = ${mark}`),
          `if (${o} !== ${mark}) { b[${o}] = 44; ${o} += 1 } // ,`,
        ]
      }
      case 'group': {
        const mark = this.#marks.next('g')
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
        const at = this.#marks.next('t')
        return [
          `let ${at} = ${o} + ${anyValueGap} // ${printable(step.value.written)}, typed`,
          ...printTyped(step.value, o, at, (way, as) => this.#values.guarded(way, as, at)),
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
    const mark = this.#marks.next('f')
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
}

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
