/** How long the properties run: as a rule some seconds, each time from a new seed. `README.md` beside tells how to run more, and how to repeat. */
import type { Parameters } from 'fast-check'

/** Cases of each property: a case is one format on one entry. */
const wanted = process.env['PROPERTY_RUNS']
const seed = process.env['PROPERTY_SEED']

/** A format is compiled once for so many entries: fewer make a failure quicker to shrink, more make a long run shorter. */
export const entriesPerFormat = wanted === undefined ? 16 : 64

const casesAsRule = 5000
const secondsAsRule = 15

/** A busy machine runs fewer cases as a rule; what was asked for is run to the end. Without a seed fast-check takes a new one, and tells it on failure. */
export const parameters: Parameters<unknown> = {
  numRuns: Math.ceil(Number(wanted ?? casesAsRule) / entriesPerFormat),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(wanted === undefined && seed === undefined ? { interruptAfterTimeLimit: secondsAsRule * 1000 } : {}),
}

/** Milliseconds. Room for making a found case small. */
export const timeout = wanted === undefined ? 120_000 : 24 * 3_600_000
