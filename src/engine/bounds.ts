/** How many bytes a line can need: the promise that lets the generated code write without looking. */
import { decimalBytesMax } from '../render/decimal.ts'
import { lengthBytesMax } from '../render/delimited.ts'
import { jsonBytesPerByte } from '../render/json-string.ts'
import { traceContextBytesMax } from '../render/trace-context.ts'
import { repairedBytesPerByte } from '../render/utf8-text.ts'
import type { Leaf, SlotName, Step, Value } from './plan.ts'
import type { TextSafety } from './text-safety.ts'

/** A line needs at most `fixed` bytes, its stream runs, and what its spans bring. */
export interface LineBound {
  readonly fixed: number
  readonly spans: readonly SpanBound[]
}

/** `factor` bytes for every byte of a span; a null slot stands for the whole entry. */
export interface SpanBound {
  readonly slot: SlotName | null
  readonly factor: number
}

export interface BoundOptions {
  readonly safety: TextSafety
  readonly timeBytesMax: (leaf: TimeLeaf) => number
}

const doubleBytes = 8

type TimeLeaf = Extract<Leaf, { kind: 'time' | 'emitTime' }>

export function lineBound(steps: readonly Step[], { safety, timeBytesMax }: BoundOptions): LineBound {
  let fixed = 0
  const spans: SpanBound[] = []
  /** `growth`: the bytes that one of a value may become in the end. */
  const value = ({ ways }: Value, growth: number) => {
    let most = 0
    for (const { leaf } of ways) {
      const bound = leafBound(leaf, timeBytesMax)
      most = Math.max(most, bound.fixed)
      for (const slot of bound.slots) spans.push({ slot, factor: bound.factor * growth })
    }
    fixed += most * growth + 2
  }
  // Control characters in text are escaped as in JSON.
  const textGrowth = safety.escapeControl ? jsonBytesPerByte : 1
  /** `growth` is that of all bytes in it. */
  const walk = (step: Step, growth: number): void => {
    switch (step.kind) {
      case 'run':
        fixed += step.bytes.length * growth
        return
      case 'streamRun':
        return
      case 'value':
        value(step.value, Math.max(growth, step.as === 'text' ? textGrowth : jsonBytesPerByte))
        fixed += step.absent?.length ?? 0
        return
      case 'member':
        fixed += step.key.length + 1
        walk(step.value, 1)
        return
      case 'group':
        fixed += 2
        for (const member of step.members) walk(member, 1)
        return
      case 'field':
        fixed += 1 + lengthBytesMax
        for (const each of step.steps) walk(each, step.isText ? repairedBytesPerByte : 1)
        return
      case 'typed':
        // Written as JSON first; the tag and the length, or the number, take its place.
        value(step.value, jsonBytesPerByte)
        fixed += 2 + lengthBytesMax + doubleBytes
        return
      case 'unixNanos':
        fixed += 1 + 8
        return
      case 'codeClass':
        fixed += Math.max(...step.classes.map(({ bytes }) => bytes.length))
        return
      case 'traceContext':
        fixed += traceContextBytesMax
    }
  }
  for (const step of steps) walk(step, 1)
  return { fixed, spans }
}

interface LeafBound {
  readonly fixed: number
  readonly slots: readonly (SlotName | null)[]
  readonly factor: number
}

/** In text, before anything is escaped. Structs and objects are JSON already: all of their bytes may have become six. */
function leafBound(leaf: Leaf, timeBytesMax: (leaf: TimeLeaf) => number): LeafBound {
  const of = (fixed: number, factor = 0, ...slots: (SlotName | null)[]): LeafBound => ({ fixed, slots, factor })
  switch (leaf.kind) {
    case 'span':
      return of(leaf.change === 'serverName' ? 'invalid:'.length : 0, 1, leaf.slot)
    case 'query':
    case 'queryParameter':
      return of(0, 1, leaf.slot)
    case 'joined':
      return of(0, 1, null)
    case 'tag':
    case 'struct':
    case 'filterState':
      return of(96, jsonBytesPerByte, leaf.slot)
    case 'typedTag':
      return of(96, jsonBytesPerByte, leaf.slot, leaf.typed)
    case 'uint':
    case 'duration':
    case 'elapsed':
      return of(decimalBytesMax)
    case 'enum':
      return of(Math.max(0, ...leaf.names.map(([, name]) => name.length)))
    case 'time':
    case 'emitTime':
      return of(timeBytesMax(leaf))
    case 'flags':
      return of(leaf.names.reduce((sum, name) => sum + name.length + 1, 0))
    case 'grpcStatus':
    case 'cipher':
    case 'uuid':
      return of(40)
    case 'constant':
      return of(leaf.text.length)
    case 'address': {
      // Brackets, colon and port, `envoy://` and its slash, or a whole IPv6 network.
      const strings = [
        'socket_address.address',
        'socket_address.named_port',
        'pipe.path',
        'envoy_internal_address.server_listener_name',
        'envoy_internal_address.endpoint_id',
      ]
      const base = leaf.slot.replace(/\.address$/, '')
      return of(64, 1, ...strings.map((name) => `${base}.${name}`))
    }
  }
}
