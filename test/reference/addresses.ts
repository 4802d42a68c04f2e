/** The operators of addresses (operators.md B.8); masks are in `masks.ts`. */
import type { Bytes } from './bytes.ts'
import { maskAddress, parseMask } from './masks.ts'
import type { Message } from './message.ts'
import { absent, type Entry, type Row, type Rows, stringValue, type Value } from './value.ts'

type AddressOf = (entry: Entry) => Message | undefined

/** An `Address` whose oneof is not set is no address. */
function addressField(name: string): AddressOf {
  return ({ common }) => {
    const address = common.message(name)
    const kinds = ['socket_address', 'pipe', 'envoy_internal_address']
    return kinds.some((kind) => address?.has(kind)) ? address : undefined
  }
}

const host = addressField('upstream_remote_address')
const upstreamLocal = addressField('upstream_local_address')

/** The host is carried also when no connection was made: then the operators of the remote address print nothing. */
const upstreamRemote: AddressOf = (entry) => {
  const address = host(entry)
  if (address?.has('socket_address')) return entry.common.has('upstream_local_address') ? address : undefined
  if (address?.has('pipe')) return pipeWasConnected(entry) ? address : undefined
  return address
}

/** A pipe has no local end: the first byte sent tells, or for a tcp_proxy (D.6) that the connection did not fail. */
function pipeWasConnected({ kind, protocolVersion, common }: Entry): boolean {
  if (kind === 'http' && protocolVersion !== 0) return common.has('time_to_first_upstream_tx_byte')
  return !common.message('response_flags')?.flag('upstream_connection_failure')
}

function hasColon(ip: Bytes): boolean {
  return ip.includes(':')
}

function bracketed(ip: Bytes): Bytes {
  return hasColon(ip) ? `[${ip}]` : ip
}

function portOf(socket: Message): Bytes {
  return socket.has('named_port') ? socket.bytes('named_port') : String(socket.number('port_value'))
}

/** What stands for an address that has no port. */
function portless(address: Message): Bytes {
  const pipe = address.message('pipe')
  if (pipe) return pipe.bytes('path')
  const internal = address.message('envoy_internal_address')!
  return `envoy://${internal.bytes('server_listener_name')}/${internal.bytes('endpoint_id')}`
}

function withPort(address: Message): Bytes {
  const socket = address.message('socket_address')
  return socket ? `${bracketed(socket.bytes('address'))}:${portOf(socket)}` : portless(address)
}

function withoutPort(address: Message): Bytes {
  return address.message('socket_address')?.bytes('address') ?? portless(address)
}

/** `UPSTREAM_HOST_NAME_WITHOUT_PORT` keeps the brackets of IPv6. */
function nameWithoutPort(address: Message): Bytes {
  const socket = address.message('socket_address')
  return socket ? bracketed(socket.bytes('address')) : portless(address)
}

/** Where there is no port, the text is empty and JSON has null. A named port is a string. */
function justPort(address: Message): Value {
  const socket = address.message('socket_address')
  if (!socket) return { text: '', typed: null }
  const port = portOf(socket)
  return { text: port, typed: socket.has('named_port') ? { string: port } : { json: port } }
}

function endpointId(address: Message): Value {
  return stringValue(address.message('envoy_internal_address')?.bytes('endpoint_id') ?? '')
}

function row(of: AddressOf, print: (address: Message) => Value, more: Partial<Row> = {}): Row {
  return {
    argument: 'none',
    ...more,
    make: () => (entry) => {
      const address = of(entry)
      return address === undefined ? absent : print(address)
    },
  }
}

/** An argument that is no integer is no mask, and no error either. */
function masked(of: AddressOf, more: Partial<Row> = {}): Row {
  return {
    argument: 'optional',
    ...more,
    make: (argument) => {
      const mask = parseMask(argument)
      return (entry) => {
        const address = of(entry)
        if (address === undefined) return absent
        if (mask === undefined) return stringValue(withoutPort(address))
        return stringValue(maskAddress(address.message('socket_address')?.bytes('address') ?? '', mask))
      }
    },
  }
}

/** The three forms of one address. `prefix` is what stands before `ADDRESS` and `PORT`. */
function family(prefix: string, of: AddressOf, text: Partial<Row> = {}, port: Partial<Row> = {}): Rows {
  return {
    [`${prefix}_ADDRESS`]: row(of, (address) => stringValue(withPort(address)), text),
    [`${prefix}_ADDRESS_WITHOUT_PORT`]: masked(of, text),
    [`${prefix}_PORT`]: row(of, justPort, port),
  }
}

const tagged = { tag: 'string' } as const
const taggedNumber = { tag: 'number' } as const

export const addressRows: Rows = {
  ...family('DOWNSTREAM_REMOTE', addressField('downstream_remote_address')),
  ...family('DOWNSTREAM_DIRECT_REMOTE', addressField('downstream_direct_remote_address')),
  ...family('DOWNSTREAM_LOCAL', addressField('downstream_local_address')),
  ...family('DOWNSTREAM_DIRECT_LOCAL', () => undefined, tagged, taggedNumber),
  ...family('UPSTREAM_REMOTE', upstreamRemote),
  ...family('UPSTREAM_LOCAL', upstreamLocal),
  UPSTREAM_HOST: row(host, (address) => stringValue(withPort(address))),
  UPSTREAM_HOST_NAME: row(host, (address) => stringValue(withPort(address)), tagged),
  UPSTREAM_HOST_NAME_WITHOUT_PORT: row(host, (address) => stringValue(nameWithoutPort(address)), tagged),
  UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID: row(upstreamRemote, endpointId),
  DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID: row(addressField('downstream_local_address'), endpointId),
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID: row(() => undefined, endpointId, tagged),
}
