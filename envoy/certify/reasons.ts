/**
 * Why a line of the sink may differ from Envoy's own: the declared reasons, by name, with a sentence for people and a rule that says
 * which differences it explains. Nothing else is forgiven, and a reason that no difference needs is a fault of its own.
 */
import type { Group } from './loggers.ts'
import type { Use } from './operators.ts'
import type { Form } from './render.ts'

/** One value that is not equal. */
export interface Context {
  readonly use: Use
  readonly version: string
  readonly group: Group
  readonly form: Form
  /** Envoy's value before and after the gRPC loggers, and the sink's; byte strings. */
  readonly envoy: string
  readonly after: string
  readonly sink: string
  /** Envoy's value and the sink's in JSON, whatever the form: only there `-` and nothing are told apart. */
  readonly json: string
  readonly jsonOfSink: string
}

interface Reason {
  readonly says: string
  /** Versions in which it may show. */
  readonly until: 'always' | '1.40' | '1.37'
  readonly explains: (context: Context) => boolean
}

const header = /^(REQ|RESP|TRAILER|REQUEST_HEADER|RESPONSE_HEADER|RESPONSE_TRAILER|STREAM_INFO_REQ)\(/
const ownMetadata = /^(METADATA\((CLUSTER|ROUTE|UPSTREAM_HOST):|(CLUSTER|UPSTREAM)_METADATA\()/
const cut = /:\d+$/

/** In order: the first that explains a difference gets it. */
export const reasons = {
  'message-of-expression': {
    says: 'An expression may give a message as a whole, whose text does not tell what its fields are, and which CEL does not turn into a Value. In JSON it is null.',
    until: 'always',
    explains: ({ use, form, json, jsonOfSink }) => {
      return use.startsWith('TYPED_CEL(') && form === 'json' && json.startsWith('{') && jsonOfSink === 'null'
    },
  },
  'json-doubles': {
    says: 'Before 1.40 Envoy holds all numbers of its typed JSON as doubles: 100000 is 1e+05 there, and ids beyond 2^53 are rounded. The sink writes integers plainly, as 1.40 does.',
    until: '1.40',
    explains: ({ form, json, envoy, sink }) => {
      return form === 'json' && /^-?\d/.test(json) && /^-?\d+$/.test(sink) && Number(envoy) === Number(sink)
    },
  },
  'empty-choice': {
    says: 'Before 1.40 COALESCE, with which custom tags tell empty from absent, passes over an empty value. So what is empty arrives as absent, and COALESCE itself chooses otherwise than the sink, which follows 1.40.',
    until: '1.40',
    explains: ({ use, version, json, sink, envoy, form }) => {
      const empty = form === 'json' ? '""' : ''
      if (use.startsWith('COALESCE(')) return sink === empty || envoy === empty
      return !isBefore(version, '1.37') && (json === '""' || envoy === empty)
    },
  },
  'json-cut': {
    says: 'The length cuts typed JSON differently before 1.40: 1.39 makes a cut string of a number, 1.36 leaves typed values whole. The sink does as 1.40: strings are cut, all else stays.',
    until: '1.40',
    explains: ({ use, form, json, jsonOfSink }) => {
      if (!cut.test(use) || form !== 'json' || json === 'null' || jsonOfSink === 'null') return false
      return json.startsWith('"') !== jsonOfSink.startsWith('"') || json.startsWith(jsonOfSink.slice(0, -1))
    },
  },
  'invalid-utf-8': {
    says: 'In the fields of an entry each byte that is not valid UTF-8 arrives as "!".',
    until: '1.37',
    explains: ({ envoy, sink }) => sink.includes('!') && /[\x80-\xff]|\\u00[89a-f]/.test(envoy),
  },
  'repeated-header': {
    says: 'Of a header that came several times an entry carries all values, joined by a comma; the file logger prints the first.',
    until: '1.37',
    explains: ({ use, envoy, sink }) => header.test(use) && sink.startsWith(`${envoy.replace(/"$/, '')},`),
  },
  'flag-not-carried': {
    says: 'The flags UDO and DO have no field in an entry.',
    until: '1.37',
    explains: ({ use, envoy }) => use.startsWith('RESPONSE_FLAGS') && /\b(UDO|DO|\w*DropOverload)\b/.test(envoy),
  },
  'flag-order': {
    says: 'An entry says which flags were raised, not in which order.',
    until: '1.37',
    explains: ({ use, envoy, sink }) => use.startsWith('RESPONSE_FLAGS') && sorted(envoy) === sorted(sink),
  },
  'no-upstream-host': {
    says: 'An entry takes the cluster from the chosen host; where none was chosen it has none.',
    until: '1.37',
    explains: ({ use, jsonOfSink }) => use.startsWith('UPSTREAM_CLUSTER') && jsonOfSink === 'null',
  },
  'alt-stat-name': {
    says: 'An entry has the name of the cluster, the operator its alt_stat_name.',
    until: '1.37',
    explains: ({ use }) => use === 'UPSTREAM_CLUSTER',
  },
  'host-name': {
    says: 'An entry has the address of a host, not its name.',
    until: '1.37',
    explains: ({ use }) => use.startsWith('UPSTREAM_HOST_NAME'),
  },
  'filter-state-of-upstream': {
    says: 'The logger looks for filter state in the upstream connection too, and an entry does not say where it was found.',
    until: '1.37',
    explains: ({ use, json, jsonOfSink }) => {
      if (use.startsWith('UPSTREAM_FILTER_STATE(')) return jsonOfSink !== 'null'
      return use.startsWith('FILTER_STATE(') && json === 'null' && jsonOfSink !== 'null'
    },
  },
  'old-metadata-tag': {
    says: 'The older kind of custom tag for metadata brings text: its numbers are plain, the keys of its objects unsorted, and JSON has a string.',
    until: '1.37',
    explains: ({ use, jsonOfSink }) => ownMetadata.test(use) && jsonOfSink.startsWith('"'),
  },
  'unknown-content-type': {
    says: 'A request without content-type cannot be told from one whose logger does not list that header.',
    until: '1.37',
    explains: ({ use, json }) => use.startsWith('GRPC_STATUS') && json === 'null',
  },
  'emit-time-estimated': {
    says: 'Without a custom tag the sink takes the end of the request for the time of logging, or when the entry arrived.',
    until: '1.37',
    explains: ({ use, envoy, sink }) => use.startsWith('EMIT_TIME') && layout(envoy) === layout(sink),
  },
  'no-format-tags': {
    says: 'No field of the entry has it (or of its kind of entry), and custom tags take format strings only since 1.37.',
    until: '1.37',
    explains: ({ jsonOfSink }) => jsonOfSink === 'null' || jsonOfSink === '"-"',
  },
} as const satisfies Readonly<Record<string, Reason>>

export type ReasonName = keyof typeof reasons

/** The reason that explains a difference; undefined: none does. */
export function reasonFor(context: Context): ReasonName | undefined {
  const all = Object.entries(reasons) as [ReasonName, Reason][]
  const { version } = context
  return all.find(
    ([, { until, explains }]) => (until === 'always' || isBefore(version, until)) && explains(context),
  )?.[0]
}

function isBefore(version: string, other: string): boolean {
  const [major, minor] = version.split('.').map(Number)
  const [otherMajor, otherMinor] = other.split('.').map(Number)
  return major! < otherMajor! || (major === otherMajor && minor! < otherMinor!)
}

function sorted(flags: string): string {
  return flags.replaceAll('"', '').split(',').sort().join(',')
}

function layout(time: string): string {
  return time.replaceAll(/\d/g, '0')
}
