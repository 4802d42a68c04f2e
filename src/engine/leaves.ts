/**
 * How a leaf is written in generated source: the test that it has a value, and the expression that writes it. `Scribe` gives the
 * names of slots and constants; the functions called here are the runtime's (`runtime.ts`).
 *
 * `write(o)` is an expression that writes at position `o` and yields the position behind. A leaf that finds out only while writing
 * whether it has a value yields -1 when it has none; its test has written already, and its result is in `q`.
 */
import { stateForms } from '../render/filter-state.ts'
import { grpcStatusForms } from '../render/grpc-status.ts'
import type { Leaf, SlotName, Way } from './plan.ts'
import type { TextSafety } from './text-safety.ts'

export interface Scribe {
  /** The index of a slot, by its name in the source. */
  slot(name: SlotName): string
  /** Puts a value among the constants of the program; returns the expression that names it there. */
  constant(kind: LeafConstant, leaf: Leaf): string
  readonly safety: TextSafety
  /** Whether a request without content-type is known to have none. */
  readonly contentTypeListed: boolean
  /** Field numbers of the members of `Address`. */
  readonly addressCases: { readonly socket: number; readonly pipe: number; readonly internal: number }
}

/** What a leaf keeps beside the source. `path`, `member`: byte arrays, since text of users does not stand in the source. */
export type LeafConstant = 'words' | 'flagNames' | 'timeFormatter' | 'path' | 'member' | 'text' | 'others'

/** Where the value goes: into text (also before it is escaped as a piece of a JSON string), or alone into JSON. */
export type As = 'text' | 'json'

export interface LeafSource {
  /** Null: nothing to ask before writing. */
  readonly test: string | null
  readonly write: (o: string) => string
  /** Whether writing may yield -1. */
  readonly late: boolean
  /** Whether what is written is a whole JSON value already, cut and quoted as need be. */
  readonly whole: boolean
}

/** Whether all that the leaf can write is ASCII that JSON takes as it is. */
export function jsonSafe(leaf: Leaf): boolean {
  switch (leaf.kind) {
    case 'uint':
    case 'enum':
    case 'duration':
    case 'elapsed':
    case 'flags':
    case 'grpcStatus':
    case 'cipher':
    case 'uuid':
      return true
    case 'time':
    case 'emitTime':
      return leaf.parts.every((part) => part.kind !== 'literal' || isPlain(part.text)) && !hasNested(leaf)
    case 'constant':
      return isPlain(leaf.text)
    default:
      return false
  }
}

const isPlain = (text: string) => /^[ !#-[\]-~]*$/.test(text)

/** Parts within parts may hold literals; such formats are rare, and take the careful way. */
function hasNested(leaf: Extract<Leaf, { kind: 'time' | 'emitTime' }>): boolean {
  return leaf.parts.some((part) => part.kind === 'padded' || part.kind === 'bounded')
}

/** For every leaf but spans, whose bytes are used where they are. */
export function leafSource({ leaf, type, maxLength }: SpanlessWay, scribe: Scribe, as: As): LeafSource {
  const value = (name: SlotName, plus = 0) => `s[${scribe.slot(name)}${plus ? ` + ${plus}` : ''}]`
  const isSet = (name: SlotName) => `${value(name)} !== 0`
  const seconds = (name: SlotName) => value(`${name}.seconds`)
  const nanos = (name: SlotName) => value(`${name}.nanos`)
  const span = (name: SlotName) => `${value(name)}, ${value(name, 1)}`
  const alone = as === 'json'
  // What writes JSON by itself cuts by itself.
  const limits = `${maxLength ?? Infinity}, ${scribe.safety.wholeCharacters}, ${scribe.safety.finiteNumbers}`
  switch (leaf.kind) {
    case 'constant':
      return always((o) => `text(${o}, ${scribe.constant('text', leaf)})`)
    case 'uuid':
      return always((o) => `uuid(${o})`)
    case 'uint': {
      const write = (o: string) => `uint${leaf.bits}(${o}, ${value(leaf.slot)})`
      return leaf.wrapper === null ? always(write) : { ...always(write), test: isSet(leaf.wrapper) }
    }
    case 'enum':
      return late((o) => `word(${o}, ${scribe.constant('words', leaf)}, ${value(leaf.slot)})`)
    case 'duration':
      return late((o) => `durationIn(${o}, ${leaf.unit}, ${seconds(leaf.slot)}, ${nanos(leaf.slot)})`, isSet(leaf.slot))
    case 'elapsed': {
      const from = leaf.from === null ? '0, 0' : `${seconds(leaf.from)}, ${nanos(leaf.from)}`
      const to = leaf.to === null ? '0, 0' : `${seconds(leaf.to)}, ${nanos(leaf.to)}`
      const name = leaf.negative ? 'elapsedIn' : 'elapsedForwardIn'
      const needs = [leaf.from, leaf.to].filter((slot) => slot !== null).map(isSet)
      return late((o) => `${name}(${o}, ${leaf.unit}, ${from}, ${to})`, ...needs)
    }
    case 'time':
      return late(
        (o) => `time(${o}, ${scribe.constant('timeFormatter', leaf)}, ${seconds(leaf.slot)}, ${nanos(leaf.slot)})`,
        isSet(leaf.slot),
      )
    case 'emitTime': {
      const start = `${value(leaf.slot)}, ${seconds(leaf.slot)}, ${nanos(leaf.slot)}`
      const duration = `${value(leaf.duration)}, ${seconds(leaf.duration)}, ${nanos(leaf.duration)}`
      return late(
        (o) => `emitTime(${o}, ${scribe.constant('timeFormatter', leaf)}, ${start}, ${duration}, receivedAtMs)`,
      )
    }
    case 'flags': {
      const names = scribe.constant('flagNames', leaf)
      const mask = value(leaf.slot)
      return always((o) =>
        leaf.protocol === null
          ? `flags(${o}, ${names}, ${mask})`
          : `flagsHTTP(${o}, ${names}, ${mask}, ${value(leaf.protocol)})`,
      )
    }
    case 'address':
      return address(leaf, scribe, alone && type === 'number' ? maxLength : undefined)
    case 'joined':
      return late((o) => `joined(${o}, ${value(leaf.slot)}, ${leaf.tag}, ${scribe.constant('others', leaf)})`)
    case 'tag':
      return tag({ leaf, type, maxLength }, span(leaf.slot), isSet(leaf.slot), scribe, alone)
    case 'typedTag': {
      if (!alone) return late((o) => `tagText(${o}, ${span(leaf.slot)})`, isSet(leaf.slot))
      const write = (o: string) => `tagTyped(${o}, ${span(leaf.slot)}, ${span(leaf.typed)}, ${limits})`
      return { ...late(write, `(${isSet(leaf.slot)} || ${isSet(leaf.typed)})`), whole: true }
    }
    case 'query':
      return late((o) => `queryParams(${o}, ${span(leaf.slot)}, ${leaf.decoded})`)
    case 'queryParameter':
      return late((o) => `queryParam(${o}, ${scribe.constant('member', leaf)}, ${span(leaf.slot)})`)
    case 'grpcStatus': {
      const spans = [leaf.slot, leaf.header, leaf.contentType].map(span).join(', ')
      const code = `${isSet(leaf.code.wrapper)} ? uint32At(${value(leaf.code.value)}) : -1`
      const form = grpcStatusForms[leaf.form]
      return late((o) => `grpcStatus(${o}, ${form}, ${spans}, ${code}, ${scribe.contentTypeListed})`)
    }
    case 'cipher':
      return late((o) => `cipher(${o}, uint32At(${value(leaf.slot)}))`, isSet(leaf.wrapper))
    case 'struct': {
      const path = scribe.constant('path', leaf)
      const write = (o: string) => `struct${alone ? 'Json' : 'Text'}(${o}, ${path}, ${span(leaf.slot)}, ${limits})`
      return { ...late(write, isSet(leaf.slot)), whole: alone }
    }
    case 'filterState': {
      const how = `${stateForms[leaf.form]}, ${scribe.constant('member', leaf)}`
      const inJson = alone && type === 'json'
      const write = (o: string) =>
        inJson ? `stateJson(${o}, ${span(leaf.slot)})` : `stateText(${o}, ${how}, ${span(leaf.slot)}, ${limits})`
      return { ...late(write, isSet(leaf.slot)), whole: inJson }
    }
  }
}

export type SpanlessWay = Way & { readonly leaf: Exclude<Leaf, { kind: 'span' }> }

function tag(
  { leaf, type, maxLength }: Pick<Way, 'type' | 'maxLength'> & { leaf: Extract<Leaf, { kind: 'tag' }> },
  span: string,
  isSet: string,
  scribe: Scribe,
  alone: boolean,
): LeafSource {
  if (leaf.path !== null) {
    const path = scribe.constant('path', leaf)
    const { wholeCharacters, finiteNumbers } = scribe.safety
    const limits = `${maxLength ?? Infinity}, ${wholeCharacters}, ${finiteNumbers}`
    const write = (o: string) => `tagPath${alone ? 'Json' : 'Text'}(${o}, ${path}, ${span}, ${limits})`
    return { ...late(write, isSet), whole: alone }
  }
  if (!alone || type === 'string') return late((o) => `tagText(${o}, ${span})`, isSet)
  return { ...late((o) => `${type === 'number' ? 'tagNumber' : 'tagJson'}(${o}, ${span})`, isSet), whole: true }
}

/** `jsonPort`: a port in JSON, which only a socket address has; cut to so many bytes when it is a name. */
function address(
  leaf: Extract<Leaf, { kind: 'address' }>,
  scribe: Scribe,
  jsonPort: number | null | undefined,
): LeafSource {
  const value = (name: SlotName) => `s[${scribe.slot(name)}]`
  const base = scribe.slot(leaf.slot)
  const { socket, pipe } = scribe.addressCases
  const needs = [jsonPort === undefined ? `${value(leaf.slot)} !== 0` : `${value(leaf.slot)} === ${socket}`]
  if (leaf.guard) {
    needs.push(`(${value(leaf.slot)} !== ${socket} || ${value(leaf.guard.socketNeeds)} !== 0)`)
    const { pipeForbids, request } = leaf.guard
    const allowed = `(${value(pipeForbids.slot)} & ${1 << pipeForbids.bit}) === 0`
    const connected = request
      ? `(int32(${value(request.protocol)}) === 0 ? ${allowed} : ${value(request.pipeNeeds)} !== 0)`
      : allowed
    needs.push(`(${value(leaf.slot)} !== ${pipe} || ${connected})`)
  }
  const test = needs.join(' && ')
  if (jsonPort === undefined) return { ...always((o) => addressWrite(leaf, o, base)), test }
  const limits = `${jsonPort ?? Infinity}, ${scribe.safety.wholeCharacters}`
  return { ...late((o) => `addressPortJson(${o}, ${base}, ${limits})`, test), whole: true }
}

function addressWrite({ form }: Extract<Leaf, { kind: 'address' }>, o: string, base: string): string {
  switch (form.kind) {
    case 'full':
      return `addressFull(${o}, ${base})`
    case 'host':
      return `addressHost(${o}, ${base})`
    case 'bracketed':
      return `addressBracketed(${o}, ${base})`
    case 'port':
      return `addressPort(${o}, ${base})`
    case 'endpoint':
      return `addressEndpoint(${o}, ${base})`
    case 'network':
      return form.prefixLength === null ? o : `addressNetwork(${o}, ${base}, ${form.prefixLength})`
  }
}

const always = (write: (o: string) => string): LeafSource => ({ test: null, write, late: false, whole: false })

/** A leaf that says -1 while writing: the writing is the last part of its test. */
function late(write: (o: string) => string, ...needs: readonly string[]): LeafSource {
  return { test: needs.length > 0 ? needs.join(' && ') : null, write, late: true, whole: false }
}
