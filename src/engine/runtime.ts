/**
 * What generated code may call: the leaf renderers, bound to one memory and its slots. There is one runtime for a memory, shared by
 * all its programs: V8 compiles the addresses of memory and slots into a function only while no second closure of it exists.
 */
import type { TimePart } from '../format/time-part.ts'
import { slotsMax } from '../limits.ts'
import { type AddressCases, type AddressSlots, createAddressWriters } from '../render/address.ts'
import type { AnyTags } from '../render/any.ts'
import { type AnyValueTags, createAnyValues } from '../render/any-value.ts'
import { createCiphers } from '../render/cipher.ts'
import { createCopy } from '../render/copy.ts'
import { unitNanos, writeUint, writeUint64Varint } from '../render/decimal.ts'
import { createDelimiting } from '../render/delimited.ts'
import { isDuration, writeDurationAt, writeElapsed } from '../render/duration.ts'
import { createGrpcStatuses } from '../render/grpc-status.ts'
import { createJsonScalars } from '../render/json-scalar.ts'
import { createJsonStrings, type JsonStrings } from '../render/json-string.ts'
import { createQueries } from '../render/query.ts'
import { type FlagNames, writeFlags } from '../render/response-flags.ts'
import { createServerNames } from '../render/server-name.ts'
import type { StructTags } from '../render/struct-reader.ts'
import { createTextSafety } from '../render/text-safety.ts'
import { createTimeFormatter, type TimeFormatter } from '../render/time.ts'
import { createTraceContexts, type TraceTags } from '../render/trace-context.ts'
import { createUnixNanos } from '../render/unix-nanos.ts'
import { createUtf8Texts } from '../render/utf8-text.ts'
import { createUuids } from '../render/uuid.ts'
import { readInt32, readInt64, readUint32 } from '../render/varint-value.ts'
import { type Words, writeWord } from '../render/words.ts'
import type { Memory } from '../wire/memory.ts'
import { skipFault, skipField } from '../wire/skip.ts'
import { VarintReader } from '../wire/varint.ts'
import { createValueRuntime } from './value-runtime.ts'

export interface RuntimeOptions {
  readonly memory: Memory
  readonly addressSlots: AddressSlots
  readonly addressCases: AddressCases
  readonly structTags: StructTags
  readonly anyTags: AnyTags
  readonly anyValueTags: AnyValueTags
  readonly traceTags: TraceTags
  /** Bit of the flag that comes first in HTTP entries. */
  readonly firstFlagHTTP: number
}

export interface Runtime {
  /** Generated source begins with `const { b, v, … } = names`. */
  readonly names: Readonly<Record<string, unknown>>
  /** Why the last entry was malformed. */
  readonly fault: () => string
  /** What the machine shares. */
  readonly strings: JsonStrings
  /** Formatters of the same parts and zone are one. `zone` as in `createTimeFormatter`. */
  readonly timeFormatter: (parts: readonly TimePart[], zone: string | null) => TimeFormatter
}

const timestampSecondsMin = -62_135_596_800
const timestampSecondsMax = 253_402_300_799
const nanosMax = 999_999_999
/** Numbers up to here are read exactly. */
const exactMax = 2 ** 52

function isTimestamp(seconds: number, nanos: number): boolean {
  return nanos >= 0 && nanos <= nanosMax && seconds >= timestampSecondsMin && seconds <= timestampSecondsMax
}

export function createRuntime(options: RuntimeOptions): Runtime {
  const { memory, addressSlots, addressCases, structTags, anyTags, anyValueTags, traceTags, firstFlagHTTP } = options
  const { bytes, view } = memory
  const z = new Float64Array(slotsMax / 2)
  const s = new Int32Array(z.buffer)
  const copies = createCopy(memory)
  const strings = createJsonStrings(memory)
  const safety = createTextSafety(memory)
  const address = createAddressWriters({
    memory,
    copy: copies,
    strings,
    safety,
    slots: s,
    offsets: addressSlots,
    cases: addressCases,
  })
  const delimiting = createDelimiting(memory)
  const texts = createUtf8Texts(memory)
  const long = new VarintReader()
  const formatters = new Map<string, TimeFormatter>()
  let fault = ''

  const names = {
    b: bytes,
    v: view,
    s,
    z,
    long,
    outputEnd: memory.outputEnd,
    ...copies,
    ...strings,
    ...createJsonScalars(memory),
    ...createQueries(memory, copies),
    ...createServerNames(memory, copies),
    ...createGrpcStatuses(memory),
    ...createCiphers(memory, copies),
    ...createUuids(memory),
    ...delimiting,
    ...texts,
    ...createAnyValues(memory, anyValueTags, delimiting, texts),
    ...createUnixNanos(memory),
    ...createTraceContexts(memory, traceTags),
    ...createValueRuntime({ memory, slots: s, copy: copies, strings, safety, structTags, anyTags }),
    escapeControl: safety.escapeControl,
    /** The end of what is left of `[at, end)` when at most `max` bytes may be. */
    wholeEnd: (at: number, end: number, max: number) => safety.wholeEnd(at, end, Math.min(end, at + max)),
    /** A run that stands for a value. */
    text: copies.constant,
    addressFull: address.full,
    addressHost: address.host,
    addressPort: address.port,
    addressPortJson: address.portJson,
    addressBracketed: address.bracketed,
    addressEndpoint: address.endpoint,
    addressNetwork: address.network,
    /** Notes why the entry is malformed; always false. */
    bad(why: string): false {
      fault = why
      return false
    },
    /** Steps over a field that nobody wants; -1 and a noted fault on damage. */
    skip(tag: number, at: number, end: number): number {
      const next = skipField(bytes, tag, at, end)
      if (next < 0) fault = skipFault()
      return next
    },
    /** A varint read as bool: any bit counts. A damaged one is found when it is stepped over. */
    isTrue: (at: number, end: number) => long.read(bytes, at, end) && long.value !== 0,
    int32: (at: number) => readInt32(bytes, at),
    uint32At: (at: number) => readUint32(bytes, at),
    uint32: (o: number, at: number) => writeUint(bytes, o, readUint32(bytes, at)),
    uint64(o: number, at: number): number {
      const value = readInt64(bytes, at)
      return value >= 0 && value <= exactMax ? writeUint(bytes, o, value) : writeUint64Varint(bytes, o, at, at + 10)
    },
    word: (o: number, words: Words, at: number) => writeWord(view, o, words, readInt32(bytes, at)),
    flags: (o: number, names: FlagNames, mask: number) => writeFlags(bytes, o, names, mask, -1),
    /** tcp_proxy logs HTTP entries without a protocol; their flags keep the plain order. */
    flagsHTTP: (o: number, names: FlagNames, mask: number, protocolAt: number) =>
      writeFlags(bytes, o, names, mask, readInt32(bytes, protocolAt) === 0 ? -1 : firstFlagHTTP),
    durationIn: (o: number, unit: number, secondsAt: number, nanosAt: number) =>
      writeDurationAt(bytes, o, secondsAt, nanosAt, unit),
    elapsedIn: (
      o: number,
      unit: number,
      fromSecondsAt: number,
      fromNanosAt: number,
      toSecondsAt: number,
      toNanosAt: number,
    ) => writeElapsed(bytes, o, fromSecondsAt, fromNanosAt, toSecondsAt, toNanosAt, unit, true),
    elapsedForwardIn: (
      o: number,
      unit: number,
      fromSecondsAt: number,
      fromNanosAt: number,
      toSecondsAt: number,
      toNanosAt: number,
    ) => writeElapsed(bytes, o, fromSecondsAt, fromNanosAt, toSecondsAt, toNanosAt, unit, false),
    ...unitNanos,
    /** -1 for what is no Timestamp. */
    time(o: number, formatter: TimeFormatter, secondsAt: number, nanosAt: number): number {
      const seconds = readInt64(bytes, secondsAt)
      const nanos = readInt32(bytes, nanosAt)
      return isTimestamp(seconds, nanos) ? formatter.write(bytes, o, seconds, nanos) : -1
    },
    /** Start and duration, or, unless both are there and valid, when the message came. */
    emitTime(
      o: number,
      formatter: TimeFormatter,
      start: number,
      startSecondsAt: number,
      startNanosAt: number,
      duration: number,
      durationSecondsAt: number,
      durationNanosAt: number,
      receivedAtMs: number,
    ): number {
      let seconds = Math.floor(receivedAtMs / 1000)
      let nanos = (receivedAtMs - seconds * 1000) * 1_000_000
      if (start === 0 || duration === 0) return formatter.write(bytes, o, seconds, nanos)
      const startSeconds = readInt64(bytes, startSecondsAt)
      const startNanos = readInt32(bytes, startNanosAt)
      const durationSeconds = readInt64(bytes, durationSecondsAt)
      const durationNanos = readInt32(bytes, durationNanosAt)
      if (isTimestamp(startSeconds, startNanos) && isDuration(durationSeconds, durationNanos)) {
        const sum = startNanos + durationNanos
        const carry = Math.floor(sum / 1e9)
        const total = startSeconds + durationSeconds + carry
        if (isTimestamp(total, sum - carry * 1e9)) {
          seconds = total
          nanos = sum - carry * 1e9
        }
      }
      return formatter.write(bytes, o, seconds, nanos)
    },
  }
  return {
    names,
    fault: () => fault,
    strings,
    timeFormatter(parts, zone) {
      const key = JSON.stringify([parts, zone])
      const formatter = formatters.get(key) ?? createTimeFormatter(parts, zone)
      formatters.set(key, formatter)
      return formatter
    },
  }
}
