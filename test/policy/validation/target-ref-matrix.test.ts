/** Which kinds a targetRef takes: the table is sound, and validation is ruled by it. */
import { describe, expect, test } from 'vitest'
import { type KumaVersion, kumaVersions } from '../../../src/policy/kuma-version.ts'
import {
  hasGatewayRows,
  kindsFor,
  printTargetRefMatrix,
  targetRefMatrix,
} from '../../../src/policy/validation/target-ref-matrix.ts'
import { faultsOf, policy } from './policy-text.ts'

const proxies = ['sidecar', 'builtin', 'delegated'] as const
const index = (version: KumaVersion) => kumaVersions.indexOf(version)

test.each(proxies.flatMap((proxy) => ['top', 'to', 'from'].map((position) => [proxy, position] as const)))(
  'every version has exactly one row for %s, %s',
  (proxy, position) => {
    // Builtin gateways are gone in 3.0, but for the row that says so.
    const versions = proxy === 'builtin' && position !== 'top' ? kumaVersions.slice(0, -1) : kumaVersions
    for (const version of versions) {
      const rows = targetRefMatrix.filter(
        (row) =>
          row.proxy === proxy &&
          row.position === position &&
          index(row.since) <= index(version) &&
          (row.until === null || index(version) <= index(row.until)),
      )
      expect(rows, version).toHaveLength(proxy === 'delegated' && position === 'from' && version === '3.0-dev' ? 0 : 1)
    }
  },
)

test.each([
  ['2.2', 'top', 'accepted', 'Mesh MeshSubset MeshService MeshServiceSubset MeshGatewayRoute'],
  ['2.2', 'top', 'effective', 'Mesh MeshSubset MeshService MeshServiceSubset'],
  ['2.8', 'to', 'accepted', 'Mesh MeshService'],
  ['2.9', 'to', 'documented', 'Mesh MeshService MeshExternalService'],
  ['2.9', 'to[top=MeshGateway]', 'accepted', 'Mesh'],
  ['2.10', 'to', 'accepted', 'Mesh MeshService MeshExternalService MeshMultiZoneService'],
  ['2.14', 'to', 'accepted', 'Mesh MeshService MeshExternalService MeshMultiZoneService MeshHTTPRoute'],
  ['2.14', 'top', 'documented', 'Mesh Dataplane MeshGateway MeshSubset'],
  ['3.0-dev', 'top', 'accepted', 'Mesh Dataplane'],
  ['3.0-dev', 'from', 'accepted', ''],
] as const)('%s, %s: %s are %s', (version, position, column, kinds) => {
  expect([...kindsFor(version, position, column)].sort()).toEqual(kinds.split(' ').filter(Boolean).sort())
})

describe.each(kumaVersions)('validation for %s', (version) => {
  const kinds = [...new Set(targetRefMatrix.flatMap(({ accepted }) => accepted ?? []))].filter(
    (kind) => !kind.includes('+'),
  )

  test.each(['top', 'to', 'to[top=MeshGateway]', 'from'] as const)(
    'takes the kinds of the table at %s, and no others',
    (position) => {
      if (position === 'to[top=MeshGateway]' && !hasGatewayRows(version)) return
      if (position === 'from' && version === '3.0-dev') return
      for (const kind of kinds) {
        const item = (ref: string) => `[{targetRef: ${ref}, default: {backends: []}}]`
        const specs = {
          top: `{targetRef: {kind: ${kind}}, ${version === '2.2' ? 'from' : 'to'}: ${item('{kind: Mesh}')}}`,
          to: `{targetRef: {kind: Mesh}, to: ${item(`{kind: ${kind}}`)}}`,
          'to[top=MeshGateway]': `{targetRef: {kind: MeshGateway, name: gw}, to: ${item(`{kind: ${kind}}`)}}`,
          from: `{targetRef: {kind: Mesh}, from: ${item(`{kind: ${kind}}`)}}`,
        }
        const refused = faultsOf(policy(specs[position]), version).some((fault) => /targetRef\.kind: /.test(fault))
        expect(refused, kind).toBe(!kindsFor(version, position, 'accepted').has(kind as never))
      }
    },
  )
})

test('prints one line for each row, for the documentation', () => {
  const lines = printTargetRefMatrix().trimEnd().split('\n')
  expect(lines).toHaveLength(targetRefMatrix.length + 2)
  expect(lines).toContain(
    '| 2.9 | sidecar | `top` | `Mesh`, `MeshSubset` | `Mesh`, `MeshSubset`, `MeshGateway`, `MeshService`, `MeshServiceSubset` | `Mesh`, `MeshSubset`, `MeshService`, `MeshServiceSubset` |',
  )
  expect(lines).toContain('| 2.10 and later | sidecar | `rules` | n/a | n/a | n/a |')
  expect(lines.at(-2)).toBe('| 2.4 to 2.14 | delegated | `from` | - | `Mesh` | - |')
})
