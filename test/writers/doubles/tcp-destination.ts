/**
 * A TCP destination in this process that can be told to misbehave: real sockets, plain or TLS. Whether it reads is decided here, so what
 * it does not read stays with the kernel, as with a real peer that hangs.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer, type Server as SecureServer, type TlsOptions } from 'node:tls'
import { until } from '../../support/until.ts'

/**
 * `reading`: all that comes. `slow`: pieces of 16 KiB, a millisecond between them. `stuck`: accepts and reads nothing. `resetting`: breaks
 * every connection at once. `half-reading`: breaks it after 100 kB. `half-closing`: sends its FIN at once and reads on.
 */
export type Behaviour = 'reading' | 'slow' | 'stuck' | 'resetting' | 'half-reading' | 'half-closing'

const halfBytes = 100_000

export class TcpDestination {
  behaviour: Behaviour
  /** What came over each connection, in the order of their coming. */
  readonly #chunks: Buffer[][] = []
  /** Plain sockets by the port of the peer, and what is read from: the same, or TLS on it. */
  readonly #plain = new Map<number, Socket>()
  readonly #open = new Set<Socket>()
  readonly #server: Server
  /** Does the handshakes on connections that the other has accepted. */
  readonly #secure: SecureServer | undefined
  /** Connections that there were. */
  get connections(): number {
    return this.#chunks.length
  }

  private constructor(behaviour: Behaviour, tls: TlsOptions | undefined) {
    this.behaviour = behaviour
    const options = { pauseOnConnect: true, allowHalfOpen: true, highWaterMark: 16 * 1024 }
    this.#server = createServer(options, (plain) => this.#accept(plain))
    this.#secure = tls && createSecureServer({ allowHalfOpen: true, ...tls }, (socket) => this.#read(socket))
  }

  static async listen(behaviour: Behaviour, options: { port?: number; host?: string; tls?: TlsOptions } = {}) {
    const destination = new TcpDestination(behaviour, options.tls)
    const { port = 0, host = '127.0.0.1' } = options
    await new Promise<void>((resolve, reject) => {
      destination.#server.once('error', reject).listen(port, host, resolve)
    })
    return destination
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Whole lines of all connections, one connection behind the other; the half line at the end of one is left out. */
  get text(): string {
    return this.#chunks
      .map((chunks) => Buffer.concat(chunks))
      .map((bytes) => bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1).toString())
      .join('')
  }

  /** Waits for so many bytes of `text`. */
  async received(bytes: number): Promise<string> {
    const arrived = () => this.#chunks.flat().reduce((sum, chunk) => sum + chunk.length, 0)
    let text = ''
    await until(`${bytes} bytes at the destination`, () => {
      if (arrived() < bytes) return false
      text = this.text
      return Buffer.byteLength(text) >= bytes
    })
    return text
  }

  /** Everything is read from now on. */
  mend(): void {
    this.behaviour = 'reading'
    for (const socket of this.#open) socket.resume()
  }

  /** Closes all connections; with nothing unread that is a FIN. */
  hangUp(): void {
    for (const socket of this.#open) socket.destroy()
  }

  /** Breaks all connections. */
  reset(): void {
    for (const plain of this.#plain.values()) plain.resetAndDestroy()
  }

  sayToAll(text: string): void {
    for (const socket of this.#open) socket.write(text)
  }

  async close(): Promise<void> {
    for (const socket of [...this.#open, ...this.#plain.values()]) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(plain: Socket): void {
    const { remotePort = 0 } = plain
    this.#plain.set(remotePort, plain)
    plain.on('close', () => this.#plain.delete(remotePort))
    // Broken connections and refused handshakes are what this is for; the writer tells of them.
    plain.on('error', () => {})
    if (this.behaviour === 'resetting') plain.resetAndDestroy()
    else if (this.#secure === undefined) this.#read(plain)
    else this.#secure.emit('connection', plain)
  }

  #read(socket: Socket): void {
    const plain = this.#plain.get(socket.remotePort ?? 0)
    const chunks: Buffer[] = []
    this.#chunks.push(chunks)
    this.#open.add(socket)
    socket.on('close', () => this.#open.delete(socket))
    socket.on('error', () => {})
    let bytes = 0
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (this.behaviour === 'half-reading' && bytes >= halfBytes && !plain?.destroyed) plain?.resetAndDestroy()
      if (this.behaviour === 'slow') {
        socket.pause()
        setTimeout(() => socket.resume(), 1)
      }
    })
    socket.on('end', () => socket.end())
    if (this.behaviour === 'half-closing') socket.end()
    if (this.behaviour === 'stuck') socket.pause()
    else socket.resume()
  }
}
