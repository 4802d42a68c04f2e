/**
 * Writes a line by the steps of an image. One loop over a switch: a step costs a jump that the processor learns to foresee, since every
 * entry takes nearly the same way. Runs stand between values, so each turn begins with one without a jump of its own.
 */
import {
  howEmpty,
  howJson,
  howNumber,
  howPiece,
  notMine,
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
} from '../layout.ts'
import { copy, quoted } from './bytes.ts'
import { flags } from './host.ts'
import { writeNanos, writeUint32, writeUint64 } from './numbers.ts'
import {
  isInteger,
  pieceOf,
  stringOf,
  tagEnd,
  writeAddress,
  writeChanged,
  writePiece,
  writeString,
  writeTime,
} from './values.ts'

/** The last second of the year 9999. */
const secondsMax: u64 = 253_402_300_799
/** About thirty years, whose nanoseconds fit into 63 bits many times over. */
const durationSecondsMax: u64 = 1_000_000_000
const nanosMax: u64 = 999_999_999

/** `runs`: length and address of each run of the stream. Returns the position behind the line, or `notMine`. */
export function write(pc: u32, runs: u32, o: u32): i32 {
  while (true) {
    let step = load<u32>(pc)
    if (step == stepRun) {
      const run = load<u32>(pc, 8)
      o = copy(o, run, run + load<u32>(pc, 4))
      pc += 12
      step = load<u32>(pc)
    }
    switch (step) {
      case stepEnd:
        return o
      case stepRun:
        break
      case stepStreamRun: {
        const run = runs + load<u32>(pc, 4)
        const at = load<u32>(run, 4)
        o = copy(o, at, at + load<u32>(run))
        pc += 8
        break
      }
      case stepSpan: {
        const slot = load<u32>(pc, 12)
        const how = load<u32>(pc, 8)
        const at = load<u32>(slot)
        let end = load<u32>(slot, 4)
        if (at == end && (at == 0 || (how & howEmpty) == 0)) {
          pc += 20
          break
        }
        const kept = load<u32>(pc, 16)
        if (how > <u32>(howJson | howEmpty)) o = writeChanged(o, at, end, kept, how)
        else {
          if (end - at > kept) end = at + kept
          o = how & howJson ? writeString(o, at, end) : copy(o, at, end)
        }
        pc = load<u32>(pc, 4)
        break
      }
      case stepUint32:
      case stepUint64: {
        const wrapper = load<u32>(pc, 16)
        if (wrapper != 0 && load<u32>(wrapper) == 0) {
          pc += 20
          break
        }
        const slot = load<u32>(pc, 12)
        o = step == stepUint32 ? writeUint32(o, load<u32>(slot)) : writeUint64(o, load<u64>(slot))
        pc = load<u32>(pc, 4)
        break
      }
      case stepWord: {
        const number = load<u32>(load<u32>(pc, 12))
        const word = load<u32>(pc, 20) + number * 16
        const length: u32 = number < load<u32>(pc, 16) ? load<u8>(word) : 0
        if (length == 0) {
          pc += 24
          break
        }
        if (load<u32>(pc, 8) & howJson) {
          v128.store(o + 1, v128.load(word + 1))
          o = quoted(o, o + 1 + length)
        } else {
          v128.store(o, v128.load(word + 1))
          o += length
        }
        pc = load<u32>(pc, 4)
        break
      }
      case stepDuration: {
        const slot = load<u32>(pc, 12)
        if (load<u32>(slot) == 0) {
          pc += 20
          break
        }
        const nanos = nanosOf(slot)
        if (nanos < 0) return notMine
        o = writeNanos(o, nanos, load<u32>(pc, 16))
        pc = load<u32>(pc, 4)
        break
      }
      case stepElapsed: {
        const from = load<u32>(pc, 12)
        const to = load<u32>(pc, 16)
        if ((from != 0 && load<u32>(from) == 0) || (to != 0 && load<u32>(to) == 0)) {
          pc += 28
          break
        }
        const start = from == 0 ? 0 : nanosOf(from)
        const stop = to == 0 ? 0 : nanosOf(to)
        if (start < 0 || stop < 0) return notMine
        if (stop < start && load<u32>(pc, 24) == 0) {
          pc += 28
          break
        }
        o = writeNanos(o, stop - start, load<u32>(pc, 20))
        pc = load<u32>(pc, 4)
        break
      }
      case stepTime: {
        const slot = load<u32>(pc, 12)
        if (load<u32>(slot) == 0) {
          pc += 28
          break
        }
        const seconds = load<u64>(slot, slotBytes)
        const nanos = load<u64>(slot, 2 * slotBytes)
        if (seconds > secondsMax || nanos > nanosMax) return notMine
        const isJson = load<u32>(pc, 8) & howJson
        const next = writeTime(o + isJson, load<u32>(pc, 20), load<u32>(pc, 16), load<u32>(pc, 24), seconds, nanos as u32)
        o = isJson ? quoted(o, next) : next
        pc = load<u32>(pc, 4)
        break
      }
      case stepFlags: {
        const mask = load<u32>(load<u32>(pc, 12))
        const isJson = load<u32>(pc, 8) & howJson
        let next = o + isJson
        if (mask == 0) store<u8>(next++, 0x2d)
        else {
          const protocol = load<u32>(pc, 16)
          next = flags(load<u32>(pc, 20), next, mask, protocol != 0 && load<u32>(protocol) != 0)
        }
        o = isJson ? quoted(o, next) : next
        pc = load<u32>(pc, 4)
        break
      }
      case stepAddress: {
        const slot = load<u32>(pc, 12)
        const how = load<u32>(pc, 8)
        const member = load<u32>(slot)
        const socket = load<u32>(pc, 20)
        if (member == 0 || ((how & howNumber) != 0 && member != socket)) {
          pc += 28
          break
        }
        const asNumber = (how & howNumber) != 0
        const isString = (how & howJson) != 0 && !asNumber
        const first = isString ? o + 1 : o
        const next = writeAddress(first, slot, load<u32>(pc, 16), socket, load<u32>(pc, 24), asNumber)
        if (next == 0) return notMine
        o = isString ? stringOf(o, next) : how & howPiece ? pieceOf(o, next) : next
        pc = load<u32>(pc, 4)
        break
      }
      case stepTag: {
        const slot = load<u32>(pc, 12)
        const at = load<u32>(slot)
        const end = at == 0 ? 0 : tagEnd(at, load<u32>(slot, 4))
        if (end == 0) {
          pc += 16
          break
        }
        const how = load<u32>(pc, 8)
        if (how & howNumber && !isInteger(at, end)) return notMine
        o = how == howJson ? writeString(o, at, end) : how & howPiece ? writePiece(o, at, end) : copy(o, at, end)
        pc = load<u32>(pc, 4)
        break
      }
      case stepUnless:
        pc = load<u32>(load<u32>(pc, 8)) != 0 ? load<u32>(pc, 4) : pc + 12
        break
      default:
        return notMine
    }
  }
  return notMine
}

/** Of the Duration whose presence stands in this slot; -1 for one that the generated function has to judge. */
function nanosOf(slot: u32): i64 {
  const seconds = load<u64>(slot, slotBytes)
  const nanos = load<u64>(slot, 2 * slotBytes)
  return seconds > durationSecondsMax || nanos > nanosMax ? -1 : ((seconds * 1_000_000_000 + nanos) as i64)
}
