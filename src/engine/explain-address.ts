/** What an address of an entry says, in words, and why it is not printed although it is there. */
import { toText } from '../format/byte-string.ts'
import type { AddressGuard, Source } from '../format/source.ts'
import type { WireMessage } from './entry-fields.ts'
import { type Look, notThere } from './entry-look.ts'

export function lookAtAddress({ field, form, guard }: Extract<Source, { kind: 'address' }>, entry: WireMessage): Look {
  const address = entry.message(field)
  if (!address) return { where: field, found: notThere }
  const member = address.member('address')?.name
  if (member === undefined) return { where: field, found: 'there, but of no kind' }
  const text = (path: string) => toText(address.text(path) ?? '')
  const unconnected = guard && whyUnconnected(guard, member, entry)
  const settled = (found: string): Look => ({ where: field, found, settled: true })
  switch (member) {
    case 'socket_address': {
      const port = text('socket_address.named_port') || `${address.number('socket_address.port_value') ?? 0n}`
      const found = `${text('socket_address.address')}, port ${port}`
      if (unconnected) return settled(`${found}; ${unconnected}`)
      if (form.kind === 'endpoint') return settled(`${found}, which has no endpoint`)
      const isNegative = form.kind === 'network' && form.prefixLength === null
      return isNegative ? settled(`${found}; a negative length leaves nothing`) : { where: field, found }
    }
    case 'pipe': {
      const found = `the pipe ${text('pipe.path')}`
      if (unconnected) return settled(`${found}; ${unconnected}`)
      return isWhole(form.kind) ? { where: field, found } : settled(`${found}, which has no ${partOf[form.kind]}`)
    }
    default: {
      const found = `the listener ${text('envoy_internal_address.server_listener_name')} of Envoy itself`
      if (form.kind === 'port' || form.kind === 'network') return settled(`${found}, which has no ${partOf[form.kind]}`)
      return { where: field, found }
    }
  }
}

const partOf = { port: 'port', network: 'network', endpoint: 'endpoint' } as const

function isWhole(form: string): form is 'full' | 'host' | 'bracketed' {
  return !Object.hasOwn(partOf, form)
}

/** As the engine's guard asks; null: a connection was made. */
function whyUnconnected(
  { socketNeeds, pipeForbids, request }: AddressGuard,
  member: string,
  entry: WireMessage,
): string | null {
  const none = 'no upstream connection was made'
  if (member === 'socket_address') {
    return entry.message(socketNeeds) ? null : `${none} (${socketNeeds} is ${notThere})`
  }
  if (member !== 'pipe') return null
  if (request && BigInt.asIntN(32, entry.number(request.protocol) ?? 0n) !== 0n) {
    return entry.message(request.pipeNeeds) ? null : `${none} (${request.pipeNeeds} is ${notThere})`
  }
  return (entry.number(pipeForbids) ?? 0n) === 0n ? null : `${none} (${pipeForbids} is set)`
}
