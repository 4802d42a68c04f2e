/**
 * Documents that are nested without end. Their readers call themselves for each level; close to the end of the stack V8 may end the whole
 * process instead of throwing (where it then has to compile a regular expression), so they are not even begun.
 */
import { policyDepthMax } from '../../limits.ts'

const openers = '[{'
const closers = ']}'

/**
 * Counts brackets, those in texts as well, for nobody writes so many there; and what a line begins with, since blocks are nested by
 * indentation, dashes and question marks.
 */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0
  let margin = 0
  let inMargin = true
  for (const sign of text) {
    if (sign === '\n') {
      inMargin = true
      margin = 0
    } else if (inMargin && (sign === ' ' || sign === '-' || sign === '?')) {
      // Two characters are the least that a level takes in a line; an indentation may grow by one with each line.
      if (++margin > 2 * policyDepthMax) return true
    } else {
      inMargin = false
      if (openers.includes(sign)) depth++
      else if (closers.includes(sign)) depth = Math.max(0, depth - 1)
      if (depth > policyDepthMax) return true
    }
  }
  return false
}
