/** Names in paths. */

/** One segment of a path as the name that it is; null: it has escapes that are none, so nothing is called that. */
export function readSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
