/** Policies as guides for each version show them: old ones become what the guides of the newest release show, or it is told why not. */
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { convertFiles } from '../../../src/policy/convert/convert.ts'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { validateMeshAccessLog } from '../../../src/policy/validation/validate.ts'

/** The canary of a frontend calls a backend. */
const canary = (targetRef: string, to: string, backend: string) => `apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: { name: canary, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: ${targetRef}
  to:
    - targetRef: ${to}
      default: { backends: [ ${backend} ] }
`
const subset = '{ kind: MeshServiceSubset, name: web_shop_svc_8080, tags: { version: canary } }'
const backendTag = '{ kind: MeshService, name: backend_shop_svc_3001, _port: 3001 }'
const backendName = '{ kind: MeshService, name: backend, namespace: shop, sectionName: http }'
const plain = '{ file: { path: /dev/stdout, format: { plain: "[%START_TIME%]" } } }'
const typed = '{ type: File, file: { path: /dev/stdout } }'

/** Both directions, and three kinds of backends. */
const both = `type: MeshAccessLog
name: both
mesh: default
spec:
  targetRef: { kind: Mesh }
  from:
    - targetRef: { kind: Mesh }
      default: &all
        backends:
          - tcp: { address: 127.0.0.1:5000, format: { json: [ { key: start, value: '"%START_TIME%' } ] } }
          - file: { path: /dev/stdout }
          - openTelemetry:
              endpoint: otel:4317
              body:
                kvlistValue:
                values:
                  - key: mesh
                    value: { stringValue: "%KUMA_MESH%" }
  to:
    - targetRef: { kind: Mesh }
      default: *all
`

interface Expected {
  readonly changed: number
  readonly left: number
  readonly documents: number
}

test.each<[string, string, KumaVersion, Expected]>([
  ['the canary of 2.2', canary(subset, backendTag, plain), '2.14', { changed: 3, left: 1, documents: 1 }],
  ['the canary of 2.3', canary(subset, backendTag, typed), '2.14', { changed: 1, left: 1, documents: 1 }],
  [
    'the canary of 2.9',
    canary('{ kind: MeshSubset, tags: { app: web, version: canary } }', backendName, typed),
    '2.14',
    { changed: 1, left: 0, documents: 1 },
  ],
  [
    'the canary of 2.10',
    canary('{ kind: Dataplane, labels: { app: web, version: canary } }', backendName, typed),
    '2.14',
    { changed: 0, left: 0, documents: 1 },
  ],
  [
    'the canary of 2.10',
    canary('{ kind: Dataplane, labels: { app: web, version: canary } }', backendName, typed),
    '3.0-dev',
    { changed: 1, left: 0, documents: 1 },
  ],
  ['both directions of 2.2', both, '2.9', { changed: 12, left: 0, documents: 1 }],
  ['both directions of 2.2', both, '2.14', { changed: 14, left: 0, documents: 2 }],
  ['both directions of 2.2', both, '3.0-dev', { changed: 16, left: 0, documents: 3 }],
])('%s, to a newer version', (_, text, version, expected) => {
  const { text: output, changes } = convertFiles([{ file: 'p.yaml', text }], {
    version,
    systemNamespaces: ['kuma-system'],
  })
  const documents = parseAllDocuments(output).map((document) => document.toJS() as { type?: string; kind?: string })
  const left = changes.filter(({ kind }) => kind === 'left').length
  expect({ changed: changes.length - left, left, documents: documents.length }).toEqual(expected)
  const policies = documents.filter(({ type, kind }) => [type, kind].includes('MeshAccessLog'))
  expect(policies.flatMap((policy) => validateMeshAccessLog(policy, { version }).faults)).toEqual([])
})
