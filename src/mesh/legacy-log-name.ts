/**
 * The protocol of Kuma's proxies of old, which sent access logs to a server beside them: the log name of a stream is where its lines go and how
 * they look, its KUMA_* placeholders filled already.
 *
 *     log_name = address ";" format        address = host ":" port, IPv6 in brackets; the format may hold semicolons itself
 */
import type { EntryFacts } from '../engine/entry-facts.ts'
import type { MeshAccessLog, PolicyBackend } from '../policy/resources.ts'
import type { Deliveries, Delivery } from './deliveries.ts'
import { pathOfLogNames } from './destinations.ts'
import { nothingNeeded, type StreamRoute } from './judges.ts'

/** Null: it is another log name. */
export function parseLegacyLogName(logName: string): { address: string; format: string } | null {
  const match = /^((?:\[[^\];]+\]|[^\s:;[\]]+):\d{1,5});(.*)$/s.exec(logName)
  return match ? { address: match[1]!, format: match[2]! } : null
}

/** All entries of such a stream go to its own address. What is wrong with it is told where deliveries are made. */
export class LegacyRoute implements StreamRoute {
  readonly needed = nothingNeeded
  readonly #deliveries: readonly Delivery[]

  constructor({ address, format }: { address: string; format: string }, deliveries: Deliveries) {
    // One line feed ends each line, whether the format brings it or not.
    const plain = format.replace(/\n$/, '')
    const backend: PolicyBackend = {
      type: 'Tcp',
      path: pathOfLogNames,
      tcp: { address, format: { type: 'Plain', plain, json: [], omitEmptyValues: false } },
    }
    this.#deliveries = deliveries.of({ backend, policy: logNameAsPolicy }, {}, { fromPeer: false })
  }

  resolve(_: EntryFacts): ReturnType<StreamRoute['resolve']> {
    const values = {}
    return { values, deliveries: this.#deliveries.map((delivery) => ({ delivery, values })) }
  }
}

/** In whose name such a stream's trouble is told. */
const logNameAsPolicy: MeshAccessLog = {
  kind: 'MeshAccessLog',
  meta: {
    name: 'of a log name (kuma.legacyLogName)',
    displayName: '',
    namespace: null,
    mesh: '',
    labels: {},
    createdAtMs: null,
    form: 'universal',
    source: { file: '', index: 0 },
  },
  role: 'system',
  targetRef: { kind: 'Mesh', name: null, namespace: null, labels: {}, sectionName: null, tags: {}, proxyTypes: [] },
  to: [],
  from: [],
  rules: [],
}
