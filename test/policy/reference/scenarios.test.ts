/**
 * The slow evaluator against what Kuma's own control plane generated: for each listener the same destinations in the same order, save where
 * this sink differs on purpose.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readResource } from '../../../src/policy/documents/read-resource.ts'
import { type KumaVersion, parseKumaVersion } from '../../../src/policy/kuma-version.ts'
import type { PolicyBackend, Resource } from '../../../src/policy/resources.ts'
import { entryAt } from '../support/worked-example.ts'
import { type Answer, evaluate, policyIdentity } from './evaluate.ts'

interface Scenario {
  readonly id: string
  readonly mesh: string
  readonly dataplane: string
  readonly resources: readonly string[]
  readonly results: Readonly<Record<string, readonly Listener[] | { readonly error: string }>>
}

interface Listener {
  readonly listener: string
  readonly address: string
  readonly loggers: readonly { readonly path?: string; readonly address?: string; readonly endpoint?: string }[]
}

/** Where we differ: by scenario and listener, what we log instead. */
const differences: readonly { scenario: string; listener: string; ours: readonly string[]; reason: string }[] = [
  {
    scenario: 'port-section',
    listener: 'outbound:127.0.0.1:10012',
    ours: ['/log/one'],
    reason: 'an outbound that is written down has the name of its port, not only the number',
  },
]

/** Whom the one rule with a match is about: Kuma lists it, we ask whether it holds. */
const peer = 'spiffe://mesh/ns/web/sa/cart'

const scenarios = readFileSync(new URL('../vectors/scenarios.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Scenario)

const cases = scenarios.flatMap((scenario) =>
  Object.entries(scenario.results).flatMap(([release, listeners]) => {
    const version = parseKumaVersion(release)
    // A scenario that a version refuses is a matter of validation.
    return version === null || 'error' in listeners ? [] : [{ ...scenario, version, listeners }]
  }),
)

test.each(cases)('$id as in Kuma $version', ({ id, mesh, dataplane, resources, version, listeners }) => {
  const documents = readAll(resources, version)
  for (const { listener, loggers } of listeners) {
    const facts = entryAt('', { tags: { listener }, peerUris: [peer] })
    const answer = evaluate(documents, { mesh, name: dataplane }, version, facts)
    expect(answer.listener).toBe(listener)
    const difference = differences.find((other) => other.scenario === id && other.listener === listener)
    const theirs = loggers.map(({ path, address, endpoint }) => path ?? address ?? endpoint?.split('|')[0] ?? '')
    expect(targets(answer, documents), `${listener} ${difference?.reason ?? ''}`).toEqual(difference?.ours ?? theirs)
  }
})

test('every difference is one', () => {
  for (const { scenario, listener, ours } of differences) {
    const theirs = cases
      .filter(({ id }) => id === scenario)
      .flatMap(({ listeners }) => listeners.filter((other) => other.listener === listener))
    expect(theirs.length).toBeGreaterThan(0)
    for (const { loggers } of theirs) expect(loggers.map(({ path }) => path)).not.toEqual(ours)
  }
})

function readAll(documents: readonly string[], version: KumaVersion): readonly Resource[] {
  return documents.map((text, index) => {
    const source = { file: `${index}.json`, index: 0 }
    const reading = readResource(JSON.parse(text), { source, systemNamespaces: ['kuma-system'], version })
    expect(reading.faults).toEqual([])
    if (reading.resource === null) throw new Error(`nothing was read from ${text}`)
    return reading.resource
  })
}

function targets(answer: Answer, resources: readonly Resource[]): readonly string[] {
  return answer.loggers.map(({ policy, backend }) => {
    const backends = resources
      .filter((resource) => resource.kind === 'MeshAccessLog' && policyIdentity(resource) === policy)
      .flatMap((resource) => (resource.kind === 'MeshAccessLog' ? [resource.to, resource.from, resource.rules] : []))
      .flat()
      .flatMap((item) => item.backends)
    const found = backends.find(({ path }) => path === backend)
    return found === undefined ? 'none' : targetOf(found)
  })
}

/** Kuma says no port where it is the usual one. */
function targetOf(backend: PolicyBackend): string {
  switch (backend.type) {
    case 'File':
      return backend.file.path
    case 'Tcp':
      return backend.tcp.address
    case 'OpenTelemetry':
      return backend.openTelemetry.endpoint ?? ''
  }
}
