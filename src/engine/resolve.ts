/**
 * An operator's source becomes leaves over slots: the step from the catalogue's field paths to what the scan will note. What is
 * the same for every entry, or for every entry of a stream, is told apart here: values move to their earliest binding time.
 */

import { responseFlags } from '../format/response-flags.ts'
import type { AddressGuard, FieldPath, KumaName, Source } from '../format/source.ts'
import type { Leaf, LeafGuard, SlotName } from './plan.ts'
import type { ScanBuilder } from './scan-builder.ts'

export type Resolved =
  | { readonly kind: 'absent' }
  /** Known at configuration time. */
  | { readonly kind: 'constant'; readonly text: string; readonly type: 'string' | 'number' }
  /** Known per stream. */
  | { readonly kind: 'kuma'; readonly name: KumaName; readonly form: 'plain' | 'withPort' }
  /** Known per entry. */
  | { readonly kind: 'leaves'; readonly leaves: readonly Leaf[]; readonly type: 'string' | 'number' }

export function resolveSource(source: Source, scan: ScanBuilder): Resolved {
  switch (source.kind) {
    case 'absent':
      return source
    case 'constantNumber':
      return { kind: 'constant', text: String(source.value), type: 'number' }
    case 'kuma':
      return source
    case 'firstOf': {
      const leaves = source.sources.flatMap((each) => {
        const resolved = resolveSource(each, scan)
        return resolved.kind === 'leaves' ? resolved.leaves : []
      })
      return leaves.length > 0 ? { kind: 'leaves', leaves, type: 'string' } : { kind: 'absent' }
    }
    case 'uint':
      return uint(source.field, null, scan, 'number')
    case 'wrappedUint':
      return uint(`${source.field}.value`, scan.present(source.field), scan, source.as)
    case 'string':
      return leaf(
        { kind: 'span', slot: scan.span(source.field), present: 'filled', clean: source.clean ?? null },
        'string',
      )
    case 'mapValue':
      return leaf(
        { kind: 'span', slot: scan.mapValue(source.field, source.key), present: 'set', clean: null },
        'string',
      )
    case 'enum':
      return leaf(
        { kind: 'enum', slot: scan.position(source.field), names: enumNames(source.field, source.names, scan) },
        'string',
      )
    case 'duration': {
      const leaves = source.fields.map(
        (field): Leaf => ({ kind: 'duration', slot: timeSlot(field, scan), unit: source.unit }),
      )
      return { kind: 'leaves', leaves, type: 'number' }
    }
    case 'elapsed': {
      const point = (field: FieldPath | null) => (field === null ? null : timeSlot(field, scan))
      const { unit, negative } = source
      return leaf({ kind: 'elapsed', from: point(source.from), to: point(source.to), unit, negative }, 'number')
    }
    case 'time':
      return leaf(
        { kind: 'time', slot: timeSlot(source.field, scan), parts: source.parts, zone: source.zone },
        'string',
      )
    case 'responseFlags': {
      const names = responseFlags.map((flag) => flag[source.form])
      const protocol = source.retryLimitFirst ? scan.position('protocol_version') : null
      return leaf({ kind: 'flags', slot: flagsSlot(source.field, scan), names, protocol }, 'string')
    }
    case 'address': {
      const guard = source.guard && resolveGuard(source.guard, scan)
      return leaf(
        { kind: 'address', slot: addressSlot(source.field, scan), form: source.form, guard },
        source.form.kind === 'port' ? 'number' : 'string',
      )
    }
  }
}

const leaf = (one: Leaf, type: 'string' | 'number'): Resolved => ({ kind: 'leaves', leaves: [one], type })

function uint(field: FieldPath, wrapper: SlotName | null, scan: ScanBuilder, type: 'string' | 'number'): Resolved {
  const bits = scan.field(field).type === 'uint64' ? 64 : 32
  return leaf({ kind: 'uint', slot: scan.position(field), bits, wrapper }, type)
}

/** A Timestamp or a Duration: its presence and both parts. */
function timeSlot(field: FieldPath, scan: ScanBuilder): SlotName {
  scan.position(`${field}.seconds`)
  scan.position(`${field}.nanos`)
  return scan.present(field)
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
  names: Readonly<Record<string, string>> | null,
  scan: ScanBuilder,
): [number, string][] {
  const values = [...scan.field(field).enumeration!.values]
  if (names === null) return values.filter(([, value]) => value !== 0).map(([name, value]) => [value, name])
  return values.filter(([name]) => Object.hasOwn(names, name)).map(([name, value]) => [value, names[name]!])
}
