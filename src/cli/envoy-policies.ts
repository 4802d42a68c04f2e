/**
 * `als-sink envoy --policies … --dataplane …`: the loggers of every listener of a proxy that has something to log, with what the formats of
 * all its backends need, and with the values of the KUMA_* operators as tags.
 */
import { stringify } from 'yaml'
import { formatsOf } from '../compile.ts'
import type { Backend, Config } from '../config/config.ts'
import { type CustomTag, type LoggerBlockOptions, loggerBlock } from '../engine/logger-block.ts'
import type { DecidedBackend, ListenerDecision, ProxyDecision } from '../policy/decision.ts'
import type { LoweringOptions } from '../policy/lowering/lower-policy-backend.ts'
import { httpLogger, type sinkCluster, type Traffic, tcpLogger } from './logger-config.ts'
import { lowerDecided } from './policy-decision.ts'
import { fullName } from './policy-input.ts'

export interface ListenerLoggers {
  readonly listener: string
  readonly address: string
  readonly kind: 'http' | 'tcp'
  readonly access_log: readonly object[]
}

export interface ProxyLoggers {
  readonly listeners: readonly (ListenerLoggers & { readonly heading: readonly string[] })[]
  /** What no logger can be told, in sentences. */
  readonly notes: readonly string[]
  /** Backends that cannot be used; the others are there all the same. */
  readonly faults: readonly string[]
}

export interface ProxyLoggersOptions {
  readonly config: Config
  readonly lowering: LoweringOptions
  readonly block: LoggerBlockOptions
  readonly traffic: Traffic
  /** Null: what the listener says about itself. */
  readonly logName: string | null
}

export function loggersFor(decision: ProxyDecision, options: ProxyLoggersOptions): ProxyLoggers {
  const notes = new Set<string>()
  const faults = new Set<string>()
  const listeners = decision.listeners.flatMap((listener): ProxyLoggers['listeners'] => {
    const backends = listener.rules.flatMap((rule) => rule.backends)
    const lowered = backends.flatMap((each) => lower(each, listener, { ...options, notes, faults }))
    if (lowered.length === 0) return []
    const block = loggerBlock(specsOf(lowered, options), options.block)
    for (const note of block.notes) notes.add(note)
    const { name, address, protocol } = listener
    const make = protocol === 'http' ? httpLogger : tcpLogger
    const logger = make(block, {
      logName: options.logName ?? logNameOf(decision, listener),
      traffic: options.traffic,
      customTags: kumaTags(listener),
    })
    return [{ listener: name, address, kind: protocol, access_log: [logger], heading: headingOf(listener) }]
  })
  return { listeners, notes: [...notes], faults: [...faults] }
}

interface Lowering extends ProxyLoggersOptions {
  readonly notes: Set<string>
  readonly faults: Set<string>
}

/** None when the backend, or its format, cannot be used. */
function lower(decided: DecidedBackend, listener: ListenerDecision, work: Lowering): Backend[] {
  const { backend, troubles, isSkipped } = lowerDecided(decided, listener, work.lowering)
  for (const trouble of troubles) (isSkipped ? work.notes : work.faults).add(trouble)
  return backend === null ? [] : [backend]
}

const matchAll = { entries: 'all', logName: '*', nodeId: '*', nodeCluster: '*' } as const

function specsOf(backends: readonly Backend[], { config }: Pick<ProxyLoggersOptions, 'config'>) {
  return formatsOf({ ...config, pipelines: [{ name: '', match: matchAll, backends }] })
}

/** The sink reads it where an entry has no tags; each part may hold anything. */
function logNameOf({ dataplane }: ProxyDecision, { values, direction, protocol }: ListenerDecision): string {
  const parts = [dataplane.meta.mesh, fullName(dataplane), direction.toLowerCase(), protocol, values.destinationService]
  return ['kuma', ...parts.map((part) => encodeURIComponent(part ?? ''))].join(':')
}

/** A literal must not be empty: what has no value has no tag. */
function kumaTags({ name, values }: ListenerDecision): CustomTag[] {
  const tags = [
    ['mesh', values.mesh],
    ['traffic_direction', values.trafficDirection],
    ['source_service', values.sourceService],
    ['destination_service', values.destinationService],
    ['source_address', values.sourceAddress],
    ['zone', values.zone],
    ['workload', values.workload],
    ['listener', name],
  ] as const
  return tags.flatMap(([key, value]) => (value ? [{ tag: `kuma.${key}`, literal: { value } }] : []))
}

function headingOf({ name, address, kind, protocol, direction, rules }: ListenerDecision): string[] {
  const filter = protocol === 'http' ? 'its HTTP connection manager' : 'its tcp_proxy'
  const conditional = rules.some(({ when }) => when.kind !== 'always')
  return [
    `${name}, at ${address}: for ${filter}${kind === 'gateway' ? `, ${direction}` : ''}.`,
    ...new Set(rules.filter(({ backends }) => backends.length > 0).map(({ why }) => `Decided by ${why}.`)),
    ...(conditional
      ? ['Rules for a route, a SPIFFE ID or a server name need nothing more here: every entry says them itself.']
      : []),
  ]
}

/** One YAML document; `listeners` stand below their headings. */
export function printLoggers(
  { listeners }: ProxyLoggers,
  heading: readonly string[],
  cluster: ReturnType<typeof sinkCluster>,
): string {
  const comment = (lines: readonly string[]) => lines.map((line) => `# ${line}\n`).join('')
  const items = listeners.map(({ heading, ...item }) => indented(comment(heading) + yaml([item])))
  return [
    comment(heading),
    listeners.length === 0 ? 'listeners: []\n' : `listeners:\n${items.join('')}`,
    comment(['For static_resources.']),
    yaml({ clusters: [cluster] }),
  ].join('')
}

const yaml = (value: unknown) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '  ')
