/**
 * The rules of `rules[].matches[]`: SPIFFE IDs as the standard has them, which is stricter than a URL, and server names as DNS has them.
 *
 *     SPIFFE ID = "spiffe://" trust-domain path
 *     trust-domain = 1*( a-z / 0-9 / "." / "-" / "_" )
 *     path = *( "/" segment ), and a segment is neither empty nor "." nor ".."
 */

import type { Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'

export function checkMatch(match: unknown, path: string, findings: Findings): void {
  const { spiffeID, sni } = members(match)
  if (spiffeID !== undefined) {
    const reason = spiffeIdFault(String(members(spiffeID)['value']))
    const help =
      'Such as spiffe://mesh.zone.mesh.local/ns/shop/sa/web; a Prefix too is a whole ID, without a slash at its end.'
    if (reason) findings.fault('wrong_value', `${path}.spiffeID`, `must be a valid Spiffe ID: ${reason}.\n${help}`)
  }
  if (sni === undefined) return
  const name = String(members(sni)['value'])
  if (name === '') findings.fault('missing', `${path}.sni.value`, 'must be set.')
  else if (name.length > 253) findings.fault('wrong_value', `${path}.sni.value`, 'must be no more than 253 characters.')
  else if (!dnsName.test(name)) {
    const text =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
    findings.fault('wrong_value', `${path}.sni.value`, `${text}.\nSuch as shop.example.com.`)
  }
}

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
/** A subdomain of RFC 1123, in lower case. Names are at most 253 characters, which is to be looked at before. */
export const dnsName = new RegExp(`^${label}(?:\\.${label})*$`)

/** What is wrong with it, in the words of the library that Kuma asks; null: nothing. */
function spiffeIdFault(id: string): string | null {
  const scheme = 'spiffe://'
  if (id === '') return 'cannot be empty'
  if (!id.startsWith(scheme)) return 'scheme is missing or invalid'
  const [, domain = '', path = ''] = /^([^/]*)(.*)$/s.exec(id.slice(scheme.length))!
  if (/[^a-z0-9.\-_]/.test(domain)) {
    return 'trust domain characters are limited to lowercase letters, numbers, dots, dashes, and underscores'
  }
  if (domain === '') return 'trust domain is missing'
  const segments = path.split('/').slice(1)
  for (const [i, segment] of segments.entries()) {
    if (/[^a-zA-Z0-9.\-_]/.test(segment)) {
      return 'path segment characters are limited to letters, numbers, dots, dashes, and underscores'
    }
    if (segment === '')
      return i === segments.length - 1 ? 'path cannot have a trailing slash' : 'path cannot contain empty segments'
    if (segment === '.' || segment === '..') return 'path cannot contain dot segments'
  }
  return null
}
