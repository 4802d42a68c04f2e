/**
 * HTTP/3 for the certificate, with no client but Envoy itself: a route leads over a QUIC cluster back into its own QUIC listener. In
 * between stands a relay for UDP that delays datagrams and loses some, because only then are there round trips and retransmissions.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { cluster, type Json, socket } from '../clusters.ts'
import { certificate } from './certificates.ts'

const type = 'type.googleapis.com/envoy.extensions'

/** A way through the relay: one for each cluster, so each is a connection of its own. */
interface Way {
  readonly name: string
  /** For each direction. */
  readonly delayMs: number
  /** Numbers of the datagrams from the listener that are lost. The handshake is over by then. */
  readonly loses: readonly number[]
}

/** Several that lose something: how much is sent again hangs on the clock, and three counts have to be different. */
const ways: readonly Way[] = [
  { name: 'http3-straight', delayMs: 0, loses: [] },
  { name: 'http3-lossy', delayMs: 3, loses: [14, 15] },
  { name: 'http3-far', delayMs: 8, loses: [13, 15, 17, 18] },
  { name: 'http3-poor', delayMs: 2, loses: [12, 14, 16, 18, 20, 22] },
  { name: 'http3-poorer', delayMs: 5, loses: [12, 13, 15, 16, 18, 19, 21, 22, 24, 25] },
]

export const http3Names: readonly string[] = ways.map(({ name }) => name)

export interface Relay {
  /** By cluster. */
  readonly ports: ReadonlyMap<string, number>
  /** Datagrams that come before are dropped, as on any network. */
  leadTo(port: number): void
  close(): Promise<void>
}

export async function openRelay(): Promise<Relay> {
  const sockets: Socket[] = []
  const ports = new Map<string, number>()
  let listenerPort = 0
  const bind = async (): Promise<Socket> => {
    const udp = createSocket('udp4').bind(0, '127.0.0.1')
    sockets.push(udp)
    await once(udp, 'listening')
    return udp
  }
  for (const { name, delayMs, loses } of ways) {
    const [front, back] = [await bind(), await bind()]
    let clientPort = 0
    let count = 0
    const later = (udp: Socket, datagram: Buffer, port: () => number) => {
      setTimeout(() => sockets.includes(udp) && udp.send(datagram, port(), '127.0.0.1'), delayMs)
    }
    front.on('message', (datagram, { port }) => {
      clientPort = port
      if (listenerPort) later(back, datagram, () => listenerPort)
    })
    back.on('message', (datagram) => {
      if (!loses.includes(count++)) later(front, datagram, () => clientPort)
    })
    ports.set(name, front.address().port)
  }
  return {
    ports,
    leadTo: (port) => {
      listenerPort = port
    },
    close: async () => {
      for (const udp of sockets.splice(0)) udp.close()
    },
  }
}

export function http3Clusters({ ports }: Relay): Json[] {
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  const upstream_tls_context = {
    sni: 'one.test',
    common_tls_context: { validation_context: { trusted_ca: { filename: 'certs/root.pem' } } },
  }
  return [...ports].map(([name, port]) =>
    cluster(name, socket(port), {
      transport_socket: {
        name: 'envoy.transport_sockets.quic', // Here Envoy goes by the name.
        typed_config: { '@type': `${type}.transport_sockets.quic.v3.QuicUpstreamTransport`, upstream_tls_context },
      },
      typed_extension_protocol_options: {
        [options]: { '@type': `type.googleapis.com/${options}`, explicit_http_config: { http3_protocol_options: {} } },
      },
    }),
  )
}

/** `manager`: its HTTP connection manager, which has to speak HTTP3. */
export function http3Listener(manager: Json): Json {
  const downstream_tls_context = { common_tls_context: { tls_certificates: [certificate('one')] } }
  return {
    name: 'quic',
    stat_prefix: 'quic',
    address: { socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: 0 } },
    udp_listener_config: { quic_options: {}, downstream_socket_config: { prefer_gro: false } },
    filter_chains: [
      {
        name: 'chain-quic',
        filters: [manager],
        transport_socket: {
          name: 'quic',
          typed_config: {
            '@type': `${type}.transport_sockets.quic.v3.QuicDownstreamTransport`,
            downstream_tls_context,
          },
        },
      },
    ],
  }
}
