/** In which manner a step of the machine writes its value: the numbers for what a leaf says of itself. */
import { formBracketed, formFull, formHost, formPort, howClean, howNoQuery, howSpaces } from '../machine/layout.ts'
import { Unfit } from './image-bytes.ts'
import type { Leaf, SlotName, Way } from './plan.ts'

export type LeafOf<K extends Leaf['kind']> = Extract<Leaf, { kind: K }>

/** The slots of an address, in the order in which `assembly/values.ts` counts them. */
export function addressSlots(name: SlotName): SlotName[] {
  const message = name.replace(/\.address$/, '')
  const socket = ['port_specifier', 'address', 'port_value', 'named_port'].map((field) => `socket_address.${field}`)
  const internal = ['address_name_specifier', 'server_listener_name', 'endpoint_id']
  const others = ['pipe.path', ...internal.map((field) => `envoy_internal_address.${field}`)]
  return [name, ...[...socket, ...others].map((field) => `${message}.${field}`)]
}

/** `how` of a number, which has no quotes. */
export function bare(isJson: boolean, type: Way['type']): number {
  if (isJson && type !== 'number') throw new Unfit('numbers in quotes')
  return 0
}

export function changeOf({ change }: LeafOf<'span'>): number {
  switch (change) {
    case null:
      return 0
    case 'whitespace':
      return howClean
    case 'spaces':
      return howSpaces
    case 'withoutQuery':
      return howNoQuery
    case 'serverName':
      throw new Unfit('a server name')
  }
}

export function formOf({ form, guard }: LeafOf<'address'>): number {
  if (guard) throw new Unfit('an address on conditions')
  switch (form.kind) {
    case 'full':
      return formFull
    case 'host':
      return formHost
    case 'bracketed':
      return formBracketed
    case 'port':
      return formPort
    default:
      throw new Unfit(`the ${form.kind} of an address`)
  }
}
