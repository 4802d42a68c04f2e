/**
 * What of an entry decides where it goes and what the KUMA_* operators stand for, besides its stream: its own address, its route, its peer,
 * the custom tags `kuma.…`. There are two ways to it: the machine compares the bytes of these fields with those of entries before (a key,
 * for every entry), and a format of our own renders them as JSON (for the first entry with a key).
 */
import { both, type OperatorCall, plainOperator } from '../format/operator.ts'
import type { KumaName, Source } from '../format/source.ts'
import type { JsonTemplate } from '../format/template.ts'
import { createKeyFinder, type KeyFinder } from '../machine/keys.ts'
import { loadSchema } from '../schema/load.ts'
import type { Memory } from '../wire/memory.ts'
import { buildPlan } from './build-plan.ts'
import { createProgram, machineOf } from './create-program.ts'
import { keyTable, type NeededFacts, tagPrefix, wanted } from './entry-keys.ts'
import type { Program } from './program.ts'
import type { KumaValues } from './stream-values.ts'

/** Texts that an entry does not carry are empty. */
export interface EntryFacts {
  readonly kind: 'http' | 'tcp'
  /** The downstream connection's own end: `host:port`, IPv6 in brackets; or the path of a pipe. */
  readonly localAddress: string
  readonly upstreamCluster: string
  readonly routeName: string
  readonly sni: string
  /** URIs of the peer's certificate. */
  readonly peerUris: readonly string[]
  /** Custom tags that begin with `kuma.`, without that. */
  readonly tags: Readonly<Record<string, string>>
}

export interface EntryReader extends KeyFinder {
  /** Bits for `Question.wanted`. */
  wanted(needed: NeededFacts): number
  /** The facts of the entry at `[at, end)`; null: it is malformed. Slow: a copy of everything is made. */
  read(kind: 'http' | 'tcp', at: number, end: number): EntryFacts | null
}

/** `Question.kind` of entries. */
export const keyKinds = { http: 0, tcp: 1 } as const

const readers = new WeakMap<Memory, EntryReader>()

/** One for a memory, since the cache is. */
export function entryReaderOf(memory: Memory): EntryReader {
  const known = readers.get(memory)
  if (known) return known
  const programs = { http: factsProgram('HTTPAccessLogEntry', memory), tcp: factsProgram('TCPAccessLogEntry', memory) }
  const options = {
    entries: [keyTable('HTTPAccessLogEntry'), keyTable('TCPAccessLogEntry')],
    prefix: tagPrefix,
  }
  const reader = {
    ...createKeyFinder(memory, machineOf(memory).exports, options),
    wanted,
    read: (kind: 'http' | 'tcp', at: number, end: number) => read(programs[kind], memory, kind, at, end),
  }
  readers.set(memory, reader)
  return reader
}

/** The tags that stand for KUMA_* operators. */
const kumaTags: Readonly<Record<string, KumaName>> = {
  mesh: 'mesh',
  zone: 'zone',
  workload: 'workload',
  source_address: 'sourceAddress',
  source_service: 'sourceService',
  destination_service: 'destinationService',
  traffic_direction: 'trafficDirection',
}

/** Further tags that are read: which listener an entry comes from. */
const tagNames = [...Object.keys(kumaTags), 'listener']

/** What the tags of an entry say of the KUMA_* operators. */
export function kumaValuesOfTags(tags: EntryFacts['tags']): KumaValues {
  const given = Object.entries(tags).filter(([name]) => Object.hasOwn(kumaTags, name))
  return Object.fromEntries(given.map(([name, value]) => [kumaTags[name], value]))
}

const certificates = 'common_properties.tls_properties.peer_certificate_properties.subject_alt_name'

const sources: Readonly<Record<string, Source>> = {
  localAddress: {
    kind: 'address',
    field: 'common_properties.downstream_local_address',
    form: { kind: 'full' },
    guard: null,
  },
  upstreamCluster: { kind: 'string', field: 'common_properties.upstream_cluster' },
  routeName: { kind: 'string', field: 'common_properties.route_name' },
  sni: { kind: 'string', field: 'common_properties.tls_properties.tls_sni_hostname' },
  peerUris: { kind: 'joined', field: certificates, element: 'uri' },
  ...Object.fromEntries(
    tagNames.map((name): [string, Source] => [
      `tag ${name}`,
      { kind: 'tag', tag: `${tagPrefix}${name}`, type: 'string', path: null },
    ]),
  ),
}

function factsProgram(entryType: 'HTTPAccessLogEntry' | 'TCPAccessLogEntry', memory: Memory): Program {
  const members = Object.entries(sources).map(([key, source]) => ({
    key,
    value: { kind: 'text', parts: [{ kind: 'operator', call: callOf(source) }] } satisfies JsonTemplate,
  }))
  const template = { kind: 'json', root: { kind: 'object', members } } as const
  const plan = buildPlan(template, { entryType, entry: entryOf(entryType), omitEmptyValues: true })
  // The generated function takes every entry that protobuf allows; the machine would only be one more to be made ready.
  return createProgram(plan, { memory, machine: false })
}

function callOf(source: Source): OperatorCall {
  const operator = plainOperator('FACT', '', '', both(source))
  return { operator, argument: '', maxLength: null, written: '%FACT%', members: [], sources: both(source) }
}

function read(program: Program, memory: Memory, kind: 'http' | 'tcp', at: number, end: number): EntryFacts | null {
  const { bytes, outputAt } = memory
  const outputEnd = program.render(at, end, outputAt, [], 0)
  if (outputEnd < 0) return null
  const text = Buffer.from(bytes.buffer, outputAt, outputEnd - outputAt).toString()
  const facts = JSON.parse(text) as Readonly<Record<string, string>>
  const tags = tagNames.flatMap((name) => (facts[`tag ${name}`] === undefined ? [] : [[name, facts[`tag ${name}`]]]))
  const { localAddress = '', upstreamCluster = '', routeName = '', sni = '', peerUris } = facts
  return {
    kind,
    localAddress,
    upstreamCluster,
    routeName,
    sni,
    // A URI of a SPIFFE ID holds no comma.
    peerUris: peerUris === undefined ? [] : peerUris.split(','),
    tags: Object.fromEntries(tags),
  }
}

const entryOf = (entryType: string) => loadSchema().message(`envoy.data.accesslog.v3.${entryType}`)
