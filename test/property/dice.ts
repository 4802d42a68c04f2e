/**
 * Drawing one thing after the other, where what can be drawn depends on what was drawn before. A case that is made smaller goes towards the
 * first item of a list, no at all, and few.
 */
import fc, { type GeneratorValue } from 'fast-check'

export interface Dice {
  readonly one: <T>(items: readonly [T, ...T[]] | readonly T[]) => T
  /** Each of them at most once, in their order. */
  readonly some: <T>(items: readonly T[]) => readonly T[]
  /** `percent`: how often it is true. */
  readonly chance: (percent: number) => boolean
  /** Between both, both included. */
  readonly between: (min: number, max: number) => number
  /** Each of them once, in any order. */
  readonly shuffle: <T>(items: readonly T[]) => readonly T[]
}

/** What `draw` makes of the dice, as an arbitrary. */
export function drawing<T>(draw: (dice: Dice) => T): fc.Arbitrary<T> {
  return fc.gen().map((value) => draw(diceOf(value)))
}

function diceOf(draw: GeneratorValue): Dice {
  return {
    one: (items) => {
      const item = items[draw(fc.integer, { min: 0, max: items.length - 1 })]
      if (item === undefined) throw new Error('there is nothing to choose from')
      return item
    },
    some: (items) => items.filter(() => draw(fc.boolean)),
    chance: (percent) => draw(fc.integer, { min: 0, max: 99 }) >= 100 - percent,
    between: (min, max) => draw(fc.integer, { min, max }),
    shuffle: (items) => {
      const left = [...items]
      return items.flatMap(() => left.splice(draw(fc.integer, { min: 0, max: left.length - 1 }), 1))
    },
  }
}
