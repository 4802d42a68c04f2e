/** Programs and the catalogue, told to people: what `als-sink explain` prints. */
import { toText } from '../format/byte-string.ts'
import type { Operator } from '../format/operator.ts'
import { operators } from '../format/operators.ts'
import type { Leaf, ScanMessage, Step, StreamPart, Way } from './plan.ts'
import type { Program, Programs } from './program.ts'

/** Slots, steps and source of both programs of a format. */
export function explainPrograms({ http, tcp }: Programs): string {
  return [explainProgram(http), explainProgram(tcp)].join('\n')
}

/** The catalogue as a table, one operator a line. */
export function explainOperators(): string {
  const rows = [...operators.values()].map((operator) => [usage(operator), operator.meaning, carriage(operator)])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(([use, meaning, carried]) => `${use!.padEnd(widths[0]!)}  ${meaning!.padEnd(widths[1]!)}  ${carried}\n`)
    .join('')
}

/** `%REQ(X?Y):Z%`: everything the operator takes. */
export function usage({ name, argument, argumentHint, truncates }: Operator): string {
  const inner = argument === 'none' ? '' : argument === 'required' ? `(${argumentHint})` : `[(${argumentHint})]`
  return `%${name}${inner}${truncates ? '[:Z]' : ''}%`
}

/** How well an entry carries the value, in words. */
export function carriage({ carriage: { verdict, note } }: Operator): string {
  switch (verdict) {
    case 'exact':
      return 'exact'
    case 'needsSetting':
      return `exact when set: ${note}`
    case 'differs':
      return `differs: ${note}`
    case 'notCarried':
      return `by custom tag: ${note}`
    case 'local':
      return note
  }
}

function explainProgram({ plan, source, unfit }: Program): string {
  const slots = plan.slots.map(({ index, kind, name }) => `  ${String(index).padStart(3)}  ${kind.padEnd(8)}  ${name}`)
  return [
    `== ${plan.entryType}: ${plan.slots.length} slots, ${countSteps(plan.steps)} steps ==`,
    '',
    'operators',
    ...carriageNotes(plan.steps),
    '',
    'slots (index, kind, field)',
    ...(slots.length > 0 ? slots : ['  none: the line is the same for every entry of a stream']),
    '',
    `scan: ${scannedMessages(plan.scan).join(', ')}`,
    '',
    'steps',
    ...plan.steps.flatMap((step) => describe(step, 1)),
    '',
    unfit === null
      ? 'source (for what Envoy does not send; its own entries are rendered by the machine, by the slots and steps above)'
      : `source (of everything, since the machine cannot do ${unfit})`,
    source,
    '',
  ].join('\n')
}

/** The operators that this kind of entry has values for, and how well it carries them. */
function carriageNotes(steps: readonly Step[]): string[] {
  const written = new Set(steps.flatMap(writtenOperators))
  if (written.size === 0) return ['  none of this format has a value here per entry']
  return [...written].map((text) => {
    const operator = operators.get(/^%([A-Z0-9_]+)/.exec(text)![1]!)!
    return `  ${toText(text)}  ${carriage(operator)}`
  })
}

function writtenOperators(step: Step): string[] {
  switch (step.kind) {
    case 'run':
    case 'streamRun':
    case 'unixNanos':
    case 'codeClass':
    case 'traceContext':
      return []
    case 'value':
    case 'typed':
      return [step.value.written]
    case 'field':
      return step.steps.flatMap(writtenOperators)
    case 'member':
      return writtenOperators(step.value)
    case 'group':
      return step.members.flatMap(writtenOperators)
  }
}

function describe(step: Step, depth: number): string[] {
  const indent = '  '.repeat(depth)
  switch (step.kind) {
    case 'run':
      return [`${indent}run     ${JSON.stringify(toText(step.bytes))}`]
    case 'streamRun':
      return [`${indent}stream  ${step.parts.map(describePart).join(' ')}`]
    case 'value': {
      const absent = step.absent === null ? 'left out with its member' : JSON.stringify(step.absent)
      const ways = step.value.ways.map(describeWay)
      return [
        `${indent}value   ${toText(step.value.written)} as ${step.as}: ${ways.join(', else ')}; absent: ${absent}`,
      ]
    }
    case 'member':
      return [`${indent}member  ${toText(step.key)}`, ...describe(step.value, depth + 1)]
    case 'group':
      return [`${indent}${step.open} … ${step.close}`, ...step.members.flatMap((member) => describe(member, depth + 1))]
    case 'field': {
      const utf8 = step.isText ? ', made valid UTF-8' : ''
      return [`${indent}field   ${step.field}${utf8}`, ...step.steps.flatMap((each) => describe(each, depth + 1))]
    }
    case 'typed': {
      const ways = step.value.ways.map(describeWay)
      return [`${indent}typed   ${toText(step.value.written)}: ${ways.join(', else ')}; absent: no member`]
    }
    case 'unixNanos':
      return [`${indent}time    ${step.field}: ${step.slot ?? 'arrival of the message'}`]
    case 'codeClass':
      return [
        `${indent}class   by ${step.code}`,
        ...step.classes.map(
          ({ digits, bytes }) =>
            `${indent}  ${digits.map((digit) => `${digit}xx`).join(', ')}: ${JSON.stringify(toText(bytes))}`,
        ),
      ]
    case 'traceContext':
      return [`${indent}trace   ${Object.values(step.headers).map(toText).join(', ')}`]
  }
}

function describePart(part: StreamPart): string {
  if (part.kind === 'literal') return JSON.stringify(toText(part.bytes))
  return part.kind === 'field' ? `${part.field}(${part.parts.map(describePart).join(' ')})` : part.kind
}

/** Where the value lies, what it is, and what is kept of it. */
function describeWay({ leaf, type, maxLength, unless }: Way): string {
  const length = maxLength === null ? '' : `, at most ${maxLength} bytes`
  const tag = unless.length === 0 ? '' : `, without ${unless.map(toText).join(', ')}`
  return `${type} ${leaf.kind} ${describePlace(leaf)}`.trimEnd() + length + tag
}

function describePlace(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'uuid':
      return ''
    case 'constant':
      return JSON.stringify(toText(leaf.text))
    case 'elapsed':
      return `${leaf.from ?? 'start'} to ${leaf.to ?? 'start'}`
    default:
      return toText(leaf.slot)
  }
}

function countSteps(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => {
    if (step.kind === 'field') return sum + 1 + countSteps(step.steps)
    if (step.kind === 'member') return sum + 1 + countSteps([step.value])
    return sum + 1 + (step.kind === 'group' ? countSteps(step.members) : 0)
  }, 0)
}

/** Every message once, in the order of the walk. */
function scannedMessages({ message, fields }: ScanMessage): string[] {
  return [
    ...new Set([
      message,
      ...fields.flatMap(({ action }) => (action.kind === 'message' ? scannedMessages(action.scan) : [])),
    ]),
  ]
}
