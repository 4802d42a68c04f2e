/**
 * What users say of the LogRecords of OpenTelemetry, as a template: body and attributes in MeshAccessLog's words, and what else is to be in
 * the record. Times are always there.
 */
import type { FormatError } from '../errors.ts'
import { parseAnyValue, parseKey } from './any-value.ts'
import { toByteString } from './byte-string.ts'
import { type ParseOptions, parseText } from './parse.ts'
import type { LogRecordTemplate, TextTemplate } from './template.ts'

export interface LogRecordFormat {
  /** An AnyValue (`any-value.ts`). Absent or `{}`: the record has no body; a default text is the caller's to give. */
  readonly body?: unknown
  readonly attributes?: readonly { readonly key: string; readonly value: string }[]
  /**
   * An operator that stands alone keeps its type, and is left out when it is absent; default false, as in Envoy: all values are
   * strings, and absent is `-`.
   */
  readonly typedValues?: boolean
  /** INFO, WARN (4xx) or ERROR (5xx) by the response code; default false. Entries without a response code have none. */
  readonly severity?: boolean
  /** trace_id, span_id and flags from the request headers of `traceHeaders`; default false. */
  readonly traceContext?: boolean
}

/** Request headers that tell trace and span; the logger has to list them. Who comes first wins, if it is valid. */
export const traceHeaders = {
  traceparent: 'traceparent',
  b3: 'b3',
  b3TraceId: 'x-b3-traceid',
  b3SpanId: 'x-b3-spanid',
  datadogTraceId: 'x-datadog-trace-id',
  datadogParentId: 'x-datadog-parent-id',
} as const
export type TraceHeader = keyof typeof traceHeaders

/** Paths of faults begin with `body` or `attributes[i]`. */
export function parseLogRecord(
  { body, attributes = [], typedValues = false, severity = false, traceContext = false }: LogRecordFormat,
  options: ParseOptions,
  faults: FormatError[],
): LogRecordTemplate {
  const within = (path: string): ParseOptions => ({ ...options, path })
  const value = body === undefined || body === null ? null : parseAnyValue(body, within('body'), faults)
  const headers = Object.values(traceHeaders).map((name) => `%REQ(${name})%`)
  return {
    body: value?.kind === 'empty' ? null : value,
    attributes: attributes.map(({ key, value: text }, i) => ({
      key: parseKey(key, within(`attributes[${i}].key`), faults),
      value: { kind: 'text', parts: parseText(toByteString(text), within(`attributes[${i}].value`), faults) },
    })),
    typedValues,
    severity,
    traceHeaders: traceContext ? calls(parseText(headers.join(''), options, faults)) : [],
  }
}

const calls = (parts: TextTemplate) => parts.flatMap((part) => (part.kind === 'operator' ? [part.call] : []))
