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
import type { Scribe } from './leaves.ts'
import type { Leaf, Plan, Slot, SlotName, StreamPart } from './plan.ts'
import { printScan } from './print-scan.ts'
import { printSteps } from './print-steps.ts'

export interface Generated {
  readonly source: string
  /** Values that the source calls `k0`, `k1`, …: the elements of its argument `constants`. */
  readonly constants: readonly Constant[]
  /** What the source calls `runs[i]`. */
  readonly streamRuns: readonly (readonly StreamPart[])[]
}

export type Constant =
  | { readonly kind: 'run'; readonly bytes: string }
  | { readonly kind: 'words' | 'flagNames' | 'timeFormatter'; readonly leaf: Leaf }

export interface GenerateOptions {
  readonly bound: LineBound
  readonly addressCases: AddressCases
  /** The runtime's names, for the first line. */
  readonly runtimeNames: readonly string[]
}

export function generate(plan: Plan, { bound, addressCases, runtimeNames }: GenerateOptions): Generated {
  const ids = nameSlots(plan, runtimeNames)
  const slotId = (name: SlotName) => ids.get(name)!
  const constants: Constant[] = []
  const streamRuns: (readonly StreamPart[])[] = []
  const constant = (value: Constant) => `k${constants.push(value) - 1}`
  const scribe: Scribe & Parameters<typeof printSteps>[1] = {
    slot: slotId,
    addressCases,
    constant: (kind, leaf) => constant({ kind, leaf }),
    run: (bytes) => constant({ kind: 'run', bytes }),
    streamRun: ({ parts }) => `runs[${streamRuns.push(parts) - 1}]`,
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
    'function fits(out, runs) {',
    `  let need = ${room}`,
    ...exactTerms(plan, slotId).map((term) => `  need += ${term}`),
    '  return out + need <= outputEnd',
    '}',
    '',
    'function render(at, end, out, runs, receivedAtMs) {',
    ...clearSlots(plan),
    `  if (!${scan.entry}(at, end)) return -1`,
    `  if (out + ${room} + ${bound.perByte} * (end - at) > outputEnd && !fits(out, runs)) return -2`,
    '  let o = out, q = 0',
    ...steps.map((line) => `  ${line}`),
    '  return o',
    '}',
    '',
    'return render',
  ].join('\n')
  const used = runtimeNames.filter((name) => new RegExp(`\\b${name}\\b`).test(body))
  const source = [
    `// ${plan.entryType} · ${plan.slots.length} slots · ${plan.steps.length} steps · ${streamRuns.length} stream runs`,
    `const { ${used.join(', ')} } = names`,
    body,
  ].join('\n')
  return { source, constants, streamRuns }
}

/** `z` sees two slots as one number of eight bytes; storing is cheaper than a call that fills. */
function clearSlots({ slots }: Plan): string[] {
  const count = slotCount(slots)
  if (count === 0) return []
  return [`  ${Array.from({ length: Math.ceil(count / 2) }, (_, i) => `z[${i}]`).join(' = ')} = 0`]
}

/** How many numbers the slots take together. */
export function slotCount(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + (slot.kind === 'span' ? 2 : 1), 0)
}

/** Six bytes for every byte of a string, as often as it is written. */
function exactTerms(plan: Plan, slotId: (name: SlotName) => string): string[] {
  const steps = JSON.stringify(plan.steps)
  // An address is named by its oneof, whichever of its strings is written.
  const useCount = (name: SlotName) => {
    const address = name.replace(/\.(socket_address|pipe|envoy_internal_address)\..*$/, '.address')
    return Math.max(1, steps.split(JSON.stringify(address)).length - 1)
  }
  return plan.slots
    .filter((slot) => slot.kind === 'span')
    .map(({ name }) => `${jsonBytesPerByte * useCount(name)} * (s[${slotId(name)} + 1] - s[${slotId(name)}])`)
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
