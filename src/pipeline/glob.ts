/**
 * The patterns of `match`: `*` stands for any run of characters, also none; all else for itself. Case counts. No regular
 * expressions, so no pattern can take more than pattern times text.
 */

/** Compiles a pattern once; the answer is asked per stream. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*')
  if (pieces.length === 1) return (text) => text === pattern
  const first = pieces[0]!
  const last = pieces.at(-1)!
  const middle = pieces.slice(1, -1)
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const piece of middle) {
      // The leftmost find leaves the most text to the pieces behind it.
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return at <= text.length - last.length
  }
}
