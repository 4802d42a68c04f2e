/** What Kuma's own control plane generated for some meshes: for each listener of a proxy the loggers, version by version. */
import { readFileSync } from 'node:fs'
import { readResource } from '../../../src/policy/documents/read-resource.ts'
import { type KumaVersion, parseKumaVersion } from '../../../src/policy/kuma-version.ts'
import type { Resource } from '../../../src/policy/resources.ts'

interface Scenario {
  readonly id: string
  readonly mesh: string
  readonly dataplane: string
  readonly resources: readonly string[]
  readonly results: Readonly<Record<string, readonly KumaListener[] | { readonly error: string }>>
}

export interface KumaListener {
  readonly listener: string
  readonly address: string
  readonly direction: string
  readonly loggers: readonly KumaLogger[]
}

export type KumaLogger = { readonly type: string; readonly filter?: unknown } & Readonly<
  Partial<Record<'path' | 'address' | 'endpoint', string>>
>

/** Where we differ on purpose: what we log instead to that listener, and why. */
export interface Difference {
  readonly scenario: string
  readonly listener: string
  /** As `describeBackend` has them. */
  readonly ours: readonly string[]
  readonly reason: string
}

export const differences: readonly Difference[] = [
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

/** A scenario and a version that takes it; what a version refuses is a matter of validation. `theirs`: what Kuma made of it. */
export const kumaCases = scenarios.flatMap(({ results, ...scenario }) =>
  Object.entries(results).flatMap(([release, listeners]) => {
    const version = parseKumaVersion(release)
    return version === null || 'error' in listeners ? [] : [{ ...scenario, version, theirs: listeners }]
  }),
)

export function readScenario(texts: readonly string[], version: KumaVersion): readonly Resource[] {
  return texts.map((text, index) => {
    const source = { file: 'scenario.json', index }
    const { resource, faults } = readResource(JSON.parse(text), { source, systemNamespaces: ['kuma-system'], version })
    if (resource === null || faults.length > 0) {
      throw new Error(faults.map(({ path, message }) => `${path} ${message}`).join('\n') || `no resource: ${text}`)
    }
    return resource
  })
}

/** `File /log/one`. What Kuma says behind a `|` is how it speaks to a collector. */
export function describeLogger({ type, path, address, endpoint }: KumaLogger): string {
  return `${type} ${path ?? address ?? endpoint?.split('|')[0]}`
}
