/**
 * Melts neighbours of the same binding time: literal next to literal becomes one run, literals next to stream values become one
 * stream run. What remains per entry is the least there can be.
 */
import { isUtf8 } from '../render/json-escape.ts'
import { jsonSafe } from './leaves.ts'
import { encodeField } from './otlp-bytes.ts'
import type { FieldStep, Step, StreamPart } from './plan.ts'

export function fold(steps: readonly Step[]): Step[] {
  const folded: Step[] = []
  for (const step of steps.flatMap(simplify)) {
    const last = folded.at(-1)
    if (step.kind === 'run' && step.bytes === '') continue
    if (last && isConstant(last) && isConstant(step)) folded[folded.length - 1] = melt(last, step)
    else folded.push(step)
  }
  return folded
}

type Constant = Extract<Step, { kind: 'run' | 'streamRun' }>

const isConstant = (step: Step): step is Constant => step.kind === 'run' || step.kind === 'streamRun'

function melt(a: Constant, b: Constant): Step {
  if (a.kind === 'run' && b.kind === 'run') return { kind: 'run', bytes: a.bytes + b.bytes }
  return { kind: 'streamRun', parts: [...streamParts(a), ...streamParts(b)] }
}

function streamParts(step: Constant): readonly StreamPart[] {
  return step.kind === 'run' ? [{ kind: 'literal', bytes: step.bytes }] : step.parts
}

/** What a step is once its own parts are folded; may be several steps. */
function simplify(step: Step): Step[] {
  switch (step.kind) {
    case 'run':
    case 'streamRun':
    case 'value':
    case 'typed':
    case 'unixNanos':
    case 'codeClass':
    case 'traceContext':
      return [step]
    case 'field':
      return [foldField(step)]
    case 'member': {
      const [only] = fold([step.value])
      if (only === undefined) return [{ kind: 'run', bytes: '' }]
      if (only.kind === 'run') return [{ kind: 'run', bytes: `${step.key}${only.bytes},` }]
      if (only.kind === 'streamRun') {
        const [part] = only.parts
        if (only.parts.length === 1)
          return [{ kind: 'streamRun', parts: [{ kind: 'member', key: step.key, value: part! }] }]
      }
      return [{ ...step, value: only }]
    }
    case 'group':
      return [{ ...step, members: fold(step.members) }]
  }
}

/** Where all of it is known, so is its length. */
function foldField(field: FieldStep): Step {
  const steps = fold(field.steps)
  const [only] = steps
  if (steps.length === 0) return { kind: 'run', bytes: encodeField(field, '') }
  if (steps.length === 1 && only!.kind === 'run') return { kind: 'run', bytes: encodeField(field, only!.bytes) }
  if (steps.length === 1 && only!.kind === 'streamRun') {
    const { field: name, tag, isText } = field
    return { kind: 'streamRun', parts: [{ kind: 'field', field: name, tag, isText, parts: only!.parts }] }
  }
  return { ...field, isText: field.isText && !steps.every(isAlwaysUtf8), steps }
}

/** Whether what it writes is valid UTF-8 by itself; then it is so beside others of that kind. */
function isAlwaysUtf8(step: Step): boolean {
  switch (step.kind) {
    case 'run':
      return isUtf8(step.bytes)
    case 'streamRun':
      return step.parts.every((part) => part.kind === 'kuma' || (part.kind === 'literal' && isUtf8(part.bytes)))
    case 'value':
      return step.value.ways.every(({ leaf }) => jsonSafe(leaf))
    default:
      return false
  }
}
