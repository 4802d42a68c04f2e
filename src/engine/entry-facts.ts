/**
 * What of an entry decides where it goes and what the KUMA_* operators stand for, besides its stream: its own address, its route, its peer,
 * the custom tags `kuma.…`. There are two ways to it: the machine compares the bytes of these fields with those of entries before (a key,
 * for every entry), and a format of our own renders them as JSON (for the first entry with a key).
 */
import { both, type OperatorCall, plainOperator } from '../format/operator.ts'
import type { KumaName, Source } from '../format/source.ts'
import type { JsonTemplate } from '../format/template.ts'
import { createKeyFinder, type KeyField, type KeyFinder, type KeyTable } from '../machine/keys.ts'
import type { MessageInfo } from '../schema/field-path.ts'
import { loadSchema } from '../schema/load.ts'
import type { Memory } from '../wire/memory.ts'
import { buildPlan } from './build-plan.ts'
import { createProgram, machineOf } from './create-program.ts'
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

/** Which facts make a difference; the custom tags always do. */
export interface NeededFacts {
  readonly localAddress: boolean
  readonly upstreamCluster: boolean
  readonly routeName: boolean
  readonly sni: boolean
  readonly peerUris: boolean
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
    mapsIn: commonNumber(),
  }
  const reader = {
    ...createKeyFinder(memory, machineOf(memory).exports, options),
    wanted,
    read: (kind: 'http' | 'tcp', at: number, end: number) => read(programs[kind], memory, kind, at, end),
  }
  readers.set(memory, reader)
  return reader
}

/** Of the custom tags that speak of Kuma. */
const tagPrefix = 'kuma.'

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

// ------------------------------------------------------------------------------------------------------------------- the fast way

const bits = { always: 1, localAddress: 2, upstreamCluster: 3, routeName: 4, tls: 5, sni: 6, peerUris: 7 } as const

function wanted(needed: NeededFacts): number {
  const names = (Object.keys(needed) as (keyof NeededFacts)[]).filter((name) => needed[name])
  const all = [bits.always, ...names.map((name) => bits[name]), ...(needed.sni || needed.peerUris ? [bits.tls] : [])]
  return all.reduce((mask, bit) => mask | (1 << bit), 0)
}

/** The same in entries of both kinds. */
const commonNumber = () => entryOf('HTTPAccessLogEntry').field('common_properties').number

let commonTable: KeyTable | undefined

function keyTable(entryType: string): KeyTable {
  const common = entryOf(entryType).field('common_properties')
  commonTable ??= tableOfCommon(common.message!)
  return { fields: [{ number: common.number, bit: bits.always, inside: commonTable }] }
}

function tableOfCommon(common: MessageInfo): KeyTable {
  const tls = common.field('tls_properties').message!
  const of = (info: MessageInfo, name: string, bit: number, inside?: KeyField['inside']): KeyField => {
    const { number } = info.field(name)
    return inside === undefined ? { number, bit } : { number, bit, inside }
  }
  const tlsTable: KeyTable = {
    fields: [of(tls, 'tls_sni_hostname', bits.sni), of(tls, 'peer_certificate_properties', bits.peerUris)],
  }
  return {
    fields: [
      of(common, 'downstream_local_address', bits.localAddress),
      of(common, 'upstream_cluster', bits.upstreamCluster),
      of(common, 'route_name', bits.routeName),
      of(common, 'tls_properties', bits.tls, tlsTable),
      of(common, 'custom_tags', bits.always, 'prefixed'),
    ],
  }
}

// ------------------------------------------------------------------------------------------------------------------- the slow way

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
