/** A TCP proxy on this machine that breaks connections as it is told: what happens between a writer and a healthy receiver. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What is done with a new connection. `resetAfterBytes`: that many bytes are passed on, then both ends are reset. */
export type Trouble = { readonly resetAfterBytes: number } | null

export interface TroubledProxy {
  readonly port: number
  /** Of connections from now on. */
  trouble: Trouble
  /** Ends all connections in good order; nothing that comes over them afterwards is passed on. */
  hangUp(): void
  close(): Promise<void>
}

export async function openTroubledProxy(targetPort: number, trouble: Trouble): Promise<TroubledProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const limit = proxy.trouble?.resetAfterBytes ?? Number.POSITIVE_INFINITY
    client.on('error', () => {})
    if (limit === 0) return void client.resetAndDestroy()
    const target = connect(targetPort, '127.0.0.1')
    const pair = [client, target] as const
    pairs.add(pair)
    let passed = 0
    client.on('data', (bytes) => {
      target.write(bytes.subarray(0, Math.max(0, limit - passed)))
      passed += bytes.length
      if (passed >= limit) for (const socket of pair) socket.resetAndDestroy()
    })
    target.on('data', (bytes) => client.write(bytes))
    target.on('error', () => {})
    for (const [here, there] of [pair, [target, client]] as const) {
      here.on('end', () => there.end())
      here.on('close', () => {
        pairs.delete(pair)
        there.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: TroubledProxy = {
    port: (server.address() as AddressInfo).port,
    trouble,
    hangUp() {
      for (const [client, target] of pairs) {
        client.removeAllListeners('data').resume()
        client.end()
        target.removeAllListeners('data').destroy()
      }
    },
    close() {
      for (const [client] of pairs) client.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}
