/**
 * Template and entry type to plan. Three emitters share the resolved values: text, JSON with typed values, and LogRecords
 * (`otlp-emitter.ts`). Literals, constants and stream values end up in runs (`fold.ts` melts the neighbours), everything else in value
 * steps.
 */
import { type ByteString, toByteString } from '../format/byte-string.ts'
import type { JsonTemplate, OperatorCall, Template, TextTemplate } from '../format/template.ts'
import { formatDouble } from '../render/double.ts'
import { escapeJson } from '../render/json-escape.ts'
import type { MessageInfo } from '../schema/field-path.ts'
import { fold } from './fold.ts'
import { emitLogRecord } from './otlp-emitter.ts'
import type { Plan, Step, StreamPart } from './plan.ts'
import { cut, type Resolved, resolveSource } from './resolve.ts'
import { ScanBuilder } from './scan-builder.ts'

export interface PlanOptions {
  readonly entryType: Plan['entryType']
  readonly entry: MessageInfo
  readonly omitEmptyValues: boolean
}

export function buildPlan(template: Template, { entryType, entry, omitEmptyValues }: PlanOptions): Plan {
  const scan = new ScanBuilder(entry)
  const steps = emit(template, scan, entryType === 'HTTPAccessLogEntry' ? 'http' : 'tcp', omitEmptyValues)
  return { entryType, ...scan.finish(), steps: fold(steps) }
}

function emit(template: Template, scan: ScanBuilder, entries: 'http' | 'tcp', omit: boolean): Step[] {
  switch (template.kind) {
    case 'text':
      return new Emitter(scan, entries, omit).text(template.parts)
    case 'json':
      return [...new Emitter(scan, entries, omit).json(template.root), run('\n')]
    case 'logRecord': {
      const emitter = new Emitter(scan, entries, false)
      return emitLogRecord(template.record, { scan, entries, text: (parts) => emitter.text(parts) })
    }
  }
}

class Emitter {
  readonly #scan: ScanBuilder
  readonly #entries: 'http' | 'tcp'
  readonly #omit: boolean

  constructor(scan: ScanBuilder, entries: 'http' | 'tcp', omit: boolean) {
    this.#scan = scan
    this.#entries = entries
    this.#omit = omit
  }

  text(parts: TextTemplate): Step[] {
    return parts.map((part) =>
      part.kind === 'literal' ? run(part.text) : this.#operator(part.call, 'text', this.#omit ? '' : '-'),
    )
  }

  /** A whole JSON format. The root is printed even when nothing is left in it. */
  json(root: JsonTemplate): Step[] {
    return this.#omit ? [this.#omitting(root, false) ?? run('{}')] : this.#complete(root)
  }

  /** Without omit_empty_values every key is there: brackets, keys and commas are literals. */
  #complete(node: JsonTemplate): Step[] {
    switch (node.kind) {
      case 'constant':
        return [run(constant(node.value))]
      case 'text':
        return [this.#string(node.parts, 'null')]
      case 'object':
        return [
          run('{'),
          ...node.members.flatMap(({ key, value }, i) => [
            run(`${i > 0 ? ',' : ''}${escapeJson(key)}:`),
            ...this.#complete(value),
          ]),
          run('}'),
        ]
      case 'list':
        return [
          run('['),
          ...node.items.flatMap((item, i) => [...(i > 0 ? [run(',')] : []), ...this.#complete(item)]),
          run(']'),
        ]
    }
  }

  /** With omit_empty_values nulls and objects without members vanish with their keys. Null: known to vanish. */
  #omitting(node: JsonTemplate, droppable = true): Step | null {
    switch (node.kind) {
      case 'constant':
        return node.value === null ? null : run(constant(node.value))
      case 'text': {
        const step = this.#string(node.parts, null)
        return step.kind === 'run' && step.bytes === '' ? null : step
      }
      case 'object': {
        const members = node.members.flatMap(({ key, value }): Step[] => {
          const step = this.#omitting(value)
          return step ? [{ kind: 'member', key: `${escapeJson(key)}:`, value: step }] : []
        })
        return droppable && members.length === 0 ? null : { kind: 'group', open: '{', close: '}', members, droppable }
      }
      case 'list': {
        const members = node.items.flatMap((item): Step[] => {
          const step = this.#omitting(item)
          return step ? [{ kind: 'member', key: '', value: step }] : []
        })
        return { kind: 'group', open: '[', close: ']', members, droppable: false }
      }
    }
  }

  /** A lone operator keeps its type; more than one piece makes a string, in which absent values are text. */
  #string(parts: TextTemplate, absent: ByteString | null): Step {
    const [only] = parts
    if (parts.length === 1 && only!.kind === 'operator') return this.#operator(only!.call, 'json', absent)
    return { kind: 'string', steps: this.text(parts) }
  }

  #operator(call: OperatorCall, as: 'text' | 'json', absent: ByteString | null): Step {
    const resolved: Resolved = resolveSource(call.sources[this.#entries], this.#scan)
    switch (resolved.kind) {
      case 'absent':
        return run(absent ?? '')
      case 'constant': {
        if (as === 'json' && resolved.type === 'number') return run(resolved.text)
        const text = resolved.text.slice(0, call.maxLength ?? Infinity)
        return run(as === 'json' ? escapeJson(text) : text)
      }
      case 'kuma': {
        const part: StreamPart = { kind: 'kuma', name: resolved.name, form: resolved.form, as, absent }
        return { kind: 'streamRun', parts: [part] }
      }
      case 'ways': {
        const ways = resolved.ways.map((way) => cut(way, call.maxLength))
        return { kind: 'value', value: { ways, written: call.written }, as, absent }
      }
    }
  }
}

const run = (bytes: ByteString): Step => ({ kind: 'run', bytes })

function constant(value: number | boolean | null | ByteString): ByteString {
  if (typeof value === 'string') return escapeJson(value)
  return toByteString(typeof value === 'number' ? formatDouble(value) : String(value))
}
