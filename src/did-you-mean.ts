/**
 * Finds the word a person probably meant: used by every message that refuses a name (configuration keys, operators, fields).
 */

/**
 * The candidate nearest to `word`, or null when none is near enough to be worth a line. Case, `_` and `-` do not count, so that
 * `textFormatSource` finds `text_format_source`.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | null {
  const wanted = plain(word)
  let best: string | null = null
  let bestDistance = Math.floor(wanted.length / 3) + 1
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` Did you mean "format"?`, or nothing. Starts with a space: it follows a sentence. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const nearest = nearestWord(word, candidates)
  return nearest === null ? '' : ` Did you mean ${nearest}?`
}

function plain(word: string): string {
  return word.slice(0, 100).toLowerCase().replaceAll(/[_-]/g, '')
}

/** Insertions, deletions, replacements, and swaps of neighbours each cost one. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      }
      row.push(cost)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length]!
}
