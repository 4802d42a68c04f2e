/**
 * The emitter of LogRecords: body, attributes, times and the rest as steps, in the order of their field numbers, as protobuf's own
 * encoders write them. What is known at configuration time is encoded here; `fold.ts` melts it together.
 */
import { type ByteString, toByteString } from '../format/byte-string.ts'
import { traceHeaders } from '../format/log-record.ts'
import type { AnyValueTemplate, KeyValueTemplate, LogRecordTemplate, TextTemplate } from '../format/template.ts'
import { delimited, floating, varint } from '../schema/proto-bytes.ts'
import { anyValueTags, listTags, recordTags, severityNumber } from './otlp-schema.ts'
import type { FieldStep, Step } from './plan.ts'
import { cut, resolveSource } from './resolve.ts'
import type { ScanBuilder } from './scan-builder.ts'

export interface OtlpEmitterOptions {
  readonly scan: ScanBuilder
  readonly entries: 'http' | 'tcp'
  /** The text emitter: every operator a string, absent is `-`. */
  readonly text: (parts: TextTemplate) => Step[]
}

/** Of the classes of response codes, by their first digit. Below 400 all went as was asked. */
const severities = [
  { name: 'INFO', digits: [1, 2, 3] },
  { name: 'WARN', digits: [4] },
  { name: 'ERROR', digits: [5] },
] as const

export function emitLogRecord(record: LogRecordTemplate, options: OtlpEmitterOptions): Step[] {
  return new OtlpEmitter(record, options).record()
}

class OtlpEmitter {
  readonly #template: LogRecordTemplate
  readonly #options: OtlpEmitterOptions
  readonly #tags = { ...anyValueTags(), ...listTags(), ...recordTags() }

  constructor(template: LogRecordTemplate, options: OtlpEmitterOptions) {
    this.#template = template
    this.#options = options
  }

  record(): Step[] {
    const { body, attributes } = this.#template
    return [
      this.#startTime(),
      ...this.#severity(),
      ...(body ? [message('body', this.#tags.body, this.#value(body))] : []),
      ...attributes.map((pair) => message('attributes', this.#tags.attributes, this.#pair(pair))),
      ...this.#traceContext(),
      { kind: 'unixNanos', field: 'observed_time_unix_nano', tag: this.#tags.observedTime, slot: null },
    ]
  }

  #startTime(): Step {
    const { scan } = this.#options
    const field = 'common_properties.start_time'
    scan.position(`${field}.seconds`)
    scan.position(`${field}.nanos`)
    return { kind: 'unixNanos', field: 'time_unix_nano', tag: this.#tags.time, slot: scan.present(field) }
  }

  #severity(): Step[] {
    const { scan, entries } = this.#options
    if (!this.#template.severity || entries === 'tcp') return []
    const { severityNumber: numberTag, severityText } = this.#tags
    const code = 'response.response_code'
    const classes = severities.map(({ name, digits }) => ({
      digits,
      bytes: byte(numberTag) + varintOf(severityNumber(name)) + byte(severityText) + delimitedOf(name),
    }))
    return [{ kind: 'codeClass', wrapper: scan.present(code), code: scan.position(`${code}.value`), classes }]
  }

  #traceContext(): Step[] {
    const { scan, entries } = this.#options
    if (this.#template.traceHeaders.length === 0 || entries === 'tcp') return []
    const slot = (name: string) => scan.mapValue('request.request_headers', name, { anyCase: true })
    const headers = Object.entries(traceHeaders).map(([key, name]) => [key, slot(name)])
    return [{ kind: 'traceContext', headers: Object.fromEntries(headers) }]
  }

  /** What stands inside of an AnyValue. */
  #value(value: AnyValueTemplate): Step[] {
    const { arrayValue, arrayValues, kvlistValue, kvlistValues } = this.#tags
    switch (value.kind) {
      case 'empty':
        return []
      case 'text':
        return this.#text(value.parts)
      case 'bool':
        return [run(byte(this.#tags.boolValue) + byte(Number(value.value)))]
      case 'int':
        return [run(byte(this.#tags.intValue) + varintOf(value.value))]
      case 'double':
        return [run(byte(this.#tags.doubleValue) + toByteString(floating(value.value, 64)))]
      case 'bytes':
        return [run(byte(this.#tags.bytesValue) + delimitedOf(value.value))]
      case 'array': {
        const items = value.values.map((item) => message('values', arrayValues, this.#value(item)))
        return [message('array_value', arrayValue, items)]
      }
      case 'kvlist': {
        const pairs = value.values.map((pair) => message('values', kvlistValues, this.#pair(pair)))
        return [message('kvlist_value', kvlistValue, pairs)]
      }
    }
  }

  /** An empty key is left out, as protobuf's encoders do. */
  #pair({ key, value }: KeyValueTemplate): Step[] {
    const name = key.length === 0 ? [] : [text('key', this.#tags.key, this.#options.text(key))]
    return [...name, message('value', this.#tags.value, this.#value(value))]
  }

  #text(parts: TextTemplate): Step[] {
    const [only] = parts
    if (this.#template.typedValues && parts.length === 1 && only!.kind === 'operator') return this.#typed(only!.call)
    return [text('string_value', this.#tags.stringValue, this.#options.text(parts))]
  }

  /** Nothing at all for what is absent: the AnyValue stays without a member, which is OpenTelemetry's null. */
  #typed(call: Extract<TextTemplate[number], { kind: 'operator' }>['call']): Step[] {
    const { scan, entries } = this.#options
    const resolved = resolveSource(call.sources[entries], scan)
    switch (resolved.kind) {
      case 'absent':
        return []
      case 'constant':
        if (resolved.type === 'number') return this.#value({ kind: 'int', value: BigInt(resolved.text) })
        return [text('string_value', this.#tags.stringValue, [run(resolved.text.slice(0, call.maxLength ?? Infinity))])]
      case 'kuma': {
        const { name, form } = resolved
        const step: Step = { kind: 'streamRun', parts: [{ kind: 'kuma', name, form, as: 'text', absent: null }] }
        return [text('string_value', this.#tags.stringValue, [step])]
      }
      case 'ways': {
        const ways = resolved.ways.map((way) => cut(way, call.maxLength))
        return [{ kind: 'typed', value: { ways, asDouble: false, written: call.written } }]
      }
    }
  }
}

const run = (bytes: ByteString): Step => ({ kind: 'run', bytes })
const message = (field: string, tag: number, steps: readonly Step[]): FieldStep => ({
  kind: 'field',
  field,
  tag,
  isText: false,
  steps,
})
const text = (field: string, tag: number, steps: readonly Step[]): FieldStep => ({
  ...message(field, tag, steps),
  isText: true,
})

const byte = (value: number): ByteString => String.fromCharCode(value)
const varintOf = (value: number | bigint): ByteString => toByteString(varint(BigInt(value)))
const delimitedOf = (bytes: ByteString): ByteString => toByteString(delimited(Buffer.from(bytes, 'latin1')))
