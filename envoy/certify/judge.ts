/**
 * The judge. For every use it lays the sink's value of each entry beside Envoy's, in text and in JSON, and says how many are equal. A
 * difference is forgiven only by a reason that was declared for it (`reasons.ts`); what no reason explains is a fault, and so is
 * a reason that explains nothing.
 */
import { readEnvoyFiles } from './envoy-files.ts'
import { type Group, groups } from './loggers.ts'
import { isMoving, shapeOf } from './moments.ts'
import type { Use } from './operators.ts'
import { type Context, type ReasonName, reasonFor } from './reasons.ts'
import { type Form, forms, type Written } from './render.ts'
import type { Logged } from './run.ts'

/** An entry for which the sink wrote something else. */
export interface Difference {
  readonly who: string
  readonly envoy: string
  readonly sink: string
}

/** How one form of a use compares, over all entries. */
export interface Comparison {
  readonly equal: number
  /** Equal but for the time that went by between the two loggers; see `moments.ts`. */
  readonly moved: number
  /** By declared reason; the first difference stands for all. */
  readonly explained: ReadonlyMap<ReasonName, { readonly count: number; readonly example: Difference }>
  /** Differences without a reason. */
  readonly unexplained: readonly Difference[]
}

export interface Judgement {
  readonly use: Use
  /** Entries in which Envoy printed a value (in JSON: not null), how many different ones, and in how many it printed none. */
  readonly present: number
  readonly distinct: number
  readonly absent: number
  /** Whether the sink got a value right in any of the entries that have one. */
  readonly carried: boolean
  readonly forms: Readonly<Record<Form, Comparison>>
}

/** Judges all uses of one run. `rendered(i)`: what the sink wrote for use i; asked once for each. */
export function judge(
  uses: readonly Use[],
  logged: Readonly<Record<Group, Logged>>,
  rendered: (useIndex: number) => Readonly<Record<Group, readonly Written[]>>,
  version: string,
): Judgement[] {
  const files = groups.map((group) => [group, readEnvoyFiles(logged[group], uses.length)] as const)
  return uses.map((use, useIndex) => {
    const sink = rendered(useIndex)
    const values = new Map<string, number>()
    const comparisons = { text: new Comparing(), json: new Comparing() }
    let carried = false
    for (const [group, { who, text, json }] of files) {
      for (let entry = 0; entry < who.length; entry++) {
        const plain = json.before.at(entry, useIndex)
        values.set(plain, (values.get(plain) ?? 0) + 1)
        carried ||= plain !== 'null' && sink[group][entry]!.json === plain
        const context = { use, version, group, json: plain, jsonOfSink: sink[group][entry]!.json }
        for (const form of forms) {
          const table = form === 'text' ? text : json
          comparisons[form].add(who[entry]!, {
            ...{ ...context, form, envoy: table.before.at(entry, useIndex), after: table.after.at(entry, useIndex) },
            sink: sink[group][entry]![form],
          })
        }
      }
    }
    const absent = values.get('null') ?? 0
    values.delete('null')
    const present = [...values.values()].reduce((sum, count) => sum + count, 0)
    return { use, present, distinct: values.size, absent, carried, forms: comparisons }
  })
}

class Comparing implements Comparison {
  equal = 0
  moved = 0
  readonly explained = new Map<ReasonName, { count: number; example: Difference }>()
  readonly unexplained: Difference[] = []

  add(who: string, context: Context): void {
    const { envoy, after, sink, use } = context
    if (sink === envoy || sink === after) this.equal++
    else if (isMoving(use) && shapeOf(use, envoy, after, sink)) this.moved++
    else {
      const difference = { who, envoy, sink }
      const reason = reasonFor(context)
      const known = reason && this.explained.get(reason)
      if (known) known.count++
      else if (reason) this.explained.set(reason, { count: 1, example: difference })
      else this.unexplained.push(difference)
    }
  }
}
