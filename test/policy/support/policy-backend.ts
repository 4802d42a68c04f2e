/** Backends of policies for tests, as `documents/` reads them, and what they are lowered with. */
import type { LoweringOptions } from '../../../src/policy/lowering/lower-policy-backend.ts'
import type { PolicyBackend, PolicyFormat, PolicyOpenTelemetry } from '../../../src/policy/resources.ts'

const path = 'spec.to[0].default.backends[1]'

export const fileBackend = (format: PolicyFormat | null = null, file = '/var/log/mesh.log'): PolicyBackend => ({
  type: 'File',
  path,
  file: { path: file, format },
})

export const tcpBackend = (format: PolicyFormat | null = null, address = 'logs:5000'): PolicyBackend => ({
  type: 'Tcp',
  path,
  tcp: { address, format },
})

export const otlpBackend = (openTelemetry: Partial<PolicyOpenTelemetry> = {}): PolicyBackend => ({
  type: 'OpenTelemetry',
  path,
  openTelemetry: { endpoint: 'otel', backendRef: null, attributes: [], body: undefined, ...openTelemetry },
})

export const plain = (text: string, omitEmptyValues = false): PolicyFormat => ({
  type: 'Plain',
  plain: text,
  json: [],
  omitEmptyValues,
})

export const json = (pairs: readonly (readonly [string, string])[], omitEmptyValues = false): PolicyFormat => ({
  type: 'Json',
  plain: '',
  json: pairs.map(([key, value]) => ({ key, value })),
  omitEmptyValues,
})

export const loweringOptions: LoweringOptions = {
  version: '2.14',
  defaultFormat: 'documented',
  jsonTypes: 'typed',
  sortKeys: false,
  legacyDoubleNewline: false,
  allow: { paths: ['/'], hosts: ['*'] },
  keptOut: [],
  otelBackends: [],
  outside: { realPath: (each) => each, variables: {} },
}
