/**
 * Template and entry type to plan. Three emitters share the resolved values: text, JSON with typed values, and LogRecords
 * (`otlp-emitter.ts`). Literals, constants and stream values end up in runs (`fold.ts` melts the neighbours), everything else in value
 * steps.
 */
import { type ByteString, toByteString } from '../format/byte-string.ts'
import type { Source } from '../format/source.ts'
import type { JsonTemplate, OperatorCall, Template, TextTemplate } from '../format/template.ts'
import { formatDouble } from '../render/double.ts'
import { escapeJson, escapePiece } from '../render/json-escape.ts'
import type { MessageInfo } from '../schema/field-path.ts'
import { fold } from './fold.ts'
import { emitLogRecord } from './otlp-emitter.ts'
import type { Plan, Step, StreamPart, ValueForm } from './plan.ts'
import { cut, type Resolved, resolveSource } from './resolve.ts'
import { ScanBuilder } from './scan-builder.ts'

export interface PlanOptions {
  readonly entryType: Plan['entryType']
  readonly entry: MessageInfo
  readonly omitEmptyValues: boolean
  /** The source address of the KUMA_* operators is the peer's; default false. */
  readonly sourceFromPeer?: boolean
}

export function buildPlan(template: Template, options: PlanOptions): Plan {
  const { entryType, entry, omitEmptyValues: omit, sourceFromPeer: fromPeer = false } = options
  const scan = new ScanBuilder(entry)
  const entries = entryType === 'HTTPAccessLogEntry' ? 'http' : 'tcp'
  const steps = emit(template, { scan, entries, omit, fromPeer })
  return { entryType, ...scan.finish(), steps: fold(steps) }
}

function emit(template: Template, common: EmitterOptions): Step[] {
  switch (template.kind) {
    case 'text':
      return new Emitter(common).text(template.parts)
    case 'json': {
      const alone = template.jsonTypes === 'string' ? 'quotedJson' : 'json'
      return [...new Emitter({ ...common, alone }).json(template.root), run('\n')]
    }
    case 'logRecord': {
      const { scan, entries } = common
      const emitter = new Emitter({ ...common, omit: false })
      return emitLogRecord(template.record, { scan, entries, text: (parts) => emitter.text(parts) })
    }
  }
}

interface EmitterOptions {
  readonly scan: ScanBuilder
  readonly entries: 'http' | 'tcp'
  /** Whether values that are absent are left out. */
  readonly omit: boolean
  /** Whether the source address of the KUMA_* operators is the peer's. */
  readonly fromPeer: boolean
  /** How an operator is written that stands alone in JSON; default `json`. */
  readonly alone?: 'json' | 'quotedJson'
}

class Emitter {
  readonly #scan: ScanBuilder
  readonly #entries: 'http' | 'tcp'
  readonly #omit: boolean
  readonly #fromPeer: boolean
  readonly #alone: 'json' | 'quotedJson'

  constructor({ scan, entries, omit, fromPeer, alone = 'json' }: EmitterOptions) {
    this.#scan = scan
    this.#entries = entries
    this.#omit = omit
    this.#fromPeer = fromPeer
    this.#alone = alone
  }

  text(parts: TextTemplate): Step[] {
    return parts.map((part) =>
      part.kind === 'literal' ? run(part.text) : this.#operator(part.call, 'text', this.#omit ? '' : '-'),
    )
  }

  /** A whole JSON format. The root is printed even when nothing is left in it. */
  json(root: JsonTemplate): Step[] {
    return this.#omit ? (this.#omitting(root, false) ?? [run('{}')]) : this.#complete(root)
  }

  /** Without omit_empty_values every key is there: brackets, keys and commas are literals. */
  #complete(node: JsonTemplate): Step[] {
    switch (node.kind) {
      case 'constant':
        return [run(constant(node.value))]
      case 'text':
        return this.#string(node.parts, 'null')
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
  #omitting(node: JsonTemplate, droppable = true): Step[] | null {
    switch (node.kind) {
      case 'constant':
        return node.value === null ? null : [run(constant(node.value))]
      case 'text': {
        const steps = this.#string(node.parts, null)
        const [only] = steps
        return steps.length === 1 && only!.kind === 'run' && only!.bytes === '' ? null : steps
      }
      case 'object': {
        const members = node.members.flatMap(({ key, value }) => this.#member(`${escapeJson(key)}:`, value))
        return droppable && members.length === 0 ? null : [{ kind: 'group', open: '{', close: '}', members, droppable }]
      }
      case 'list': {
        const members = node.items.flatMap((item) => this.#member('', item))
        return [{ kind: 'group', open: '[', close: ']', members, droppable: false }]
      }
    }
  }

  #member(key: ByteString, node: JsonTemplate): Step[] {
    const steps = this.#omitting(node)
    if (steps === null) return []
    const [only] = steps
    if (steps.length === 1) return [{ kind: 'member', key, value: only! }]
    // A string of several pieces, which is always there.
    return [run(key), ...steps, run(',')]
  }

  /** A lone operator keeps its type; more than one piece makes a string, in which absent values are text. */
  #string(parts: TextTemplate, absent: ByteString | null): Step[] {
    const [only] = parts
    if (parts.length === 1 && only!.kind === 'operator') return [this.#operator(only!.call, this.#alone, absent)]
    const pieces = parts.map((part) =>
      part.kind === 'literal' ? run(escapePiece(part.text)) : this.#operator(part.call, 'piece', this.#omit ? '' : '-'),
    )
    return [run('"'), ...pieces, run('"')]
  }

  #operator(call: OperatorCall, as: ValueForm, absent: ByteString | null): Step {
    const source = call.sources[this.#entries]
    const resolved: Resolved = resolveSource(this.#fromPeer ? peersOf(source) : source, this.#scan)
    switch (resolved.kind) {
      case 'absent':
        return run(absent ?? '')
      case 'constant': {
        const isNumber = (as === 'json' || as === 'quotedJson') && resolved.type === 'number'
        const text = resolved.text.slice(0, isNumber ? Infinity : (call.maxLength ?? Infinity))
        if (as === 'piece') return run(escapePiece(text))
        return run(as === 'text' || (isNumber && as === 'json') ? text : escapeJson(text))
      }
      case 'kuma': {
        const { name, form } = resolved
        const part: StreamPart = { kind: 'kuma', name, form, as: as === 'quotedJson' ? 'json' : as, absent }
        return { kind: 'streamRun', parts: [part] }
      }
      case 'ways': {
        const ways = resolved.ways.map((way) => cut(way, call.maxLength))
        return { kind: 'value', value: { ways, asDouble: call.members.length > 0, written: call.written }, as, absent }
      }
    }
  }
}

/** The same, but for Kuma's source address: the other end of the connection, with its port where the proxy's own would have one. */
function peersOf(source: Source): Source {
  if (source.kind !== 'kuma' || source.name !== 'sourceAddress') return source
  const form = source.form === 'withPort' ? 'full' : 'host'
  const field = 'common_properties.downstream_direct_remote_address'
  return { kind: 'address', field, form: { kind: form }, guard: null }
}

const run = (bytes: ByteString): Step => ({ kind: 'run', bytes })

function constant(value: number | boolean | null | ByteString): ByteString {
  if (typeof value === 'string') return escapeJson(value)
  return toByteString(typeof value === 'number' ? formatDouble(value) : String(value))
}
