/** The engine and the reference side by side, on the same formats and entries. */
import { compileFormat } from '../../src/engine/compile-format.ts'
import { malformed, noRoom } from '../../src/engine/program.ts'
import { unidentified } from '../../src/identifier.ts'
import { memory } from '../engine/entries.ts'
import { compileReference } from '../reference/reference.ts'
import type { Kind, KumaValues } from '../reference/value.ts'
import type { Spec } from './formats.ts'

export interface Options {
  readonly omitEmptyValues: boolean
  readonly timeZone: string
  readonly kumaValues: KumaValues
  readonly textSafety: {
    readonly escapeControl: boolean
    readonly wholeCharacters: boolean
    readonly finiteNumbers: boolean
  }
  readonly receivedAtMs: number
  readonly contentTypeListed: boolean
  /** False: the generated function renders all entries, and not only what the machine leaves to it. */
  readonly machine: boolean
}

/** A byte string: each character stands for one byte. */
export type Render = (kind: Kind, entry: Uint8Array) => string

/** What follows a fault is told in angle brackets. */
export function engine(spec: Spec, options: Options): Render {
  const programs = compileFormat(spec, { ...options, memory })
  const bound = { http: programs.http.bindStream(unidentified), tcp: programs.tcp.bindStream(unidentified) }
  return (kind, entry) => {
    memory.bytes.set(entry, memory.inputAt)
    const end = memory.inputAt + entry.length
    const out = programs[kind].render(memory.inputAt, end, memory.outputAt, bound[kind], options.receivedAtMs)
    if (out === malformed) return `<malformed: ${programs[kind].fault()}>`
    if (out === noRoom) return '<no room>'
    return maskIds(Buffer.from(memory.bytes.subarray(memory.outputAt, out)).toString('latin1'))
  }
}

export function reference(spec: Spec, options: Options): Render {
  const render = compileReference(spec, options)
  return (kind, entry) => maskIds(Buffer.from(render(kind, entry)).toString('latin1'))
}

/** Random ids are alike when they are ids: version 4, variant 1. */
function maskIds(line: string): string {
  return line.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<id>')
}
