/**
 * The tables of Kuma's documentation that say which kinds a `targetRef` may have, version by version and proxy by proxy: what they list is
 * taken, also by a sink that takes nothing else; and what they do not list is then refused.
 */
import { describe, expect, test } from 'vitest'
import { type KumaVersion, kumaVersions, since, until } from '../../../src/policy/kuma-version.ts'
import { validateMeshAccessLog } from '../../../src/policy/validation/validate.ts'
import { runHere } from '../../cli/run-here.ts'
import { writeFolder } from '../../cli/shop.ts'
import { frontend, httpEntry, intoFrontend, nodeOf, rules, universal } from './documents.ts'
import { walk } from './walk.ts'

interface Table {
  readonly proxy: string
  readonly versions: readonly [KumaVersion, KumaVersion]
  readonly top: string
  readonly to: string
  readonly from: string
}

const four = 'Mesh MeshSubset MeshService MeshServiceSubset'

/** As the pages of these versions have them. */
const tables: readonly Table[] = [
  { proxy: 'all', versions: ['2.2', '2.3'], top: four, to: 'Mesh MeshService', from: 'Mesh' },
  { proxy: 'sidecar', versions: ['2.4', '2.8'], top: four, to: 'Mesh MeshService', from: 'Mesh' },
  {
    proxy: 'sidecar',
    versions: ['2.9', '2.9'],
    top: 'Mesh MeshSubset',
    to: 'Mesh MeshService MeshExternalService',
    from: 'Mesh',
  },
  {
    proxy: 'sidecar',
    versions: ['2.10', '2.14'],
    top: 'Mesh Dataplane',
    to: 'Mesh MeshService MeshExternalService',
    from: '',
  },
  {
    proxy: 'builtin gateway',
    versions: ['2.4', '2.5'],
    top: 'Mesh MeshSubset MeshService',
    to: 'Mesh MeshService',
    from: '',
  },
  {
    proxy: 'builtin gateway',
    versions: ['2.6', '2.14'],
    top: 'Mesh MeshGateway MeshGateway+tags',
    to: 'Mesh MeshService',
    from: 'Mesh',
  },
  { proxy: 'delegated gateway', versions: ['2.6', '2.8'], top: four, to: 'Mesh MeshService', from: '' },
  {
    proxy: 'delegated gateway',
    versions: ['2.9', '2.14'],
    top: 'Mesh MeshSubset',
    to: 'Mesh MeshService MeshExternalService',
    from: '',
  },
]

/** With what its kind needs beside it. */
function targetRef(kind: string): object {
  switch (kind) {
    case 'MeshSubset':
      return { kind, tags: { app: 'a' } }
    case 'MeshServiceSubset':
      return { kind, name: 'a', tags: { app: 'a' } }
    case 'MeshGateway+tags':
      return { kind: 'MeshGateway', name: 'a', tags: { app: 'a' } }
    case 'Dataplane':
      return { kind, labels: { app: 'a' } }
    default:
      return kind === 'Mesh' ? { kind } : { kind, name: 'a' }
  }
}

const item = (kind: string) => [{ targetRef: targetRef(kind), default: { backends: [] } }]
const specOf = {
  top: (kind: string) => ({ targetRef: targetRef(kind), to: item('Mesh') }),
  to: withMesh('to'),
  from: withMesh('from'),
}

function withMesh(place: 'to' | 'from') {
  return (kind: string) => ({ targetRef: { kind: 'Mesh' }, [place]: item(kind) })
}

const faultsOf = (spec: object, version: KumaVersion, targetRefs: 'documented' | 'accepted') =>
  validateMeshAccessLog({ type: 'MeshAccessLog', name: 'a', mesh: 'default', spec }, { version, targetRefs }).faults

const places = ['top', 'to', 'from'] as const
const within = ({ versions: [first, last] }: Table) =>
  kumaVersions.filter((version) => since(version, first) && until(version, last))

describe.each(tables)('$proxy, Kuma $versions.0 to $versions.1', (table) => {
  test.each(within(table))('what is listed is taken by %s, whether or not more would be', (version) => {
    for (const place of places) {
      for (const kind of table[place].split(' ').filter(Boolean)) {
        const spec = specOf[place](kind)
        expect([kind, faultsOf(spec, version, 'documented')]).toEqual([kind, []])
        expect([kind, faultsOf(spec, version, 'accepted')]).toEqual([kind, []])
      }
    }
  })
})

const kinds = `${four} Dataplane MeshGateway MeshExternalService MeshMultiZoneService MeshHTTPRoute`.split(' ')

describe.each(kumaVersions.filter((version) => until(version, '2.14')))(
  'with targetRefs: documented, Kuma %s',
  (version) => {
    test.each(places)('a kind that no table lists at %s is refused', (place) => {
      const listed = tables
        .filter((table) => within(table).includes(version))
        .flatMap((table) => table[place].split(' '))
        .map((kind) => kind.replace('+tags', ''))
      for (const kind of kinds) {
        const refused = faultsOf(specOf[place](kind), version, 'documented').some(({ path }) =>
          /targetRef\.kind$/.test(path),
        )
        expect([kind, refused]).toEqual([kind, !listed.includes(kind)])
      }
    })
  },
)

describe('versions', () => {
  const policy = (spec: object) =>
    writeFolder({ 'p.yaml': JSON.stringify({ type: 'MeshAccessLog', name: 'a', mesh: 'default', spec }) })
  const inbound = { rules: [{ default: { backends: [] } }] }

  test('the newest release is meant where none is named: every policy logs what comes in', async () => {
    const stdout = '- type: File\n  file: { path: /dev/stdout, format: { type: Plain, plain: line } }\n'
    const lines = async (kuma: object) => {
      const documents = ['a', 'b'].map((name) => universal.policy(name, rules(stdout), ''))
      const traffic = [{ from: nodeOf(universal, 'frontend-canary'), http: [httpEntry(intoFrontend)] }]
      return (await walk({ documents: [...documents, frontend(universal, 'canary')], traffic, kuma })).stdout
    }
    expect(await lines({})).toBe('line\nline\n')
    expect(await lines({ version: '2.14' })).toBe('line\nline\n')
    expect(await lines({ version: '2.13' })).toBe('line\n')
  })

  test('check takes what any version takes, and says which ones do', async () => {
    const { code, stdout, stderr } = await runHere('check', `${policy(inbound)}/p.yaml`)
    expect(`${stdout}${stderr}`).toContain('This is a policy for Kuma 2.10 to 3.0-dev only.')
    expect(code).toBe(0)
    expect((await runHere('check', `${policy(inbound)}/p.yaml`, '--kuma-version', '2.9')).code).toBe(1)
  })

  test('one that nobody knows is an error, which lists those that are known', async () => {
    const { code, stderr } = await runHere('check', 'p.yaml', '--kuma-version', '2.15')
    expect(stderr).toContain('2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 2.10, 2.11, 2.12, 2.13, 2.14, 3.0-dev')
    expect(code).toBe(2)
  })
})
