/**
 * `policy inspect` beside what Kuma's own control plane generates: for each listener the type, target and format of every logger, in order.
 * Where ours differs, it does so on purpose; the reasons stand here.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratch } from './run.ts'
import { runHere } from './run-here.ts'

interface Scenario {
  readonly id: string
  readonly mesh: string
  readonly dataplane: string
  readonly zone: string
  readonly resources: readonly string[]
  /** Not a list: Kuma refuses one of the resources. */
  readonly results: Readonly<Record<string, readonly Listener[] | { readonly error: string }>>
}

interface Listener {
  readonly address: string
  readonly loggers: readonly Logger[]
}

interface Logger {
  readonly type: string
  readonly [key: string]: unknown
}

const scenarios = readFileSync(new URL('../policy/vectors/scenarios.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Scenario)

const runs = scenarios.flatMap((scenario) =>
  Object.entries(scenario.results).flatMap(([version, listeners]): [string, string, Scenario, readonly Listener[]][] =>
    Array.isArray(listeners) ? [[scenario.id, version, scenario, listeners]] : [],
  ),
)

interface Difference {
  readonly scenario: string
  readonly versions: readonly string[]
  readonly addresses: readonly string[]
  readonly reason: string
}

const outbounds = ['127.0.0.1:10001', '127.0.0.1:10002', '127.0.0.1:10011', '127.0.0.1:10012', '127.0.0.1:10021']

const differences: readonly Difference[] = [
  {
    scenario: 'otel',
    versions: ['2.9', '2.10', '2.12', '2.13'],
    addresses: outbounds,
    reason: 'the documentation has markers in attributes; Kuma fills them since 2.14, we always do',
  },
  {
    scenario: 'port-section',
    versions: ['2.9', '2.10', '2.12', '2.13', '2.14'],
    addresses: ['127.0.0.1:10012'],
    reason: 'a port is its name and its number to us; an outbound that a Dataplane writes has only the number in Kuma',
  },
]

describe.each(runs)('%s, Kuma %s', (id, version, scenario, theirs) => {
  test('the loggers are those of Kuma, but for what is named', async () => {
    const folder = scratch()
    scenario.resources.forEach((text, i) => {
      writeFileSync(join(folder, `${i}.yaml`), text)
    })
    const about = ['--mesh', scenario.mesh, '--dataplane', scenario.dataplane, '--zone', scenario.zone]
    const run = await runHere('policy', 'inspect', folder, ...about, '--kuma-version', version, '--output', 'json')
    expect(run.stderr).toBe('')
    const ours = (JSON.parse(run.stdout) as { listeners: readonly Listener[] }).listeners
    const addresses = [...new Set([...theirs, ...ours].map(({ address }) => address))]
    const differing = addresses.filter((address) => loggersAt(ours, address) !== loggersAt(theirs, address))
    const named = differences.filter((each) => each.scenario === id && each.versions.includes(version))
    expect(differing).toEqual(named.flatMap((each) => each.addresses))
  })
})

function loggersAt(listeners: readonly Listener[], address: string): string {
  return JSON.stringify(
    listeners.filter((each) => each.address === address).flatMap(({ loggers }) => loggers.map(essence)),
  )
}

function essence({
  type,
  path,
  text,
  json,
  omitEmptyValues,
  address,
  message,
  endpoint,
  body,
  attributes = [],
}: Logger) {
  switch (type) {
    case 'File':
      return { type, path, format: sorted(text ?? json), omitEmptyValues: Boolean(omitEmptyValues) }
    case 'Tcp':
      return { type, address, message: sorted(message) }
    default:
      return { type, endpoint: String(endpoint).replace('|', ':').split(' ')[0], body, attributes }
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
