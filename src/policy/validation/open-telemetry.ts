/**
 * The rules of a backend's `openTelemetry`: where it exports to, and the names of its attributes. What is in `body` Kuma does not look
 * at; see `body.ts`.
 */
import { members } from '../../config/formats.ts'
import { since, until } from '../kuma-version.ts'
import type { BackendContext } from './context.ts'

export function checkOpenTelemetry(
  openTelemetry: Record<string, unknown>,
  path: string,
  { version, extensions, findings }: BackendContext,
): void {
  if (until(version, '2.13')) return
  const {
    endpoint = '',
    backendRef,
    attributes = [],
  } = openTelemetry as {
    endpoint?: string
    backendRef?: unknown
    attributes?: unknown[]
  }
  const newest = since(version, '3.0-dev')
  if (newest && backendRef === undefined) {
    const help = 'Endpoints stand in a MeshOpenTelemetryBackend now: choose one by its labels.'
    findings.fault('missing', `${path}.backendRef`, `must be defined.\n${help}`)
  }
  if (!newest && (endpoint === '') === (backendRef === undefined)) {
    const none = endpoint === ''
    const text = `openTelemetry must have ${none ? 'exactly one' : 'only one type'} defined: endpoint, backendRef`
    const help = none ? 'Write one of the two.' : 'Keep one of the two.'
    findings.fault(none ? 'missing' : 'conflict', path, `${text}.\n${help}`)
  }
  if (!newest && !extensions && /[/?#]/.test(endpoint)) {
    const help =
      'In Kuma it is gRPC without TLS. This sink, in a policy of its own, also takes grpcs://, http:// and https:// URLs.'
    findings.fault('wrong_value', `${path}.endpoint`, `must be in host:port format, not a URL.\n${help}`)
  }
  if (backendRef !== undefined && Object.keys(members(members(backendRef)['labels'])).length === 0) {
    const help = 'Write the labels of a MeshOpenTelemetryBackend, such as kuma.io/display-name.'
    findings.fault('missing', `${path}.backendRef`, `backendRef must have exactly one defined: labels.\n${help}`)
  }
  attributes.forEach((attribute, i) => {
    const { key } = members(attribute)
    if (typeof key !== 'string' || !key.startsWith('otel.')) return
    findings.fault(
      'wrong_value',
      `${path}.attributes[${i}].key`,
      "must not use the reserved OpenTelemetry prefix 'otel.'.",
    )
  })
}
