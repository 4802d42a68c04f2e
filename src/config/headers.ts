/** Headers that go along with each export: names and values as both gRPC and HTTP take them. */
import type { Findings } from './findings.ts'
import { show } from './scalars.ts'

/** What the protocols set by themselves. */
const reserved =
  /^(?:grpc-.*|content-type|content-encoding|content-length|transfer-encoding|connection|host|te|user-agent)$/

/** Names in lower case. What stands in a header may be secret, so no message shows it. `path`: where the headers stand. */
export function lowerHeaders(
  headers: Readonly<Record<string, string>>,
  path: string,
  findings: Findings,
): Record<string, string> {
  const lowered = new Map<string, string>()
  for (const [written, value] of Object.entries(headers)) {
    const name = written.toLowerCase()
    const fault = nameFault(name) ?? (lowered.has(name) ? 'is given twice; case does not count.' : null)
    if (fault) findings.fault('wrong_key', `${path}.${written}`, fault)
    else if (!/^[\x20-\x7e]*$/.test(value)) {
      findings.fault('wrong_value', `${path}.${written}`, 'must be printable ASCII on one line.')
    }
    lowered.set(name, value)
  }
  return Object.fromEntries(lowered)
}

function nameFault(name: string): string | null {
  if (!/^[0-9a-z_.-]+$/.test(name)) return `must be named with letters, digits, _, . and -, not ${show(name)}.`
  if (name.endsWith('-bin')) return 'ends with -bin, which gRPC keeps for bytes; only texts can be given here.'
  return reserved.test(name) ? 'is set by the protocol itself.' : null
}
