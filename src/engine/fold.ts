/**
 * Melts neighbours of the same binding time: literal next to literal becomes one run, literals next to stream values become one
 * stream run. What remains per entry is the least there can be.
 */
import { escapeJson, isUtf8 } from '../render/json-escape.ts'
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
    case 'string':
      return simplifyString(fold(step.steps))
    case 'member': {
      const value = fold([step.value])
      const [only] = value
      if (value.length === 0) return [{ kind: 'run', bytes: '' }]
      if (value.length === 1 && only!.kind === 'run') return [{ kind: 'run', bytes: `${step.key}${only!.bytes},` }]
      if (value.length === 1 && only!.kind === 'streamRun') {
        const [part] = only!.parts
        if (only!.parts.length === 1)
          return [{ kind: 'streamRun', parts: [{ kind: 'member', key: step.key, value: part! }] }]
      }
      if (value.length === 1) return [{ ...step, value: only! }]
      // Several steps are a string that is always there: only the key and the comma are to be added.
      return [{ kind: 'run', bytes: step.key }, ...value, { kind: 'run', bytes: ',' }]
    }
    case 'group':
      return [{ ...step, members: fold(step.members) }]
  }
}

/**
 * A JSON string of several pieces is escaped as one, because a single bad byte changes how all of it is written. Where every
 * value is plain ASCII that cannot happen, and the literals are escaped here, once.
 */
function simplifyString(steps: readonly Step[]): Step[] {
  if (steps.length === 0) return [{ kind: 'run', bytes: '""' }]
  if (steps.length === 1 && steps[0]!.kind === 'run') return [{ kind: 'run', bytes: escapeJson(steps[0]!.bytes) }]
  if (steps.length === 1 && steps[0]!.kind === 'streamRun') {
    return [{ kind: 'streamRun', parts: [{ kind: 'string', parts: steps[0]!.parts }] }]
  }
  const safe = steps.every(
    (step) => step.kind === 'run' || (step.kind === 'value' && step.value.ways.every(({ leaf }) => jsonSafe(leaf))),
  )
  const literals = steps.filter((step) => step.kind === 'run').map((step) => step.bytes)
  // Literals that are valid UTF-8 each are so together, for ASCII stands between them.
  if (!safe || !literals.every(isUtf8)) return [{ kind: 'string', steps }]
  const inner = steps.map(
    (step): Step => (step.kind === 'run' ? { kind: 'run', bytes: escapeJson(step.bytes).slice(1, -1) } : step),
  )
  return fold([{ kind: 'run', bytes: '"' }, ...inner, { kind: 'run', bytes: '"' }])
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
