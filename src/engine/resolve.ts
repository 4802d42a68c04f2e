/**
 * An operator's source becomes leaves over slots: the step from the catalogue's field paths to what the scan will note. What is
 * the same for every entry, or for every entry of a stream, is told apart here: values move to their earliest binding time.
 */
import { responseFlags } from '../format/response-flags.ts'
import type { AddressGuard, FieldPath, KumaName, Source, ValueType } from '../format/source.ts'
import type { Leaf, LeafGuard, SlotName, Way } from './plan.ts'
import type { ScanBuilder } from './scan-builder.ts'

export type Resolved =
  | { readonly kind: 'absent' }
  /** Known at configuration time. */
  | { readonly kind: 'constant'; readonly text: string; readonly type: 'string' | 'number' }
  /** Known per stream. */
  | { readonly kind: 'kuma'; readonly name: KumaName; readonly form: 'plain' | 'withPort' }
  /** Known per entry. */
  | { readonly kind: 'ways'; readonly ways: readonly Way[] }

export function resolveSource(source: Source, scan: ScanBuilder): Resolved {
  switch (source.kind) {
    case 'absent':
    case 'notCarried':
      return { kind: 'absent' }
    case 'constant':
    case 'kuma':
      return source
    case 'firstOf':
      return firstOf(source.sources, scan)
    case 'unlessTagged':
      return unlessTagged(source, scan)
    case 'cut': {
      const inner = resolveSource(source.source, scan)
      if (inner.kind !== 'ways') return inner
      return { kind: 'ways', ways: inner.ways.map((one) => cut(one, source.maxLength)) }
    }
    case 'uint':
      return uint(source.field, null, scan, 'number')
    case 'wrappedUint':
      return uint(`${source.field}.value`, scan.present(source.field), scan, source.as)
    case 'string':
      return way(
        { kind: 'span', slot: scan.span(source.field), present: 'filled', change: source.change ?? null },
        'string',
      )
    case 'header':
      return way(
        {
          kind: 'span',
          slot: scan.mapValue(source.field, source.key, { anyCase: true }),
          present: 'set',
          change: source.change ?? null,
        },
        'string',
      )
    case 'joined': {
      const { tag, oneof } = scan.field(`${source.field}.${source.element}`)
      const { fields } = scan.field(source.field).message!
      const others = fields.filter((other) => oneof !== null && other.oneof === oneof && other.tag !== tag)
      const slot = scan.list(source.field)
      return way({ kind: 'joined', slot, tag, others: others.map((other) => other.tag) }, 'string')
    }
    case 'tag': {
      const slot = scan.mapValue(customTags, source.tag)
      return way({ kind: 'tag', slot, path: source.path }, source.type)
    }
    case 'typedTag': {
      const [slot, typed] = [source.tag, source.typedBy].map((tag) => scan.mapValue(customTags, tag))
      return way({ kind: 'typedTag', slot: slot!, typed: typed! }, 'json')
    }
    case 'enum':
      return way(
        { kind: 'enum', slot: scan.position(source.field), names: enumNames(source.field, source.names, scan) },
        'string',
      )
    case 'duration': {
      const ways = source.fields.map(
        (field): Way => oneWay({ kind: 'duration', slot: timeSlot(field, scan), unit: source.unit }, 'number'),
      )
      return { kind: 'ways', ways }
    }
    case 'elapsed': {
      const point = (field: FieldPath | null) => (field === null ? null : timeSlot(field, scan))
      const { unit, negative } = source
      return way({ kind: 'elapsed', from: point(source.from), to: point(source.to), unit, negative }, 'number')
    }
    case 'time':
      return way({ kind: 'time', slot: timeSlot(source.field, scan), parts: source.parts, zone: source.zone }, 'string')
    case 'emitTime': {
      const { start, duration, parts, zone } = source
      return way(
        { kind: 'emitTime', slot: timeSlot(start, scan), duration: timeSlot(duration, scan), parts, zone },
        'string',
      )
    }
    case 'responseFlags': {
      const names = responseFlags.map((flag) => flag[source.form])
      const protocol = source.retryLimitFirst ? scan.position('protocol_version') : null
      return way({ kind: 'flags', slot: flagsSlot(source.field, scan), names, protocol }, 'string')
    }
    case 'address': {
      const guard = source.guard && resolveGuard(source.guard, scan)
      return way(
        { kind: 'address', slot: addressSlot(source.field, scan), form: source.form, guard },
        source.form.kind === 'port' ? 'number' : 'string',
      )
    }
    case 'query':
      return way({ kind: 'query', slot: scan.span(source.field), decoded: source.decoded }, 'string')
    case 'queryParameter':
      return way({ kind: 'queryParameter', slot: scan.span(source.field), name: source.name }, 'string')
    case 'grpcStatus':
      return way(grpcStatus(source.form, scan), source.form === 'number' ? 'number' : 'string')
    case 'cipher':
      return way(
        { kind: 'cipher', slot: scan.position(`${source.field}.value`), wrapper: scan.present(source.field) },
        'string',
      )
    case 'struct':
      return way({ kind: 'struct', slot: scan.mapValue(source.field, source.key), path: source.path }, 'json')
    case 'filterState': {
      const { form, member } = source
      const slot = scan.mapValue(source.field, source.key)
      return way({ kind: 'filterState', slot, form, member }, form === 'typed' ? 'json' : 'string')
    }
    case 'uuid':
      return way({ kind: 'uuid' }, 'string')
  }
}

const customTags: FieldPath = 'common_properties.custom_tags'

const oneWay = (leaf: Leaf, type: ValueType): Way => ({ leaf, type, maxLength: null, unless: [] })
const way = (leaf: Leaf, type: ValueType): Resolved => ({ kind: 'ways', ways: [oneWay(leaf, type)] })

/** The shorter of two limits, where both are given. */
export function cut(one: Way, maxLength: number | null): Way {
  if (maxLength === null) return one
  return { ...one, maxLength: one.maxLength === null ? maxLength : Math.min(one.maxLength, maxLength) }
}

/** Ways in order. A constant always has a value: what follows it is never asked. */
function firstOf(sources: readonly Source[], scan: ScanBuilder): Resolved {
  const ways: Way[] = []
  for (const source of sources) {
    const resolved = resolveSource(source, scan)
    switch (resolved.kind) {
      case 'absent':
        continue
      case 'ways':
        ways.push(...resolved.ways)
        continue
      case 'constant':
        if (ways.length === 0) return resolved
        ways.push(oneWay({ kind: 'constant', text: resolved.text }, resolved.type))
        return { kind: 'ways', ways }
      case 'kuma':
        throw new Error('A value of the stream cannot be one of several ways to a value.')
    }
  }
  return ways.length > 0 ? { kind: 'ways', ways } : { kind: 'absent' }
}

/** With the tag even a constant has no value, so what follows it is asked. */
function unlessTagged({ tags, source }: Extract<Source, { kind: 'unlessTagged' }>, scan: ScanBuilder): Resolved {
  const inner = resolveSource(source, scan)
  switch (inner.kind) {
    case 'absent':
      return inner
    case 'kuma':
      throw new Error('A value of the stream has no custom tag.')
    default: {
      const unless = tags.map((tag) => scan.mapValue(customTags, tag))
      const ways = inner.kind === 'ways' ? inner.ways : [oneWay({ kind: 'constant', text: inner.text }, inner.type)]
      return { kind: 'ways', ways: ways.map((one) => ({ ...one, unless })) }
    }
  }
}

function uint(field: FieldPath, wrapper: SlotName | null, scan: ScanBuilder, type: 'string' | 'number'): Resolved {
  const bits = scan.field(field).type === 'uint64' ? 64 : 32
  return way({ kind: 'uint', slot: scan.position(field), bits, wrapper }, type)
}

/** A Timestamp or a Duration: its presence and both parts. */
function timeSlot(field: FieldPath, scan: ScanBuilder): SlotName {
  scan.position(`${field}.seconds`)
  scan.position(`${field}.nanos`)
  return scan.present(field)
}

/** The status itself, and what tells gRPC from plain HTTP where there is none. */
function grpcStatus(form: 'camel' | 'snake' | 'number', scan: ScanBuilder): Leaf {
  const header = (field: FieldPath, key: string) => scan.mapValue(field, key, { anyCase: true })
  const code = 'response.response_code'
  return {
    kind: 'grpcStatus',
    form,
    slot: header('response.response_trailers', 'grpc-status'),
    header: header('response.response_headers', 'grpc-status'),
    contentType: header('request.request_headers', 'content-type'),
    code: { wrapper: scan.present(code), value: scan.position(`${code}.value`) },
  }
}

function flagsSlot(field: FieldPath, scan: ScanBuilder): SlotName {
  responseFlags.forEach((flag, bit) => {
    if (flag.field === 'unauthorized_details') scan.bit(field, `${field}.${flag.field}.reason`, bit, 1)
    else scan.bit(field, `${field}.${flag.field}`, bit, null)
  })
  return field
}

/** All that any form of an address may need: then all addresses have one shape, and one function scans them. */
function addressSlot(field: FieldPath, scan: ScanBuilder): SlotName {
  scan.span(`${field}.socket_address.address`)
  scan.position(`${field}.socket_address.port_value`)
  scan.span(`${field}.socket_address.named_port`)
  scan.span(`${field}.pipe.path`)
  scan.span(`${field}.envoy_internal_address.server_listener_name`)
  scan.span(`${field}.envoy_internal_address.endpoint_id`)
  return scan.oneof(field, 'address')
}

function resolveGuard({ socketNeeds, pipeForbids, request }: AddressGuard, scan: ScanBuilder): LeafGuard {
  const dot = pipeForbids.lastIndexOf('.')
  const name = pipeForbids.slice(dot + 1)
  return {
    socketNeeds: scan.present(socketNeeds),
    pipeForbids: {
      slot: flagsSlot(pipeForbids.slice(0, dot), scan),
      bit: responseFlags.findIndex((flag) => flag.field === name),
    },
    request: request && { protocol: scan.position(request.protocol), pipeNeeds: scan.present(request.pipeNeeds) },
  }
}

function enumNames(
  field: FieldPath,
  names: Readonly<Record<string, string>> | 'all' | null,
  scan: ScanBuilder,
): [number, string][] {
  const values = [...scan.field(field).enumeration!.values]
  if (names === 'all') return values.map(([name, value]) => [value, name])
  if (names === null) return values.filter(([, value]) => value !== 0).map(([name, value]) => [value, name])
  return values.filter(([name]) => Object.hasOwn(names, name)).map(([name, value]) => [value, names[name]!])
}
