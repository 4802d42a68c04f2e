/**
 * A plan becomes one specialised function. The source holds our names and numbers only: text of users travels in constant arrays,
 * or as numbers computed from its bytes. It reads like this (names shortened):
 *
 *     function scanHTTPRequestProperties(p, end) { … case 26: // authority = 3, string … }
 *     function render(at, end, out, runs, receivedAtMs) {
 *       z[0] = z[1] = … = 0
 *       if (!scanHTTPAccessLogEntry(at, end)) return -1
 *       let o = out
 *       b[o] = 91; o += 1
 *       // %START_TIME%
 *       if (s[start_time] !== 0 && (q = time(o, k0, …)) >= 0) o = q
 *       else { b[o] = 45; o += 1 }
 *       …
 *       return o
 *     }
 */
import type { AddressCases } from '../render/address.ts'
import { jsonBytesPerByte } from '../render/json-string.ts'
import type { LineBound } from './bounds.ts'
import type { LeafConstant, Scribe } from './leaves.ts'
import type { Leaf, Plan, Slot, SlotName, StreamPart } from './plan.ts'
import { printScan } from './print-scan.ts'
import { printSteps } from './print-steps.ts'
import { slotSize } from './scan-builder.ts'
import type { TextSafety } from './text-safety.ts'

export interface Generated {
  readonly source: string
  /** Values that the source calls `k0`, `k1`, …: the elements of its argument `constants`. */
  readonly constants: readonly Constant[]
}

export type Constant =
  | { readonly kind: 'run'; readonly bytes: string }
  | { readonly kind: LeafConstant; readonly leaf: Leaf }

export interface GenerateOptions {
  /** What the source calls `runs[i]`. */
  readonly streamRuns: readonly (readonly StreamPart[])[]
  readonly bound: LineBound
  readonly safety: TextSafety
  readonly contentTypeListed: boolean
  readonly addressCases: AddressCases
  /** The runtime's names, for the first line. */
  readonly runtimeNames: readonly string[]
}

export function generate(
  plan: Plan,
  { bound, streamRuns, safety, contentTypeListed, addressCases, runtimeNames }: GenerateOptions,
): Generated {
  const ids = nameSlots(plan, runtimeNames)
  const slotId = (name: SlotName) => ids.get(name)!
  const constants: Constant[] = []
  const constant = (value: Constant) => `k${constants.push(value) - 1}`
  const scribe: Scribe & Parameters<typeof printSteps>[1] = {
    slot: slotId,
    safety,
    contentTypeListed,
    addressCases,
    constant: (kind, leaf) => constant({ kind, leaf }),
    run: (bytes) => constant({ kind: 'run', bytes }),
    streamRun: ({ parts }) => `runs[${streamRuns.indexOf(parts)}]`,
  }
  const scan = printScan(plan.scan, plan.slots, slotId)
  const steps = printSteps(plan.steps, scribe)
  const room = [`${bound.fixed}`, ...streamRuns.map((_, i) => `${jsonBytesPerByte} * runs[${i}][0]`)].join(' + ')
  const slotNames = plan.slots.map(({ name, index }) => `${slotId(name)} = ${index}`)
  const body = [
    ...(constants.length > 0 ? [`const [${constants.map((_, i) => `k${i}`).join(', ')}] = constants`] : []),
    ...(slotNames.length > 0 ? [`const ${slotNames.join(', ')}`] : []),
    '',
    ...scan.functions.flatMap((text) => [text, '']),
    '// For entries so large that the quick bound in render is too careful: what their values need at most.',
    'function fits(at, end, out, runs) {',
    `  let need = ${room}`,
    ...exactTerms(bound, slotId).map((term) => `  need += ${term}`),
    '  return out + need <= outputEnd',
    '}',
    '',
    'function render(at, end, out, runs, receivedAtMs) {',
    ...clearSlots(plan),
    `  if (!${scan.entry}(at, end)) return -1`,
    `  if (out + ${room} + ${quickFactor(bound)} * (end - at) > outputEnd && !fits(at, end, out, runs)) return -2`,
    '  let o = out, q = 0',
    ...steps.map((line) => `  ${line}`),
    '  return o',
    '}',
    '',
    'return render',
  ].join('\n')
  const words = new Set(body.match(/\w+/g))
  const used = runtimeNames.filter((name) => words.has(name))
  const source = [
    `// ${plan.entryType} · ${plan.slots.length} slots · ${plan.steps.length} steps · ${streamRuns.length} stream runs`,
    `const { ${used.join(', ')} } = names`,
    body,
  ].join('\n')
  return { source, constants }
}

/** `z` sees two slots as one number of eight bytes; storing is cheaper than a call that fills. */
function clearSlots({ slots }: Plan): string[] {
  const count = slotCount(slots)
  if (count === 0) return []
  const lists = slots.some(({ kind }) => kind === 'list') ? ['  clearLists()'] : []
  return [...lists, `  ${Array.from({ length: Math.ceil(count / 2) }, (_, i) => `z[${i}]`).join(' = ')} = 0`]
}

/** How many numbers the slots take together. */
export function slotCount(slots: readonly Slot[]): number {
  return slots.reduce((sum, { kind }) => sum + slotSize(kind), 0)
}

/** Without a look at the spans: as if each were the whole entry. The strings of one address count once each. */
const quickFactor = ({ spans }: LineBound) => spans.reduce((sum, { factor }) => sum + factor, 0)

/** What each span brings, as often as it is written. */
function exactTerms({ spans }: LineBound, slotId: (name: SlotName) => string): string[] {
  const factors = new Map<SlotName | null, number>()
  for (const { slot, factor } of spans) factors.set(slot, (factors.get(slot) ?? 0) + factor)
  return [...factors].map(([slot, factor]) =>
    slot === null ? `${factor} * (end - at)` : `${factor} * (s[${slotId(slot)} + 1] - s[${slotId(slot)}])`,
  )
}

/** What generated functions call their own variables. */
const localNames = [
  'names',
  'constants',
  'render',
  'p',
  'end',
  'base',
  'tag',
  'to',
  'n',
  'o',
  'q',
  'at',
  'out',
  'runs',
  'key',
  'value',
]

/**
 * Identifiers for slots: the path, without the part that nearly all share. Map keys are users' words and are numbered instead.
 */
function nameSlots({ slots }: Plan, runtimeNames: readonly string[]): Map<SlotName, string> {
  const taken = new Set<string>([...runtimeNames, ...localNames])
  return new Map(
    slots.map(({ name }) => {
      const bracket = name.indexOf('[')
      const path = bracket < 0 ? name : name.slice(0, bracket)
      const stem = path.replace(/^common_properties\./, '').replaceAll('.', '_')
      let id = bracket < 0 ? stem : `${stem}_1`
      for (let n = 2; taken.has(id); n++) id = `${stem}_${n}`
      taken.add(id)
      return [name, id]
    }),
  )
}
