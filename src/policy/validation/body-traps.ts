/** What is said of `openTelemetry.body`, in which Kuma takes everything and understands less. */
import { isObject } from '../../config/formats.ts'
import { didYouMean } from '../../did-you-mean.ts'
import { anyValueDepthMax } from '../../limits.ts'
import { until } from '../kuma-version.ts'
import { adoptBody } from './body.ts'
import type { TrapContext } from './context.ts'

const scalars = ['boolValue', 'intValue', 'doubleValue', 'bytesValue']
const known = ['stringValue', ...scalars, 'arrayValue', 'kvlistValue']
const camelCase = (name: string) => name.replace(/_value$/, 'Value')

export function warnOfBody(body: unknown, path: string, { version, ofKuma, findings }: TrapContext): void {
  if (body === undefined || body === null) return
  const { body: value, adopted } = adoptBody(body)
  if (adopted) {
    const message = 'is read as if it stood inside of the empty member beside it.'
    const help = 'Indent it: Kuma does not read it here, and puts the text of the default format there.'
    const isOutermost = isObject(body) && Array.isArray(body['values'])
    findings.warning('misplaced_values', isOutermost ? `${path}.values` : path, `${message}\n${help}`)
  }
  if (!isObject(value)) {
    if (ofKuma) warnOfBareBody(value, path, findings)
  } else if (!hasMember(value)) {
    const help = 'The text of the default format stands there.'
    findings.warning('no_effect', path, `says nothing: it has none of ${known.join(', ')}.\n${help}`)
  } else {
    for (const name of Object.keys(value)) {
      if (known.includes(camelCase(name))) continue
      const message = `is no member of a value, and is dropped.${didYouMean(name, known)}`
      findings.warning('unknown_key', `${path}.${name}`, message)
    }
  }
  if (!ofKuma) return
  if (until(version, '2.3')) {
    const help = 'Its records have the text of the default format there.'
    findings.warning('no_effect', path, `is not known to Kuma ${version}, which drops it.\n${help}`)
    return
  }
  const found = scalarIn(value, 1)
  if (found) {
    const help = 'It takes stringValue, arrayValue and kvlistValue; this sink takes all.'
    findings.warning('refused_by_envoy', path, `holds ${found}, with which Envoy refuses its configuration.\n${help}`)
  }
}

function warnOfBareBody(body: unknown, path: string, findings: TrapContext['findings']): void {
  const what =
    typeof body === 'string'
      ? 'is a bare text, around which Kuma keeps quotes in every record.'
      : 'is no value of OpenTelemetry, so the text of its JSON becomes the body, in Kuma as here.'
  findings.warning('bare_body', path, `${what}\nWrite { stringValue: … }.`)
}

/** Whether it is more than nothing. */
function hasMember(value: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(value).some(([name, member]) => known.includes(camelCase(name)) && member !== null)
}

/** The first value of a kind that only this sink takes, at any depth. */
function scalarIn(value: unknown, depth: number): string | null {
  if (!isObject(value) || depth > anyValueDepthMax) return null
  for (const [name, member] of Object.entries(value)) {
    if (scalars.includes(camelCase(name)) && member !== null) return name
    const values = isObject(member) && Array.isArray(member['values']) ? member['values'] : []
    for (const item of values) {
      const found = scalarIn(camelCase(name) === 'kvlistValue' && isObject(item) ? item['value'] : item, depth + 1)
      if (found) return found
    }
  }
  return null
}
