/** A MeshOpenTelemetryBackend for tests. */
import type { MeshOpenTelemetryBackend } from '../../../src/policy/resources.ts'

export function otelBackend(
  name: string,
  labels: Readonly<Record<string, string>> = {},
  more: Partial<MeshOpenTelemetryBackend> & { readonly createdAtMs?: number } = {},
): MeshOpenTelemetryBackend {
  const { createdAtMs = null, ...spec } = more
  return {
    kind: 'MeshOpenTelemetryBackend',
    meta: {
      name,
      displayName: name,
      namespace: null,
      mesh: 'default',
      labels: { 'kuma.io/display-name': name, ...labels },
      createdAtMs,
      form: 'universal',
      source: { file: 'otel.yaml', index: 0 },
    },
    address: `${name}.obs`,
    port: 4317,
    path: '',
    protocol: 'grpc',
    ...spec,
  }
}
