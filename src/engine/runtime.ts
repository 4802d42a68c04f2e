/**
 * What generated code may call: the leaf renderers, bound to one memory and one array of slots. Everything here is made once per
 * program, so that the functions see constants.
 */
import { type AddressCases, type AddressSlots, type AddressWriters, createAddressWriters } from '../render/address.ts'
import { createCopy } from '../render/copy.ts'
import { unitNanos, writeUint, writeUint64Varint } from '../render/decimal.ts'
import { writeDurationAt, writeElapsed } from '../render/duration.ts'
import { createJsonString } from '../render/json-string.ts'
import { type FlagNames, writeFlags } from '../render/response-flags.ts'
import type { TimeFormatter } from '../render/time.ts'
import { readInt32, readInt64, readUint32 } from '../render/varint-value.ts'
import { type Words, writeWord } from '../render/words.ts'
import type { Memory } from '../wire/memory.ts'
import { skipFault, skipField } from '../wire/skip.ts'
import { VarintReader } from '../wire/varint.ts'

export interface RuntimeOptions {
  readonly memory: Memory
  readonly slots: Int32Array
  readonly addressSlots: AddressSlots | null
  readonly addressCases: AddressCases
  /** Bit of the flag that comes first in HTTP entries. */
  readonly firstFlagHTTP: number
}

/** The names that generated source begins with: `const { b, v, … } = runtime`. */
export type Runtime = ReturnType<typeof createRuntime>

const timestampSecondsMin = -62_135_596_800
const timestampSecondsMax = 253_402_300_799
const nanosMax = 999_999_999

export function createRuntime({ memory, slots, addressSlots, addressCases, firstFlagHTTP }: RuntimeOptions) {
  const { bytes, view, scratchAt } = memory
  const copies = createCopy(memory)
  const long = new VarintReader()
  let fault = ''
  const address: AddressWriters | null =
    addressSlots && createAddressWriters({ memory, copy: copies, slots, offsets: addressSlots, cases: addressCases })
  const duration = (unit: number) => (o: number, secondsAt: number, nanosAt: number) => writeDurationAt(bytes, o, secondsAt, nanosAt, unit)
  const elapsed = (unit: number, negative: boolean) => (o: number, fromSeconds: number, fromNanos: number, toSeconds: number, toNanos: number) =>
    writeElapsed(bytes, o, fromSeconds, fromNanos, toSeconds, toNanos, unit, negative)

  return {
    b: bytes,
    v: view,
    s: slots,
    long,
    scratch: scratchAt,
    outputEnd: memory.outputEnd,
    ...copies,
    jsonString: createJsonString(memory),
    address,
    /** Notes why the entry is malformed; always false. */
    bad(why: string): false {
      fault = why
      return false
    },
    fault: () => fault,
    /** Steps over a field that nobody wants; -1 and a noted fault on damage. */
    skip(tag: number, at: number, end: number): number {
      const next = skipField(bytes, tag, at, end)
      if (next < 0) fault = skipFault()
      return next
    },
    /** A varint read as bool: any bit counts. A damaged one is found when it is stepped over. */
    isTrue: (at: number, end: number) => long.read(bytes, at, end) && long.value !== 0,
    int32: (at: number) => readInt32(bytes, at),
    uint32: (o: number, at: number) => writeUint(bytes, o, readUint32(bytes, at)),
    uint64(o: number, at: number): number {
      if (at === 0) {
        bytes[o] = 0x30
        return o + 1
      }
      return writeUint64Varint(bytes, o, at, at + 10)
    },
    word: (o: number, words: Words, at: number) => writeWord(bytes, o, words, readInt32(bytes, at)),
    flags: (o: number, names: FlagNames, mask: number) => writeFlags(bytes, o, names, mask, -1),
    /** tcp_proxy logs HTTP entries without a protocol; their flags keep the plain order. */
    flagsHTTP: (o: number, names: FlagNames, mask: number, protocolAt: number) =>
      writeFlags(bytes, o, names, mask, readInt32(bytes, protocolAt) === 0 ? -1 : firstFlagHTTP),
    duration_ms: duration(unitNanos.ms),
    duration_us: duration(unitNanos.us),
    duration_ns: duration(unitNanos.ns),
    elapsed_ms: elapsed(unitNanos.ms, true),
    elapsed_us: elapsed(unitNanos.us, true),
    elapsed_ns: elapsed(unitNanos.ns, true),
    elapsedForward_ms: elapsed(unitNanos.ms, false),
    elapsedForward_us: elapsed(unitNanos.us, false),
    elapsedForward_ns: elapsed(unitNanos.ns, false),
    /** -1 for what is no Timestamp. */
    time(o: number, formatter: TimeFormatter, secondsAt: number, nanosAt: number): number {
      const seconds = readInt64(bytes, secondsAt)
      const nanos = readInt32(bytes, nanosAt)
      if (nanos < 0 || nanos > nanosMax || seconds < timestampSecondsMin || seconds > timestampSecondsMax) return -1
      return formatter.write(bytes, o, seconds, nanos)
    },
  }
}
