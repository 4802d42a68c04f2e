/** The steps of a plan as steps of the machine. */
import {
  howEmpty,
  howJson,
  howNumber,
  howPiece,
  slotBytes,
  stepAddress,
  stepDuration,
  stepElapsed,
  stepEnd,
  stepFlags,
  stepRun,
  stepSpan,
  stepStreamRun,
  stepTag,
  stepTime,
  stepUint32,
  stepUint64,
  stepUnless,
  stepWord,
  timeLineBytes,
  timeLines,
  timeTextMax,
} from '../machine/layout.ts'
import type { FlagsWriter } from '../machine/machine.ts'
import type { AddressCases } from '../render/address.ts'
import { unitNanos } from '../render/decimal.ts'
import type { TimeFormatter } from '../render/time.ts'
import { type Goto, type ImageBytes, type Label, type StepWord, Unfit } from './image-bytes.ts'
import { addressSlots, bare, changeOf, formOf, type LeafOf } from './image-manner.ts'
import { jsonSafe } from './leaves.ts'
import type { Leaf, SlotName, Step, Value, Way } from './plan.ts'
import { streamRunsOf } from './stream-values.ts'
import type { TextSafety } from './text-safety.ts'

export interface ImageStepsOptions {
  readonly image: ImageBytes
  readonly slot: (name: SlotName) => number
  readonly safety: TextSafety
  readonly addressCases: AddressCases
  readonly timeFormatter: (leaf: TimeLeaf) => TimeFormatter
  readonly flagsWriter: (leaf: Extract<Leaf, { kind: 'flags' }>) => FlagsWriter
}

type TimeLeaf = Extract<Leaf, { kind: 'time' | 'emitTime' }>

/** `plain`: for entries without a custom tag of ours. */
export type Tagging = 'tagged' | 'plain'

const howOf = { text: 0, json: howJson, quotedJson: howJson, piece: howPiece } as const

const everything = 0xffff_ffff
const wordBytesMax = 15

export class ImageSteps {
  /** What steps name by index. */
  readonly times: TimeFormatter[] = []
  readonly flags: FlagsWriter[] = []
  readonly #steps: readonly Step[]
  readonly #options: ImageStepsOptions
  /** Those laid out so far. */
  #words: StepWord[] = []
  readonly #caches = new Map<Leaf, { index: number; cache: number }>()

  constructor(steps: readonly Step[], options: ImageStepsOptions) {
    this.#steps = steps
    this.#options = options
  }

  /** Returns the address of the first step. Throws Unfit. */
  place(tagging: Tagging): number {
    this.#words = []
    for (const step of this.#steps) this.#step(step, tagging)
    this.#words.push(stepEnd)
    return this.#options.image.placeSteps(this.#words)
  }

  #step(step: Step, tagging: Tagging): void {
    switch (step.kind) {
      case 'run':
        this.#run(step.bytes)
        return
      case 'streamRun':
        this.#words.push(stepStreamRun, 8 * streamRunsOf(this.#steps).indexOf(step.parts))
        return
      case 'value':
        if (step.as === 'quotedJson' && step.value.ways.some(({ type }) => type !== 'string')) {
          throw new Unfit('numbers in quotes')
        }
        if (step.as === 'json' && step.value.asDouble && step.value.ways.some(({ type }) => type === 'number')) {
          throw new Unfit('numbers of a choice')
        }
        this.#value(step.value, howOf[step.as], step.absent, tagging)
        return
      case 'member':
      case 'group':
        throw new Unfit('members that are left out')
      case 'field':
      case 'typed':
      case 'unixNanos':
      case 'codeClass':
      case 'traceContext':
        throw new Unfit('LogRecords')
    }
  }

  #run(bytes: string): void {
    if (bytes !== '') this.#words.push(stepRun, bytes.length, this.#options.image.placeBytes(bytes))
  }

  #value({ ways }: Value, how: number, absent: string | null, tagging: Tagging): void {
    if (absent === null) throw new Unfit('members that are left out')
    const behind: Label = { kind: 'label' }
    const next: Goto = { kind: 'goto', label: behind }
    for (const way of ways) this.#guarded(way, how, tagging, next)
    this.#run(absent)
    this.#words.push(behind)
  }

  #guarded(way: Way, how: number, tagging: Tagging, next: Goto): void {
    if (way.leaf.kind === 'tag' && tagging === 'plain') return
    const guards = tagging === 'plain' ? [] : way.unless
    const over: Label = { kind: 'label' }
    for (const slot of guards) this.#words.push(stepUnless, { kind: 'goto', label: over }, this.#options.slot(slot))
    this.#words.push(...this.#way(way, how, next))
    if (guards.length > 0) this.#words.push(over)
  }

  /** `given`: one of `howOf`. */
  #way({ leaf, type, maxLength }: Way, given: number, next: Goto): StepWord[] {
    const { safety, slot, addressCases } = this.#options
    const isJson = given === howJson
    const how = given === howPiece && jsonSafe(leaf) ? 0 : given
    const cut = maxLength === null || maxLength === Infinity ? null : maxLength
    if (cut !== null && (leaf.kind !== 'span' || safety.wholeCharacters)) throw new Unfit('such a cut')
    if (safety.escapeControl && !jsonSafe(leaf)) throw new Unfit('escapes in text')
    const isNumber = isJson && type === 'number'
    switch (leaf.kind) {
      case 'span': {
        const present = leaf.present === 'set' ? howEmpty : 0
        return [
          stepSpan,
          next,
          how | present | changeOf(leaf),
          slot(leaf.slot),
          Math.min(cut ?? everything, everything),
        ]
      }
      case 'uint': {
        const step = leaf.bits === 32 ? stepUint32 : stepUint64
        return [step, next, bare(isJson, type), slot(leaf.slot), leaf.wrapper === null ? 0 : slot(leaf.wrapper)]
      }
      case 'enum':
        return [stepWord, next, how, slot(leaf.slot), ...this.#names(leaf)]
      case 'duration':
        return [stepDuration, next, bare(isJson, type), this.#duration(leaf.slot), unitNanos[leaf.unit]]
      case 'elapsed': {
        const [from, to] = [leaf.from, leaf.to].map((name) => (name === null ? 0 : this.#duration(name)))
        return [stepElapsed, next, bare(isJson, type), from!, to!, unitNanos[leaf.unit], leaf.negative ? 1 : 0]
      }
      case 'time':
        if (how !== 0 && !jsonSafe(leaf)) throw new Unfit('such a time in JSON')
        return [stepTime, next, how, this.#duration(leaf.slot), ...this.#time(leaf)]
      case 'flags': {
        const index = this.flags.push(this.#options.flagsWriter(leaf)) - 1
        return [stepFlags, next, how, slot(leaf.slot), leaf.protocol === null ? 0 : slot(leaf.protocol), index]
      }
      case 'address': {
        const { socket, pipe } = addressCases
        const manner = how | (isNumber ? howNumber : 0)
        return [stepAddress, next, manner, this.#address(leaf.slot), formOf(leaf), socket, pipe]
      }
      case 'tag':
        if (leaf.path !== null || type === 'json') throw new Unfit('such a custom tag')
        return [stepTag, next, how | (isNumber ? howNumber : 0), slot(leaf.slot)]
      default:
        throw new Unfit(`${/^[aeiou]/.test(leaf.kind) ? 'an' : 'a'} ${leaf.kind}`)
    }
  }

  /** How many words there are, and where. */
  #names({ names }: LeafOf<'enum'>): [number, number] {
    const words: string[] = []
    for (const [number, name] of names) {
      if (name.length > wordBytesMax) throw new Unfit('words so long')
      words[number] = String.fromCharCode(name.length) + name.padEnd(wordBytesMax, '\0')
    }
    const absent = '\0'.repeat(wordBytesMax + 1)
    return [words.length, this.#options.image.placeBytes(Array.from(words, (word) => word ?? absent).join(''))]
  }

  /** Index of the formatter, its cache, digits of its fraction. */
  #time(leaf: LeafOf<'time'>): [number, number, number] {
    const formatter = this.#options.timeFormatter(leaf)
    const { fractionDigits, bytesMax } = formatter
    if (fractionDigits === null || bytesMax > timeTextMax) throw new Unfit('such a time')
    const known = this.#caches.get(leaf)
    if (known) return [known.index, known.cache, fractionDigits]
    const index = this.times.push(formatter) - 1
    // No second is all ones.
    const line = [-1, -1, ...new Array(timeLineBytes / 4 - 2).fill(0)]
    const cache = this.#options.image.place(Array.from({ length: timeLines }, () => line).flat())
    this.#caches.set(leaf, { index, cache })
    return [index, cache, fractionDigits]
  }

  #duration(name: SlotName): number {
    return this.#row([name, `${name}.seconds`, `${name}.nanos`])
  }

  #address(name: SlotName): number {
    return this.#row(addressSlots(name))
  }

  /** The machine finds these slots by counting from the first. */
  #row(names: readonly SlotName[]): number {
    const first = this.#options.slot(names[0]!)
    if (names.some((name, i) => this.#options.slot(name) !== first + i * slotBytes)) throw new Unfit('scattered slots')
    return first
  }
}
