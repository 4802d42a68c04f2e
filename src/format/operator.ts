/** The shape of a catalogue row; the rows themselves stand in `catalogue/`, one file a family, joined by `operators.ts`. */
import type { ByteString } from './byte-string.ts'
import type { Source } from './source.ts'

export interface OperatorSources {
  readonly http: Source
  readonly tcp: Source
}

/** How well an entry carries the operator's value. */
export interface Carriage {
  readonly verdict: 'exact' | 'needsSetting' | 'differs' | 'local'
  /** For people: the setting, or the stated cases in which the line differs from Envoy's own. Empty for `exact`. */
  readonly note: string
}

/** One row: everything the house knows about an operator. Parser, engine, `explain` and the README read it from here. */
export interface Operator {
  readonly name: string
  /** `none`: an empty `()` at most; `optional`; `required`: neither missing nor empty. */
  readonly argument: 'none' | 'optional' | 'required'
  /** Whether `:Z` may follow. */
  readonly truncates: boolean
  /** What it prints, in a sentence without the final stop. */
  readonly meaning: string
  /** What stands in the parentheses, e.g. `X?Y`; empty where there is none. */
  readonly argumentHint: string
  readonly example: { readonly use: string; readonly gives: string }
  readonly carriage: Carriage
  /** Oldest Envoy that takes the operator as its own, `1.37`; absent where every supported one does. */
  readonly since?: string
  /** The same for an argument. */
  readonly argumentSince?: string
  /** The logger's list that an argument asks for, and the names to put there; absent where the operator needs none. */
  readonly setting?: (argument: ByteString) => { readonly list: string; readonly names: readonly ByteString[] }
  /** Reads the argument. Throws ArgumentFault. Called once per use, at configuration time. */
  readonly sources: (argument: ByteString) => OperatorSources
}

/** An argument that its operator does not take; the parser adds where it stands. */
export class ArgumentFault extends Error {
  override readonly name = 'ArgumentFault'
  readonly code: string
  /** Where in the argument the fault lies, in bytes. */
  readonly offset: number
  readonly length: number

  constructor(code: string, message: string, place: { offset?: number; length?: number } = {}) {
    super(message)
    this.code = code
    this.offset = place.offset ?? 0
    this.length = place.length ?? 0
  }
}

/** The same source for both kinds of entry. */
export const both = (source: Source): OperatorSources => ({ http: source, tcp: source })
/** A value that only HTTP entries have. */
export const httpOnly = (source: Source): OperatorSources => ({ http: source, tcp: { kind: 'absent' } })

/** Carried, whatever the entry. */
export const exact: Carriage = { verdict: 'exact', note: '' }

/** A row for an operator that takes neither argument nor length. `gives`: what its example prints. */
export function plainOperator(
  name: string,
  meaning: string,
  gives: string,
  sources: OperatorSources,
  carriage: Carriage = exact,
): Operator {
  return {
    name,
    argument: 'none',
    truncates: false,
    meaning,
    argumentHint: '',
    example: { use: `%${name}%`, gives },
    carriage,
    sources: () => sources,
  }
}
