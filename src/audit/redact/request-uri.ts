/**
 * The query of `requestURI`: what is executed in a pod stands there, and tokens and passwords of those who know no better. Their values
 * are masked, their keys stay.
 */

const secretKeys = new Set(['command', 'access_token', 'token', 'password'])
/** In every text that has one of them; a `%` may hide it. */
const tellingQuery = new RegExp([...secretKeys, '%'].join('|'), 'iu')

/** Is in every text that has a request line with one of them; keys may be percent-encoded. */
export const secretQuery = new RegExp(`[?&;](?:${[...secretKeys].join('|')}|[^=&"\\s]*%[^=&"\\s]*)=`, 'iu')

/** Where in the text the values are that have to go: each from `at` up to `end`. */
export function findQuerySecrets(uri: string): { at: number; end: number }[] {
  const found: { at: number; end: number }[] = []
  if (!tellingQuery.test(uri)) return found
  const key = /[?&;]([^=?&;]*)=/g
  for (let match = key.exec(uri); match; match = key.exec(uri)) {
    if (!secretKeys.has(plainKey(match[1]!))) {
      // What follows may be a key again: `?a=b?token=c`.
      continue
    }
    const at = match.index + match[0].length
    const next = uri.indexOf('&', at)
    const end = next === -1 ? uri.length : next
    if (end > at) found.push({ at, end })
    key.lastIndex = end
  }
  return found
}

/** Keys may be percent-encoded, which must not hide them. */
function plainKey(raw: string): string {
  if (!raw.includes('%')) return raw.toLowerCase()
  try {
    return decodeURIComponent(raw).toLowerCase()
  } catch {
    // Not of UTF-8: then it is none of ours.
    return raw
  }
}
