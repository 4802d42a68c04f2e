/** Whether two of the patterns of `match` can fit one text. `*` stands for any run of characters, also none. */

/**
 * Both patterns are read from their ends: `fits[j]` says whether what follows in `a` and what follows in `b` from `j` on can fit one
 * text. Takes length times length at the most.
 */
export function globsOverlap(a: string, b: string): boolean {
  if (a === b || a === '*' || b === '*') return true
  if (!a.includes('*') && !b.includes('*')) return false
  let fits: boolean[] = []
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = []
    for (let j = b.length; j >= 0; j--) {
      const ends = i === a.length && j === b.length
      // A star takes nothing, or whatever the other pattern says next.
      const star = (a[i] === '*' || b[j] === '*') && ((fits[j] ?? false) || (row[j + 1] ?? false))
      const same = i < a.length && j < b.length && a[i] === b[j] && (fits[j + 1] ?? false)
      row[j] = ends || star || same
    }
    fits = row
  }
  return fits[0]!
}
