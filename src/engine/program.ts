/**
 * What the engine makes of a format: one program per entry type. Bytes in, bytes out; see `plan.ts` for what it is made of,
 * `create-program.ts` for who does the work.
 */
import type { Identifier } from '../identifier.ts'
import type { ExpectedKey } from '../machine/machine.ts'
import type { Run } from '../render/run.ts'
import type { Spans } from '../wire/spans.ts'
import type { Plan } from './plan.ts'
import type { KumaValues } from './stream-values.ts'

export type { ExpectedKey }

/** The entry is not valid protobuf. `Program.fault` names the reason. */
export const malformed = -1
/** The entry may not fit between `out` and the end of the output region. Rendering it again with more room is safe. */
export const noRoom = -2

/** Values that are known per stream, as constant bytes for the generated code; made by `Program.bindStream`. */
export type StreamRuns = readonly Run[]

export interface Program {
  readonly plan: Plan
  /** The generated JavaScript, for people and for snapshots. */
  readonly source: string
  /** Why the machine cannot render this format, in a few words; null: it renders what Envoy sends, and `source` the rest. */
  readonly unfit: string | null
  /**
   * Renders the entry at `[at, end)` of the memory and writes it at `out`. Returns the position behind the last byte written, or
   * `malformed`, or `noRoom`; in both cases nothing before `out` was touched.
   * `receivedAtMs`: when the entry's message arrived, milliseconds since the epoch.
   */
  render(at: number, end: number, out: number, runs: StreamRuns, receivedAtMs: number): number
  /**
   * Renders entries `[from, to)` side by side, as many as go without a second look, begin before `stopAt` and have the key that is expected
   * (absent: any). Returns how many; their lines end at `memory.goEnds`. 0: the first of them is for `render`, or has another key.
   */
  renderMany(
    entries: Spans,
    from: number,
    to: number,
    out: number,
    runs: StreamRuns,
    stopAt: number,
    expected?: ExpectedKey | null,
  ): number
  /** Whether it writes values that are known per stream, so that `bindStream` matters. */
  readonly bindsStream: boolean
  /**
   * The values of the KUMA_* operators for a stream, or for those of its entries of which `known` says more, which outweighs all else; the
   * result is passed to `render`.
   */
  bindStream(stream: Identifier, known?: KumaValues): StreamRuns
  /** Why the last `render` answered `malformed`: a bounded set of words, used as a metric label. */
  fault(): string
}

/** A format compiled for both entry types. */
export interface Programs {
  readonly http: Program
  readonly tcp: Program
}
