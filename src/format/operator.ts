/** The shape of a catalogue row; the rows themselves stand in `catalogue/`, one file a family, joined by `operators.ts`. */
import type { ByteString } from './byte-string.ts'
import type { Source, ValueType } from './source.ts'

export interface OperatorSources {
  readonly http: Source
  readonly tcp: Source
}

/**
 * How well an entry carries the operator's value. `exact`: always. `needsSetting`: exact once the logger lists what `settings` says.
 * `differs`: in the cases of the note; with or without settings. `notCarried`: no field has it. A custom tag makes all three exact.
 * `local`: the sink makes it itself.
 */
export interface Carriage {
  readonly verdict: 'exact' | 'needsSetting' | 'differs' | 'notCarried' | 'local'
  /** For people: the setting, or the cases in which the line differs from Envoy's own. Empty for `exact`. */
  readonly note: string
  /** Even with its setting it differs in the cases that the note names. */
  readonly stillDiffers?: true
}

/** Names that a list of the logger must hold. */
export interface Setting {
  readonly list:
    | 'additional_request_headers_to_log'
    | 'additional_response_headers_to_log'
    | 'additional_response_trailers_to_log'
    | 'filter_state_objects_to_log'
  readonly names: readonly ByteString[]
}

/** Without a length, under this argument. `path` is followed in the tag's JSON; null: the tag's value is the operator's, yet to be cut. */
export interface Shipment {
  readonly argument: ByteString
  readonly path: readonly ByteString[] | null
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
  /** Of the operator in general; `carriageOf` where the argument decides. */
  readonly carriage: Carriage
  readonly carriageOf?: (argument: ByteString) => Carriage
  /** `sink`: Envoy's own file logger does not know it; refused where the dialect is Envoy's. */
  readonly dialect?: 'sink'
  /** Oldest Envoy that takes the operator as its own, `1.37`; absent where every supported one does. */
  readonly since?: string
  /** The same for an argument. */
  readonly argumentSince?: string
  /** The same for a length. */
  readonly lengthSince?: string
  /** The lists of the logger that an argument asks for; absent where the operator needs none. */
  readonly settings?: (argument: ByteString) => readonly Setting[]
  /** Lists of the logger that tell an empty value from none, where a tag cannot. */
  readonly emptyIn?: (argument: ByteString) => readonly Setting[]
  /** How a custom tag ships it; absent: as written. */
  readonly shippedAs?: (argument: ByteString) => Shipment | undefined
  /** Another operator, as written, that tells the value together with its type; a custom tag ships it too. See `render/value-text.ts`. */
  readonly typedBy?: (argument: ByteString) => { readonly name: string; readonly argument: ByteString }
  /** Envoy has a value for every entry, maybe an empty one. */
  readonly neverAbsent?: true
  /** The operators that the argument names; the value is that of the first which has one. Throws ArgumentFault. */
  readonly members?: (argument: ByteString, read: ReadMember) => readonly OperatorCall[]
  /** Reads the argument. Throws ArgumentFault. Called once per use, at configuration time. Not called where there are members. */
  readonly sources: (argument: ByteString) => OperatorSources
}

/** Reads an operator that stands inside an argument. Throws ArgumentFault. */
export type ReadMember = (name: ByteString, argument: ByteString, maxLength: number | null) => OperatorCall

/** `envoy`: what Envoy's file logger refuses is refused. `sink`: our extensions too. */
export type Dialect = 'sink' | 'envoy'

/** One operator as the user wrote it: `%NAME(argument):maxLength%`. */
export interface OperatorCall {
  readonly operator: Operator
  readonly argument: ByteString
  /** In bytes; null without `:Z`. Lengths beyond 2^53 are all alike and held as Infinity. */
  readonly maxLength: number | null
  /** The whole operator with its percent signs. */
  readonly written: ByteString
  /** The operators of its argument, in order; nearly always none. */
  readonly members: readonly OperatorCall[]
  /** Where the values come from, by kind of entry; the custom tag, where one may stand for the operator, comes first. */
  readonly sources: OperatorSources
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

/** No entry has it; `type` is what it is in JSON when a custom tag brings it. */
export const notCarried = (type: ValueType): OperatorSources => both({ kind: 'notCarried', type })
export const inNoEntry: Carriage = { verdict: 'notCarried', note: 'no entry has it' }

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
