/**
 * Reading a socket without a buffer for each read. Node can read into a buffer of ours, but only when the socket is made with it; an
 * accepted one is already made. So its handle is handed over to a second socket, which is how Node makes its own: by the option
 * `handle`, which is not documented.
 *
 * One buffer serves the process: a read fills it and is told at once, before another begins. That holds where reads are tried when the
 * system says that there is something (everywhere but on Windows, where they are begun beforehand).
 */
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import { readBufferBytes } from '../limits.ts'

/** What there is of a TCP or Unix socket inside Node. */
interface Handle {
  readonly reading?: boolean
}

/** Nothing is read while it is shut. */
export interface ReadingGate {
  readonly isShut: boolean
  /** Calls back once, as soon as it is open. */
  whenOpen(callback: () => void): void
}

let shared: Buffer | null = null

/**
 * Calls `onBytes` for all that comes from `socket`: the first `length` of `bytes`, borrowed for the call. Returns the socket to use from
 * now on. To get the shared buffer `socket` must be one of `createServer({ pauseOnConnect: true })`, untouched; all others, TLS among
 * them, are read by their 'data' events.
 */
export function readSocket(
  socket: Duplex,
  onBytes: (bytes: Buffer, length: number) => void,
  gate: ReadingGate | undefined,
): Duplex {
  const handle = takeHandle(socket)
  if (handle === null) {
    socket.on('data', (bytes: Buffer) => {
      onBytes(bytes, bytes.length)
      if (gate?.isShut !== true) return
      socket.pause()
      gate.whenOpen(() => socket.resume())
    })
    socket.resume()
    return socket
  }
  shared ??= Buffer.allocUnsafeSlow(readBufferBytes)
  const buffer = shared
  const callback = (length: number): boolean => {
    onBytes(buffer, length)
    if (gate?.isShut !== true) return true
    gate.whenOpen(() => reader.resume())
    return false
  }
  const options = { handle, onread: { buffer, callback } }
  const reader = new Socket(options as SocketConstructorOpts)
  return reader
}

function takeHandle(socket: Duplex): Handle | null {
  if (process.platform === 'win32' || Object.getPrototypeOf(socket) !== Socket.prototype) return null
  const owner = socket as unknown as { _handle?: Handle | null }
  const handle = owner._handle
  // A socket that reads may have bytes of its own already.
  if (handle?.reading !== false || socket.destroyed) return null
  owner._handle = null
  // Without a handle this only takes it off its server's count.
  socket.destroy()
  return handle
}
