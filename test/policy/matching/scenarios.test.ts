/**
 * The listeners that Kuma's own control plane generated, with the loggers on them: the same listeners here, with the same destinations in
 * the same order. What differs on purpose is listed with its reason.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readResource } from '../../../src/policy/documents/read-resource.ts'
import { type KumaVersion, parseKumaVersion } from '../../../src/policy/kuma-version.ts'
import type { Resource } from '../../../src/policy/resources.ts'
import { decide, destinationOf } from './decide.ts'

interface Scenario {
  readonly id: string
  readonly dataplane: string
  readonly resources: readonly string[]
  readonly results: Readonly<Record<string, readonly Listener[] | { readonly error: string }>>
}

interface Listener {
  readonly listener: string
  readonly address: string
  readonly direction: string
  readonly loggers: readonly Logger[]
}

type Logger = { readonly type: string; readonly filter?: unknown } & Readonly<
  Partial<Record<'path' | 'address' | 'endpoint', string>>
>

const differences: readonly { scenario: string; listener: string; ours: readonly string[]; reason: string }[] = [
  {
    scenario: 'port-section',
    listener: 'outbound:127.0.0.1:10012',
    ours: ['File /log/one'],
    reason:
      'the port of an outbound that the document writes down may be meant by its name too, not only by its number',
  },
]

const scenarios = readFileSync(new URL('../vectors/scenarios.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Scenario)

const cases = scenarios.flatMap((scenario) =>
  Object.entries(scenario.results).flatMap(([release, listeners]) => {
    const version = parseKumaVersion(release)
    // A policy that a version refuses is never matched.
    return version === null || 'error' in listeners ? [] : [{ ...scenario, version, theirs: listeners }]
  }),
)

test.each(cases)('$id as in Kuma $version', ({ id, dataplane, resources, version, theirs }) => {
  const { listeners } = decide(readAll(resources, version), { version, proxy: dataplane })
  const ours = listeners.map(({ name, address, direction, rules }) => ({
    listener: name,
    address,
    direction,
    loggers: rules.flatMap(({ backends }) =>
      backends.map(({ backend }) => `${backend.type} ${destinationOf(backend)}`),
    ),
  }))
  const expected = theirs.map(({ listener, address, direction, loggers }) => {
    const difference = differences.find((other) => other.scenario === id && other.listener === listener)
    return { listener, address, direction, loggers: difference?.ours ?? loggers.map(describeLogger) }
  })
  expect(ours.toSorted(byName)).toEqual(expected.toSorted(byName))
})

test('every difference is one', () => {
  for (const { scenario, listener, ours, reason } of differences) {
    const all = cases.filter(({ id }) => id === scenario).flatMap(({ theirs }) => theirs)
    const theirs = all.filter((other) => other.listener === listener).map(({ loggers }) => loggers.map(describeLogger))
    expect(theirs, reason).not.toContainEqual(ours)
  }
})

function describeLogger({ type, path, address, endpoint }: Logger): string {
  return `${type} ${path ?? address ?? endpoint?.split('|')[0]}`
}

function byName(a: { listener: string }, b: { listener: string }): number {
  return a.listener < b.listener ? -1 : 1
}

function readAll(resources: readonly string[], version: KumaVersion): Resource[] {
  return resources.map((text, index) => {
    const source = { file: 'scenario.json', index }
    const { resource, faults } = readResource(JSON.parse(text), { source, systemNamespaces: ['kuma-system'], version })
    if (resource === null) throw new Error(faults.map(({ path, message }) => `${path} ${message}`).join('\n'))
    return resource
  })
}
