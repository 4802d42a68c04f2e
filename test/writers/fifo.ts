/**
 * A real FIFO with a reader that takes what comes, or nothing until it is told to.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'

export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path])
}

export class FifoReader {
  readonly fd: number
  #socket: Socket | undefined
  readonly #chunks: Buffer[] = []
  bytes = 0

  /** The reader is there from now on, and reads from `resume` on. */
  constructor(path: string) {
    this.fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  }

  resume(): this {
    this.#socket = new Socket({ fd: this.fd, readable: true, writable: false })
    this.#socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.bytes += chunk.length
    })
    return this
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString()
  }

  close(): void {
    if (this.#socket === undefined) closeSync(this.fd)
    else this.#socket.destroy()
  }
}
