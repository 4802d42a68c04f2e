/**
 * What a case file holds once it is read: formats with entries and what must come of them, as plain data. Reading is in
 * `read-cases.ts`; running a case is the work of `cli/run-case.ts`.
 */
import type { Fault } from '../errors.ts'
import type { KumaName } from '../format/source.ts'

export interface FormatCase {
  readonly name: string
  /** Of its first character in the file; 1-based. */
  readonly line: number
  /** Envoy's semantics: `text` is verbatim, `json` is a json_format. */
  readonly format: { readonly text: string } | { readonly json: unknown }
  readonly options: CaseOptions
  /** Several are several ways to say the same; what is expected is expected of each. */
  readonly inputs: readonly CaseInput[]
  readonly expectation: Expectation
  /** Adds line and column to a fault whose path is relative to the case. */
  place(fault: Fault): Fault
}

export interface CaseOptions {
  readonly omitEmptyValues: boolean
  readonly kumaValues: Readonly<Partial<Record<KumaName, string>>>
  /** An IANA name; null: the zone of the process. */
  readonly timeZone: string | null
  /** `envoy`: what Envoy refuses is refused, our own extensions included. */
  readonly dialect: 'sink' | 'envoy'
  readonly textSafety: Readonly<Partial<Record<SafetyName, boolean>>>
}

/** The switches of `textSafety`, all off by default. */
export const safetyNames = ['escapeControl', 'wholeCharacters', 'finiteNumbers'] as const
export type SafetyName = (typeof safetyNames)[number]

/** Where the entries come from. */
export interface CaseInput {
  /** The case's key that gave it. */
  readonly key: 'message' | 'wire' | 'capture'
  /** Binary `StreamAccessLogsMessage`s in order. Throws as `openCapture` does when a capture cannot be read. */
  readonly messages: () => Iterable<Uint8Array>
}

export type Expectation =
  | { readonly kind: 'compiles' }
  /** The format must be refused, with `piece` somewhere in the message; "" is any refusal. */
  | { readonly kind: 'error'; readonly piece: string }
  | { readonly kind: 'output'; readonly bytes: Uint8Array }

/** One thing found in a case file. `fault`: a part of the file that holds no case, such as broken YAML. */
export type CaseItem =
  | { readonly kind: 'case'; readonly testCase: FormatCase }
  /** A case that cannot be run as it is written. */
  | { readonly kind: 'unusable'; readonly name: string; readonly line: number; readonly faults: readonly Fault[] }
  | { readonly kind: 'fault'; readonly fault: Fault }
