/** The table of `end-to-end.ts`: medians of the rounds, and how many times less CPU the sink needs, round by round. */
import type { Kind } from './contestants.ts'
import { meanRatio } from './mean-ratio.ts'
import { median } from './median.ts'

/** What one server cost in one round; microseconds are for each entry. */
export interface Sample {
  readonly server: string
  readonly kind: Kind
  readonly streams: number
  readonly cpuMicros: number
  readonly userMicros: number
  /** Of the client, which should not be what is measured. */
  readonly clientMicros: number
  readonly entriesPerSecond: number
  readonly rssMebibytes: number
}

const ownName = 'als-sink'

export function printTable(
  samples: readonly Sample[],
  run: { readonly rounds: number; readonly seconds: number },
): void {
  const client = median(samples.map((sample) => sample.clientMicros)).toFixed(2)
  console.log(
    `${run.rounds} rounds of ${run.seconds} s, medians, Node ${process.version}; the client took ${client} µs an entry\n`,
  )
  console.log('| lines | streams | server | CPU µs/entry | user | entries/s | peak RSS MiB | times als-sink (rounds) |')
  console.log('|---|---|---|---|---|---|---|---|')
  for (const group of grouped(samples, ({ kind, streams }) => `${kind} ${streams}`)) {
    const own = group.filter(({ server }) => server === ownName)
    for (const rows of grouped(group, ({ server }) => server)) console.log(row(rows, own))
  }
}

/** What the sink costs against each of the others, for those who have to show that it did not get slower. */
export function printPairs(samples: readonly Sample[]): void {
  for (const group of grouped(samples, ({ kind, streams }) => `${kind} ${streams}`)) {
    const own = group.filter(({ server }) => server === ownName)
    for (const rows of grouped(group, ({ server }) => server)) {
      const { kind, streams, server } = rows[0]!
      if (server === ownName || rows.length < 5) continue
      const ratios = rows.map(({ cpuMicros }, round) => own[round]!.cpuMicros / cpuMicros)
      console.log(`${kind}, ${streams}: als-sink costs ${meanRatio(ratios)} what ${server} does`)
    }
  }
}

function row(rows: readonly Sample[], own: readonly Sample[]): string {
  const { kind, streams, server } = rows[0]!
  const middle = (pick: (sample: Sample) => number) => median(rows.map(pick))
  const ratios = rows.map(({ cpuMicros }, round) => cpuMicros / own[round]!.cpuMicros)
  const cells = [
    kind,
    streams,
    server,
    middle((sample) => sample.cpuMicros).toFixed(2),
    middle((sample) => sample.userMicros).toFixed(2),
    Math.round(middle((sample) => sample.entriesPerSecond)).toLocaleString('en'),
    middle((sample) => sample.rssMebibytes).toFixed(0),
    server === ownName ? '' : `${median(ratios).toFixed(1)} (${ratios.map((ratio) => ratio.toFixed(1)).join(', ')})`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** Those with the same key together, in the order in which the keys first come. */
function grouped(samples: readonly Sample[], keyOf: (sample: Sample) => string): Sample[][] {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const key = keyOf(sample)
    groups.set(key, [...(groups.get(key) ?? []), sample])
  }
  return [...groups.values()]
}
