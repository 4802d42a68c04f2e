/**
 * Expressions of CEL as Envoy judges them when it reads its configuration: their syntax, and that all they call is known to it. Nothing is
 * evaluated here: the sink has not what an expression could be about. Which functions there are was asked of Envoy 1.40.
 */
import { createRequire } from 'node:module'
import type { parse } from '@bufbuild/cel'
import { type ByteString, toText } from '../byte-string.ts'
import { ArgumentFault } from '../operator.ts'

type Expression = NonNullable<ReturnType<typeof parse>['expr']>

const load = createRequire(import.meta.url)

/** How many arguments a function takes: as `f(a, …)`, and as `a.f(…)`. */
interface Arity {
  readonly global?: number
  readonly member?: readonly number[]
}

const conversions = 'timestamp duration int uint double bytes bool type dyn'.split(' ')
const searches = 'contains startsWith endsWith matches'.split(' ')
const timeParts =
  'getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth getSeconds'
const functions: ReadonlyMap<string, Arity> = new Map<string, Arity>([
  ['size', { global: 1, member: [0] }],
  ...conversions.map((name) => [name, { global: 1 }] as const),
  ...searches.map((name) => [name, { global: 2, member: [1] }] as const),
  ...timeParts.split(' ').map((name) => [name, { member: [0, 1] }] as const),
])
/** An Envoy may know these as well, but not where it makes the custom tags that would bring the value here. */
const optionalFunctions: ReadonlySet<string> = new Set(['lowerAscii', 'upperAscii', 'replace', 'split', 'string'])
/** Of the namespace `re`. */
const expressionFunctions: Readonly<Record<string, number>> = { extract: 3, capture: 2, captureN: 2 }

/** Where the messages live that an Envoy has. */
const knownPackages = /^\.?(?:google|envoy|xds|udpa)\./

const int64Max = 2n ** 63n - 1n
const uint64Max = 2n ** 64n - 1n

/** Throws ArgumentFault for what Envoy would refuse: `cel_syntax`, `cel_function`. */
export function checkExpression(argument: ByteString): void {
  const text = toText(lineEnded(argument))
  // Loaded when the first expression comes: the library takes longer to load than all the rest of the sink.
  const cel = load('@bufbuild/cel') as typeof import('@bufbuild/cel')
  let parsed: ReturnType<typeof parse>
  try {
    parsed = cel.parse(text)
  } catch (error) {
    const [, column = '1', why = String(error)] = /^<input>:\d+:(\d+): (.*)/s.exec((error as Error).message) ?? []
    throw fault('cel_syntax', `This is no CEL expression: ${why}.`, Math.min(Number(column) - 1, argument.length - 1))
  }
  if (parsed.expr === undefined) return
  const finding = findUnknown(parsed.expr)
  if (finding === null) return
  const place = parsed.sourceInfo?.positions[`${finding.at.id}`] ?? 0
  throw fault('cel_function', finding.why, Buffer.byteLength(text.slice(0, place)))
}

function fault(code: string, message: string, offset: number): ArgumentFault {
  return new ArgumentFault(code, message, { offset: Math.max(0, offset), length: 1 })
}

/** A comment reaches to the end of its line. */
export const lineEnded = (expression: ByteString): ByteString =>
  expression.includes('//') ? `${expression}\n` : expression

interface Finding {
  readonly at: Expression
  readonly why: string
}

/** The first thing in the expression that Envoy does not know; null: there is none. */
function findUnknown(at: Expression): Finding | null {
  const { case: kind, value } = at.exprKind
  switch (kind) {
    case 'constExpr': {
      const { case: type, value: constant } = value.constantKind
      const isTooLarge =
        (type === 'int64Value' && constant > int64Max) || (type === 'uint64Value' && constant > uint64Max)
      return isTooLarge ? { at, why: `${constant} has more than 64 bits.` } : null
    }
    case 'selectExpr':
      return first([value.operand])
    case 'listExpr':
      return first(value.elements)
    case 'structExpr': {
      const { messageName: name } = value
      if (name !== '' && !knownPackages.test(name)) return { at, why: `Envoy knows no message "${name}".` }
      return first(value.entries.flatMap((entry) => [keyOf(entry), entry.value]))
    }
    case 'callExpr':
      return findUnknownCall(at, value) ?? first([value.target, ...value.args])
    case 'comprehensionExpr':
      return { at, why: 'Envoy has all, exists, exists_one, filter and map switched off.' }
    default:
      return null
  }
}

function first(inner: readonly (Expression | undefined)[]): Finding | null {
  for (const each of inner) {
    const finding = each === undefined ? null : findUnknown(each)
    if (finding !== null) return finding
  }
  return null
}

type Case<K extends Expression['exprKind']['case']> = Extract<Expression['exprKind'], { case: K }>['value']

function keyOf({ keyKind }: Case<'structExpr'>['entries'][number]): Expression | undefined {
  return keyKind.case === 'mapKey' ? keyKind.value : undefined
}

function findUnknownCall(at: Expression, { function: name, target, args }: Case<'callExpr'>): Finding | null {
  // Operators have names that nobody can write: `_+_`, `!_`, `@in`.
  if (/[^\w]|^_.*_$/.test(name)) return null
  const { length } = args
  if (target?.exprKind.case === 'identExpr' && target.exprKind.value.name === 're') {
    if (expressionFunctions[name] === length) return null
  }
  const arity = functions.get(name)
  if (target === undefined ? arity?.global === length : arity?.member?.includes(length)) return null
  if (name === 'has' && target === undefined && length === 1) return { at, why: 'has() takes a field: has(a.b).' }
  const shape = target === undefined ? `${name}()` : `.${name}()`
  const known = `Envoy knows no function ${shape} with ${length === 1 ? 'one argument' : `${length} arguments`}`
  return optionalFunctions.has(name)
    ? { at, why: `${known} where it makes custom tags: an option of its CEL formatter does not reach there.` }
    : { at, why: `${known}.` }
}
