/** The scan of a plan as tables of the machine: one for each message, a row for each field number. */
import { tagPrefix } from '../format/custom-tag.ts'
import type { KeyField, KeyTable } from '../machine/keys.ts'
import {
  actionBit,
  actionKey,
  actionMap,
  actionMessage,
  actionNone,
  actionNumber,
  actionNumbers,
  actionSpan,
  partAll,
  partMessage,
  partPrefixed,
  rowBytes,
  rowCount,
  tableHeadBytes,
  unknownRow,
} from '../machine/layout.ts'
import { keyPrefix } from './entry-keys.ts'
import { type ImageBytes, Unfit } from './image-bytes.ts'
import type { ScanAction, ScanMessage, SlotName } from './plan.ts'

export interface ScanTableOptions {
  readonly image: ImageBytes
  readonly slot: (name: SlotName) => number
  /** The slot that is set when a custom tag of ours was found. */
  readonly tagMark: number
}

const oneofsMax = 3

const emptyTable = new Int32Array((tableHeadBytes + rowCount * rowBytes) / 4)
for (let at = tableHeadBytes / 4; at < emptyTable.length; at += rowBytes / 4) emptyTable[at] = unknownRow

const lengthDelimited = 2

/**
 * Returns the address of the table. `keys`: the fields that are part of the entry's key; `present`: the slot that tells whether the message
 * occurred.
 */
export function scanTable(
  { fields }: Pick<ScanMessage, 'fields'>,
  options: ScanTableOptions,
  keys: KeyTable | null,
  present: SlotName | null = null,
): number {
  const oneofs = [...new Set(fields.flatMap(({ oneof }) => (oneof ? oneof.slot : [])))]
  if (oneofs.length > oneofsMax) throw new Unfit('so many oneofs')
  const words = emptyTable.slice()
  words.set([present, ...oneofs].map((name) => (name === null ? 0 : options.slot(name))))
  for (const { number, tag, oneof, action } of fields) {
    if (number >= rowCount) throw new Unfit('field numbers so high')
    const key = keys?.fields.find((field) => field.number === number)
    const row = fieldRow(action, options, key)
    const at = (tableHeadBytes + number * rowBytes) / 4
    const extra = oneof ? 1 + oneofs.indexOf(oneof.slot) : (row.extra ?? 0)
    words[at] = (tag & 7) | (row.action << 8) | (extra << 16)
    words[at + 1] = row.operand
  }
  for (const key of keys?.fields ?? []) {
    const at = (tableHeadBytes + key.number * rowBytes) / 4
    const besides = words.subarray(at, at + 2)
    const operand = keyRecord(key, besides, options)
    words[at] = lengthDelimited | (actionKey << 8) | (besides[0] === unknownRow ? 0 : besides[0]! & 0xffff_0000)
    words[at + 1] = operand
  }
  return options.image.place(words)
}

interface Row {
  readonly action: number
  readonly extra?: number
  readonly operand: number
}

function fieldRow(action: ScanAction, options: ScanTableOptions, key: KeyField | undefined): Row {
  const { slot } = options
  switch (action.kind) {
    case 'none':
      return { action: actionNone, operand: 0 }
    case 'span':
      return { action: actionSpan, operand: slot(action.slot) }
    case 'position':
      return { action: actionNumber, operand: slot(action.slot) }
    case 'bit': {
      if (action.equals === 0) throw new Unfit('a flag for 0')
      return { action: actionBit, operand: slot(action.slot), extra: action.bit | ((action.equals ?? 0) << 8) }
    }
    case 'message': {
      const { scan, present } = action
      const keys = insideOf(key)
      const isNumbers = keys === null && scan.fields.every((field) => field.action.kind === 'position' && !field.oneof)
      return { action: isNumbers ? actionNumbers : actionMessage, operand: scanTable(scan, options, keys, present) }
    }
    case 'map':
      return { action: actionMap, operand: mapTable(action, options) }
    case 'append':
      throw new Unfit('a list')
  }
}

/** `besides`: the row that the field has for what the format wants of it. */
function keyRecord(key: KeyField, besides: Int32Array, options: ScanTableOptions): number {
  const inside = insideOf(key)
  const unwanted = inside ? [actionMessage << 8, scanTable({ fields: [] }, options, inside)] : [actionNone << 8, 0]
  const row = besides[0] === unknownRow ? unwanted : [...besides]
  const part = key.inside === 'prefixed' ? partPrefixed : inside === null ? partAll : partMessage
  return options.image.place([...row, part, ...keyPrefix])
}

const insideOf = (key: KeyField | undefined): KeyTable | null =>
  key?.inside === undefined || key.inside === 'prefixed' ? null : key.inside

function mapTable(
  { keys, anyCase }: Extract<ScanAction, { kind: 'map' }>,
  { image, slot, tagMark }: ScanTableOptions,
): number {
  const rows = keys.flatMap((each) => [each.key.length, image.placeBytes(each.key), slot(each.slot), 0])
  const mark = keys.some(({ key }) => key.startsWith(tagPrefix)) ? tagMark : 0
  const lengths = keys.reduce((bits, { key }) => bits | (1 << (key.length & 31)), 0)
  return image.place([keys.length, anyCase ? 1 : 0, mark, lengths, ...rows])
}
