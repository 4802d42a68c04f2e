/** Envoy's side of the comparison: its packed files, taken apart into one value for each use and entry. */
import { type Moment, separator } from './loggers.ts'
import type { Logged } from './run.ts'

/** Values of one moment: `at(entry, use)`. Byte strings ("latin1"). */
export interface Table {
  readonly entryCount: number
  readonly at: (entry: number, useIndex: number) => string
}

export interface EnvoyFiles {
  /** Whose entry it is, for people. */
  readonly who: readonly string[]
  readonly text: Readonly<Record<Moment, Table>>
  readonly json: Readonly<Record<Moment, Table>>
}

export function readEnvoyFiles({ file }: Logged, useCount: number): EnvoyFiles {
  const text = (moment: Moment): Table => {
    // Each value is followed by the separator, and nothing else.
    const pieces = file(`text-${moment}`).toString('latin1').split(separator)
    return table(pieces, useCount, 0)
  }
  const json = (moment: Moment): Table => {
    // {"list":["\u001e",value,"\u001e",value,…,"\u001e"]} and a line feed: one separator more than there are values.
    const pieces = file(`json-${moment}`).toString('latin1').split(JSON.stringify(separator))
    const bare = pieces.map((piece) => (piece.startsWith(',') && piece.endsWith(',') ? piece.slice(1, -1) : piece))
    return table(bare, useCount + 1, 1)
  }
  return {
    who: file('who').toString('latin1').split('\n').slice(0, -1),
    text: { before: text('before'), after: text('after') },
    json: { before: json('before'), after: json('after') },
  }
}

function table(pieces: readonly string[], perEntry: number, first: number): Table {
  const entryCount = (pieces.length - 1) / perEntry
  if (!Number.isInteger(entryCount)) throw new Error('A value of the corpus holds the separator, or a file is torn.')
  return { entryCount, at: (entry, useIndex) => pieces[entry * perEntry + first + useIndex]! }
}
