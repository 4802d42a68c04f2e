/**
 * Why a line looks as it does: for one entry each operator of a format with its value, or where the value was looked for, what was
 * found there, and how to mend it. `als-sink explain --input` prints it.
 */
import { type ByteString, toBytes, toText } from '../format/byte-string.ts'
import { carriageOf, isShippable } from '../format/custom-tag.ts'
import type { OperatorCall, Setting } from '../format/operator.ts'
import type { FieldPath, Source } from '../format/source.ts'
import type { Identifier } from '../identifier.ts'
import { loadSchema } from '../schema/load.ts'
import { type CompileFormatOptions, compileFormat, type FormatSpec, parseFormat } from './compile-format.ts'
import { WireMessage } from './entry-fields.ts'
import { findHeader, type Look, show } from './entry-look.ts'
import { type LookContext, lookAt } from './explain-source.ts'
import { operatorCalls } from './notes.ts'
import { malformed, noRoom, type Program } from './program.ts'
import { kumaValuesOf } from './stream-values.ts'

export interface ExplainEntryOptions extends CompileFormatOptions {
  readonly kind: 'http' | 'tcp'
  /** Where the entry lies in the memory. */
  readonly at: number
  readonly end: number
  readonly stream: Identifier
  /** When the entry's message arrived, milliseconds since the epoch. */
  readonly receivedAtMs: number
}

export interface EntryExplanation {
  readonly line: Uint8Array
  /** In the order of the format, each use of an operator once. */
  readonly operators: readonly OperatorExplanation[]
}

export interface OperatorExplanation {
  /** As written in the format. */
  readonly operator: string
  /** As text formats print it; null: absent. */
  readonly value: string | null
  readonly looked: readonly Pick<Look, 'where' | 'found'>[]
  /** What to do, in sentences; empty when there is nothing to mend. */
  readonly mend: readonly string[]
}

/** `fault`: the entry has no line, and why. Throws FormatError. */
export function explainEntry(spec: FormatSpec, options: ExplainEntryOptions): EntryExplanation | { fault: string } {
  const line = render(compileFormat(spec, options)[options.kind], options)
  if (typeof line === 'string') return { fault: line }
  const calls = new Map(operatorCalls(parseFormat(spec, options.dialect)).map((call) => [call.written, call]))
  return { line, operators: [...calls.values()].map((call) => explainOperator(call, options)) }
}

/** The line, or the word for why there is none. */
function render(program: Program, { memory, at, end, stream, receivedAtMs }: ExplainEntryOptions): Uint8Array | string {
  const out = program.render(at, end, memory.outputAt, program.bindStream(stream), receivedAtMs)
  if (out === malformed) return program.fault()
  if (out === noRoom) return 'entry_too_large'
  return memory.bytes.slice(memory.outputAt, out)
}

function explainOperator(call: OperatorCall, options: ExplainEntryOptions): OperatorExplanation {
  const value = renderAlone(call.written, options)
  const context: LookContext = {
    entry: entryOf(options),
    kuma: kumaValuesOf(options.stream, options.kumaValues ?? {}),
    contentTypeListed: options.contentTypeListed ?? false,
    absent: value === null,
  }
  // An operator that names others is told, and mended, by them.
  const parts = flatten(call).map((each) => ({ call: each, looks: looksOf(each, options.kind, context) }))
  const mendable = value === null || (value === '-' && parts.some((part) => isStandIn(part.call)))
  return {
    operator: toText(call.written),
    value: value === null ? null : toText(value),
    looked: parts.flatMap(({ looks }) => looks.map(({ where, found }) => ({ where, found }))),
    mend: mendable ? [...new Set(parts.flatMap((part) => mend(part.call, part.looks, context.entry)))] : [],
  }
}

/** Only an absent value is different when empty ones are left out: it is `-`, or nothing. */
function renderAlone(written: ByteString, options: ExplainEntryOptions): ByteString | null {
  const [shown, omitting] = [false, true].map((omitEmptyValues) => {
    const programs = compileFormat({ text: toBytes(written) }, { ...options, omitEmptyValues })
    const line = render(programs[options.kind], options)
    return typeof line === 'string' ? '' : Buffer.from(line).toString('latin1')
  })
  return shown !== '' && omitting === '' ? null : shown!
}

function entryOf({ kind, at, end, memory }: ExplainEntryOptions): WireMessage {
  const name = kind === 'http' ? 'HTTPAccessLogEntry' : 'TCPAccessLogEntry'
  return new WireMessage(loadSchema().message(`envoy.data.accesslog.v3.${name}`), memory.bytes, [{ at, end }])
}

const flatten = (call: OperatorCall): OperatorCall[] =>
  call.members.length > 0 ? call.members.flatMap(flatten) : [call]

/** With a word on what has no place in the entry. */
function looksOf(call: OperatorCall, kind: 'http' | 'tcp', context: LookContext): Look[] {
  const { sources } = call
  const looks = lookAt(sources[kind], context)
  const constant = alternatives(sources[kind]).find((source) => source.kind === 'constant')
  if (constant && isStandIn(call)) {
    return [...looks, { where: 'fields of the entry', found: `none carries it; ${show(constant.text)} stands for it` }]
  }
  const tcpHasNone = { where: 'TCP entries', found: 'have no such value', settled: true } as const
  if (constant) return [...looks, { ...tcpHasNone, found: `${tcpHasNone.found}; Envoy prints ${constant.text}` }]
  if (hasPlace(sources[kind])) return looks
  if (hasPlace(sources.http)) return [...looks, tcpHasNone]
  return [...looks, { where: 'the argument', found: 'names nothing to look for', settled: true }]
}

function alternatives(source: Source): Source[] {
  if (source.kind === 'cut' || source.kind === 'unlessTagged') return alternatives(source.source)
  return source.kind === 'firstOf' ? source.sources.flatMap(alternatives) : [source]
}

const isTag = (source: Source): source is Extract<Source, { kind: 'tag' | 'typedTag' }> =>
  source.kind === 'tag' || source.kind === 'typedTag'

/** Somewhere else than in a custom tag. */
const hasPlace = (source: Source) => alternatives(source).some((each) => !isTag(each) && each.kind !== 'absent')

/** A fixed word is printed where the proxy would know better. */
function isStandIn({ operator, argument, sources }: OperatorCall): boolean {
  const isFixed = alternatives(sources.http).some((source) => source.kind === 'constant')
  return isFixed && isShippable(carriageOf(operator, argument))
}

function mend(call: OperatorCall, looks: readonly Look[], entry: WireMessage): string[] {
  const { operator, argument, sources } = call
  if (looks.some(({ settled, shipped }) => settled || shipped)) return []
  if (sources.http.kind === 'kuma') {
    const { name } = sources.http
    return [
      `Give it here with --kuma ${name}=…, in sink.yaml under kuma.values.${name}, or in a log name of Kuma's kind.`,
    ]
  }
  const settings = operator.settings?.(argument) ?? []
  // Only the loggers of HTTP have lists of headers.
  const usable = settings.filter(({ list }) => entry.knows(mapsOfLists[list].map))
  if (settings.length > usable.length) return []
  const lists = usable.flatMap((setting) => mendSetting(setting, entry))
  if (lists.length > 0) return lists
  const carriage = carriageOf(operator, argument)
  const tag = alternatives(sources.http).find(isTag)
  if (!tag) return []
  const name = `the custom tag ${show(tag.tag)}`
  if (carriage.verdict === 'notCarried') return [`Let the logger ship it as ${name}: \`als-sink envoy\` prints how.`]
  if (carriage.verdict === 'needsSetting') return [`Envoy itself may have a value: ${name} would bring it.`]
  return [
    `Envoy itself may have a value (${carriage.note}). To have it as ${name}: \`als-sink envoy --exact\` prints how.`,
  ]
}

const mapsOfLists: Readonly<Record<Setting['list'], { readonly map: FieldPath; readonly owner: string }>> = {
  additional_request_headers_to_log: { map: 'request.request_headers', owner: 'the request' },
  additional_response_headers_to_log: { map: 'response.response_headers', owner: 'the response' },
  additional_response_trailers_to_log: { map: 'response.response_trailers', owner: 'the response' },
  filter_state_objects_to_log: { map: 'common_properties.filter_state_objects', owner: 'the filter state' },
}

/** What the logger must list, as far as the entry does not show that it does. */
function mendSetting({ list, names }: Setting, entry: WireMessage): string[] {
  const { map, owner } = mapsOfLists[list]
  const isMissing = (name: ByteString) =>
    list === 'filter_state_objects_to_log'
      ? !entry.messages(map).has(name)
      : findHeader(map, name, entry).value === null
  const missing = names.filter(isMissing).map(show)
  if (missing.length === 0) return []
  return [`If ${owner} had it, the logger must list ${missing.join(', ')} in ${list}: \`als-sink envoy\` prints how.`]
}
