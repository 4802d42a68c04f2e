/**
 * A plan as an image for the machine (`machine/layout.ts`): tables to scan by and steps to write by. A plan that needs more than the
 * machine can do has none, and its generated function does all the work.
 */
import {
  headerBytes,
  headerPlain,
  headerRoom,
  headerRoomPerByte,
  headerScan,
  headerSlots,
  headerSlotsEnd,
  headerTagged,
  headerTagMark,
  slotBytes,
} from '../machine/layout.ts'
import type { FlagsWriter, Image } from '../machine/machine.ts'
import type { AddressCases } from '../render/address.ts'
import type { TimeFormatter } from '../render/time.ts'
import type { Memory } from '../wire/memory.ts'
import type { LineBound } from './bounds.ts'
import { keyTable, wantedOf } from './entry-keys.ts'
import { ImageBytes, Unfit } from './image-bytes.ts'
import { scanTable } from './image-scan.ts'
import { ImageSteps } from './image-steps.ts'
import type { Leaf, Plan, SlotName } from './plan.ts'
import type { TextSafety } from './text-safety.ts'

export interface ImageOptions {
  /** Bits of the fields that the machine is to compare with an expected key; 0: none. */
  readonly wanted: number
  readonly memory: Memory
  readonly bound: LineBound
  readonly safety: TextSafety
  readonly addressCases: AddressCases
  readonly timeFormatter: (leaf: Extract<Leaf, { kind: 'time' | 'emitTime' }>) => TimeFormatter
  readonly flagsWriter: (leaf: Extract<Leaf, { kind: 'flags' }>) => FlagsWriter
}

/** Or in a few words what the machine cannot do. */
export function createImage(plan: Plan, options: ImageOptions): Image | string {
  try {
    return writeImage(plan, options)
  } catch (error) {
    if (error instanceof Unfit) return error.message
    throw error
  }
}

function writeImage({ entryType, slots, scan, steps }: Plan, options: ImageOptions): Image {
  const { memory, bound } = options
  const image = new ImageBytes(memory.imageAt, memory.imageEnd - memory.imageAt, headerBytes)
  const addresses = new Map<SlotName, number>()
  for (const [i, { name, kind }] of slots.entries()) {
    if (kind === 'list') throw new Unfit('a list')
    addresses.set(name, memory.slotsAt + i * slotBytes)
  }
  const slot = (name: SlotName) => addresses.get(name)!
  const tagMark = memory.slotsAt + slots.length * slotBytes
  const slotsEnd = tagMark + slotBytes
  if (slotsEnd > memory.slotsEnd) throw new Unfit('so many fields')
  const keys = options.wanted === 0 ? null : wantedOf(keyTable(entryType), options.wanted)
  const table = scanTable(scan, { image, slot, tagMark }, keys)
  const writer = new ImageSteps(steps, { ...options, image, slot })
  image.setHeader([
    [headerTagged, writer.place('tagged')],
    [headerPlain, writer.place('plain')],
    [headerScan, table],
    [headerSlots, memory.slotsAt],
    [headerSlotsEnd, slotsEnd],
    [headerRoom, bound.fixed],
    [headerRoomPerByte, bound.spans.reduce((sum, { factor }) => sum + factor, 0)],
    [headerTagMark, tagMark],
  ])
  return { words: image.finish(), times: writer.times, flags: writer.flags }
}
