/** Sends both corpora, the rig's and the certificate's, to the certificate's listeners, a few exchanges at a time. */
import { corpusOf } from '../corpus.ts'
import { openSession } from '../drive.ts'
import type { RunningEnvoy } from '../run.ts'
import { sendHttp1, sendHttp2, sendTcp } from '../send.ts'
import type { Upstreams } from '../upstream.ts'
import type { Certificates } from './certificates.ts'
import { exchanges, lastHttp, lastTcp } from './corpus.ts'
import { type Exchange, exchange } from './exchange.ts'
import { secureListenerHost } from './listeners.ts'

export interface Sending {
  readonly envoy: RunningEnvoy
  readonly upstreams: Upstreams
  readonly certificates: Certificates
}

const exchangesAtOnce = 6

export async function sendCorpus(sending: Sending): Promise<void> {
  const { envoy, upstreams } = sending
  const session = await openSession(portOf(envoy, 'plain'))
  const items = (['http1', 'http2', 'tcp'] as const).flatMap(corpusOf)
  const jobs = [
    ...exchanges().map((each) => () => send(each, sending)),
    ...items.map((item) => async () => {
      const arrived = () => upstreams.arrived(item.name)
      if (item.send.kind === 'http1') await sendHttp1(portOf(envoy, 'plain'), item.send, arrived)
      else if (item.send.kind === 'http2') await sendHttp2(session, item.send, arrived)
      else await sendTcp(portOf(envoy, `tcp/${item.send.to}`), item.send)
    }),
  ].values()
  const worker = async () => {
    for (const job of jobs) await job()
  }
  try {
    await Promise.all(Array.from({ length: exchangesAtOnce }, worker))
  } finally {
    session.destroy()
  }
}

/** The exchanges that end a run. */
export async function sendLast(sending: Sending): Promise<void> {
  await send(lastHttp, sending)
  await send(lastTcp, sending)
}

function send(what: Exchange, { envoy, certificates }: Sending): Promise<void> {
  const host = what.to === 'tls' ? secureListenerHost : '127.0.0.1'
  return exchange(what, { host, port: portOf(envoy, what.to) }, certificates)
}

function portOf(envoy: RunningEnvoy, listener: string): number {
  const port = envoy.ports.get(listener)
  if (port === undefined) throw new Error(`Envoy has no listener ${listener}.`)
  return port
}
