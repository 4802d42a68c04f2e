/**
 * Numbered lines, and the books about where they ended up: lost, doubled, torn, out of order.
 */
import type { Scratch } from './scratch.ts'

/** `line 17 ........\n`, of different lengths. */
export function numbered(count: number, first: number): string[] {
  return Array.from({ length: count }, (_, i) => `line ${first + i} ${'.'.repeat((first + i) % 97)}\n`)
}

const form = /^line (\d+) (\.*)$/

export interface Tally {
  readonly lines: number
  readonly lost: number
  readonly doubled: number
  readonly torn: readonly string[]
  /** Lines that come after a younger one, in the order of the files given. */
  readonly late: number
}

/** What is left of `count` numbered lines in these files. */
export function tally(scratch: Scratch, names: readonly string[], count: number): Tally {
  const seen = new Uint8Array(count)
  const torn: string[] = []
  let [lines, last, late] = [0, -1, 0]
  for (const name of names) {
    const text = scratch.read(name)
    const found = text.split('\n')
    if (found.pop() !== '') torn.push(`${name} does not end with a newline`)
    for (const line of found) {
      const [, digits = '', dots = ''] = form.exec(line) ?? []
      const number = Number(digits)
      if (digits === '' || number >= count || dots.length !== number % 97) torn.push(`${name}: ${line.slice(0, 80)}`)
      else {
        seen[number]!++
        lines++
        if (number < last) late++
        last = number
      }
    }
  }
  const lost = seen.filter((times) => times === 0).length
  return { lines, lost, doubled: seen.filter((times) => times > 1).length, torn, late }
}

export const perfect = (count: number): Tally => ({ lines: count, lost: 0, doubled: 0, torn: [], late: 0 })
