/** A race of ways to do the same, interleaved in one process: medians of CPU nanoseconds per call. */
import { median } from './median.ts'

const rounds = 11

/** Runs every way `calls` times a round and prints a line for each. A way answers a number, so that nothing is optimised away. */
export function race(title: string, calls: number, ways: Readonly<Record<string, (i: number) => number>>): void {
  const samples = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
  let sink = 0
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const before = process.cpuUsage()
      for (let i = 0; i < calls; i++) sink += way(i)
      const { user, system } = process.cpuUsage(before)
      samples.get(name)!.push(((user + system) * 1000) / calls)
    }
  }
  console.log(`${title}${sink === 0 ? ' ' : ''}`)
  for (const [name, list] of samples) console.log(`  ${name.padEnd(28)} ${median(list).toFixed(1).padStart(7)} ns`)
}
