/** Tags of a targetRef, from 2.6 on: which characters their names and values may have. Kuma's texts and places. */
import type { Findings } from '../../config/findings.ts'

const tagName = /^[a-zA-Z0-9.\-_:/]*$/
const tagValues = {
  exact: {
    pattern: /^[a-zA-Z0-9.\-_:]*$/,
    text: 'tag value must consist of alphanumeric characters, dots, dashes and underscores',
  },
  selector: {
    pattern: /^(?:[a-zA-Z0-9.\-_:/]*|\*)$/,
    text: 'tag value must consist of alphanumeric characters, dots, dashes, slashes and underscores or be "*"',
  },
} as const

/** `exact`: a set of tags; `selector`: `*` and slashes too. `path`: of the tags. */
export function checkTags(
  tags: Record<string, unknown>,
  kind: 'exact' | 'selector',
  path: string,
  findings: Findings,
): void {
  for (const [name, value] of Object.entries(tags)) {
    const at = `${path}["${name}"]`
    if (name === '') findings.fault('wrong_value', path, 'tag name must be non-empty.')
    if (!tagName.test(name)) {
      const message = 'tag name must consist of alphanumeric characters, dots, dashes, slashes and underscores.'
      findings.fault('wrong_value', at, message)
    }
    if (value === '') findings.fault('wrong_value', at, 'tag value must be non-empty.')
    if (!tagValues[kind].pattern.test(String(value))) findings.fault('wrong_value', at, `${tagValues[kind].text}.`)
  }
}
