/**
 * LogRecords the slow, plain way (mesh-access-log.md E.2, E.3): the format is walked anew for each entry, and what comes of it is an object,
 * as protobufjs decodes a record. Encoding is left to protobufjs.
 */
import { type Bytes, bytesOf, escapeControl, textOf } from './bytes.ts'
import { parseFormat } from './grammar.ts'
import type { Message } from './message.ts'
import { compileUse } from './operators.ts'
import { decodeEntry, type ReferenceOptions, settingsOf } from './reference.ts'
import type { Entry, Kind, Settings, Value } from './value.ts'

export interface RecordFormat {
  readonly body?: unknown
  readonly attributes?: readonly { readonly key: string; readonly value: string }[]
  readonly typedValues?: boolean
}

/** `int_value` is decimal digits, so that objects can be compared. */
export type AnyValue = Readonly<Record<string, unknown>>

/** Times in nanoseconds, decimal; severity and trace context are not here. */
export interface LogRecord {
  readonly time_unix_nano?: string
  readonly observed_time_unix_nano?: string
  readonly body?: AnyValue
  readonly attributes?: readonly { readonly key?: string; readonly value: AnyValue }[]
}

export function referenceRecord(
  format: RecordFormat,
  options: ReferenceOptions,
  kind: Kind,
  bytes: Uint8Array,
): LogRecord {
  const entry = decodeEntry(kind, bytes)
  const settings = settingsOf(options)
  const { body, attributes = [], typedValues = false } = format
  const any = (value: unknown): AnyValue => anyValue(value, { entry, settings, typedValues })
  const started = nanosOf(entry.common.message('start_time'))
  const observed = BigInt(settings.receivedAtMs) * 1_000_000n
  const value = body === undefined ? {} : any(body)
  const isBody = typeof body === 'string' || (body !== undefined && Object.keys(body as object).length > 0)
  return {
    ...(started > 0n ? { time_unix_nano: String(started) } : {}),
    ...(isBody ? { body: value } : {}),
    ...(attributes.length > 0
      ? { attributes: attributes.map(({ key, value: text }) => pair(key, any(text), { entry, settings })) }
      : {}),
    ...(observed > 0n ? { observed_time_unix_nano: String(observed) } : {}),
  }
}

function nanosOf(time: Message | undefined): bigint {
  if (time === undefined) return 0n
  const nanos = time.number('nanos')
  const total = time.big('seconds') * 1_000_000_000n + BigInt(nanos)
  const isTime = nanos >= 0 && nanos <= 999_999_999 && time.big('seconds') <= 18_446_744_072n
  return isTime && time.big('seconds') >= 0n ? total : 0n
}

interface Place {
  readonly entry: Entry
  readonly settings: Settings
}

function pair(key: string, value: AnyValue, place: Place): { key?: string; value: AnyValue } {
  const filled = key.replace(/%KUMA_\w+%/g, (use) => renderText(use, place))
  return { ...(key === '' ? {} : { key: filled }), value }
}

function anyValue(value: unknown, place: Place & { readonly typedValues: boolean }): AnyValue {
  if (typeof value === 'string')
    return place.typedValues ? typedValue(value, place) : { string_value: renderText(value, place) }
  const [[member, content] = ['', null]] = Object.entries(value as object)
  switch (member) {
    case '':
      return {}
    case 'stringValue':
      return anyValue(content, place)
    case 'boolValue':
      return { bool_value: content }
    case 'intValue':
      return { int_value: String(content) }
    case 'doubleValue':
      return { double_value: Number(content) }
    case 'bytesValue':
      return { bytes_value: content }
    case 'arrayValue': {
      const { values } = content as { values: unknown[] }
      return { array_value: listOf(values.map((each) => anyValue(each, place))) }
    }
    case 'kvlistValue': {
      const { values } = content as { values: { key: string; value: unknown }[] }
      return { kvlist_value: listOf(values.map((each) => pair(each.key, anyValue(each.value, place), place))) }
    }
    default:
      throw new Error(`no member is called ${member}`)
  }
}

/** protobufjs leaves empty lists out. */
const listOf = (values: readonly unknown[]) => (values.length > 0 ? { values } : {})

/** Only a lone operator has a type of its own. */
function typedValue(format: string, place: Place): AnyValue {
  const pieces = parseFormat(bytesOf(format))
  const [only] = pieces
  if (pieces.length !== 1 || !('use' in only!)) return { string_value: renderText(format, place) }
  const value = compileUse(only.use, 'sink')(place.entry, place.settings)
  if (value.typed === null) return {}
  if ('string' in value.typed) return { string_value: valid(value.typed.string, place) }
  return scalar(value.typed.json) ?? { string_value: valid(value.text!, place) }
}

/** Undefined: an object, a list, or a string. A number that is too large keeps its digits. */
function scalar(json: Bytes): AnyValue | undefined {
  if (json === 'true' || json === 'false') return { bool_value: json === 'true' }
  if (json === 'null') return {}
  if (/^["{[]/.test(json)) return undefined
  if (/^-?\d+$/.test(json)) {
    const whole = BigInt(json)
    return whole === BigInt.asIntN(64, whole) ? { int_value: String(whole) } : { string_value: json }
  }
  const number = json === 'inf' ? Infinity : json === '-inf' ? -Infinity : Number(json)
  return Number.isSafeInteger(number) ? { int_value: String(number) } : { double_value: number }
}

function renderText(format: string, place: Place): string {
  const pieces = parseFormat(bytesOf(format)).map((piece): Bytes => {
    if ('literal' in piece) return piece.literal
    const { text }: Value = compileUse(piece.use, 'sink')(place.entry, place.settings)
    return text === null ? '-' : safe(text, place)
  })
  return textOf(pieces.join(''))
}

const safe = (text: Bytes, { settings }: Place) => (settings.escapeControl ? escapeControl(text) : text)
const valid = (text: Bytes, place: Place) => textOf(safe(text, place))
