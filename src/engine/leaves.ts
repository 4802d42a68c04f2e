/**
 * How a leaf is written in generated source: the test that it has a value, and the expression that writes it. `Scribe` gives the
 * names of slots and constants; the functions called here are the runtime's (`runtime.ts`).
 *
 * `write(o)` is an expression that writes at position `o` and yields the position behind. A leaf that finds out only while writing
 * whether it has a value yields -1 when it has none; its test has written already, and its result is in `q`.
 */
import type { Leaf, SlotName } from './plan.ts'

export interface Scribe {
  /** The index of a slot, by its name in the source. */
  slot(name: SlotName): string
  /** Puts a value among the constants of the program; returns the expression that names it there. */
  constant(kind: 'words' | 'flagNames' | 'timeFormatter', leaf: Leaf): string
  /** Field numbers of the members of `Address`. */
  readonly addressCases: { readonly socket: number; readonly pipe: number; readonly internal: number }
}

export interface LeafSource {
  /** Null: nothing to ask before writing. */
  readonly test: string | null
  readonly write: (o: string) => string
  /** Whether writing may yield -1. */
  readonly late: boolean
}

/** Whether all that the leaf can write is ASCII that JSON takes as it is. */
export function jsonSafe(leaf: Leaf): boolean {
  switch (leaf.kind) {
    case 'uint':
    case 'enum':
    case 'duration':
    case 'elapsed':
    case 'flags':
      return true
    case 'time':
      return leaf.parts.every((part) => part.kind !== 'literal' || /^[ !#-[\]-~]*$/.test(part.text)) && !hasNested(leaf)
    case 'span':
    case 'address':
      return false
  }
}

/** Parts within parts may hold literals; such formats are rare, and take the careful way. */
function hasNested(leaf: Extract<Leaf, { kind: 'time' }>): boolean {
  return leaf.parts.some((part) => part.kind === 'padded' || part.kind === 'bounded')
}

/** For every leaf but spans, whose bytes are used where they are. */
export function leafSource(leaf: Exclude<Leaf, { kind: 'span' }>, scribe: Scribe, asNumber: boolean): LeafSource {
  const value = (name: SlotName) => `s[${scribe.slot(name)}]`
  const isSet = (name: SlotName) => `${value(name)} !== 0`
  const seconds = (name: SlotName) => value(`${name}.seconds`)
  const nanos = (name: SlotName) => value(`${name}.nanos`)
  switch (leaf.kind) {
    case 'uint':
      return {
        test: leaf.wrapper === null ? null : isSet(leaf.wrapper),
        write: (o) => `uint${leaf.bits}(${o}, ${value(leaf.slot)})`,
        late: false,
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
    case 'flags': {
      const names = scribe.constant('flagNames', leaf)
      const mask = value(leaf.slot)
      return {
        test: null,
        write: (o) =>
          leaf.protocol === null
            ? `flags(${o}, ${names}, ${mask})`
            : `flagsHTTP(${o}, ${names}, ${mask}, ${value(leaf.protocol)})`,
        late: false,
      }
    }
    case 'address': {
      const base = scribe.slot(leaf.slot)
      const { socket, pipe } = scribe.addressCases
      const needs = [asNumber ? `${value(leaf.slot)} === ${socket}` : isSet(leaf.slot)]
      if (leaf.guard) {
        needs.push(`(${value(leaf.slot)} !== ${socket} || ${isSet(leaf.guard.socketNeeds)})`)
        const { pipeForbids, request } = leaf.guard
        const allowed = `(${value(pipeForbids.slot)} & ${1 << pipeForbids.bit}) === 0`
        const connected = request
          ? `(int32(${value(request.protocol)}) === 0 ? ${allowed} : ${isSet(request.pipeNeeds)})`
          : allowed
        needs.push(`(${value(leaf.slot)} !== ${pipe} || ${connected})`)
      }
      return { test: needs.join(' && '), write: (o) => addressWrite(leaf, o, base), late: false }
    }
  }
}

function addressWrite({ form }: Extract<Leaf, { kind: 'address' }>, o: string, base: string): string {
  switch (form.kind) {
    case 'full':
      return `addressFull(${o}, ${base})`
    case 'host':
      return `addressHost(${o}, ${base})`
    case 'port':
      return `addressPort(${o}, ${base})`
    case 'network':
      return form.prefixLength === null ? o : `addressNetwork(${o}, ${base}, ${form.prefixLength})`
  }
}

/** A leaf that says -1 while writing: the writing is the last part of its test. */
function late(write: (o: string) => string, ...needs: readonly string[]): LeafSource {
  return { test: needs.length > 0 ? needs.join(' && ') : null, write, late: true }
}
