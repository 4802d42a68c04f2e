/**
 * POSTs over kept HTTP/1.1 connections, by bare sockets: a client that costs less than the server it measures. With `node:http` as the client
 * a body of 0.9 MB took 5.0 ms (p50) when the server only read it, with this one 3.1.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Posts {
  readonly port: number
  readonly path: string
}

export class HttpPosts {
  readonly #to: Posts
  /** Connections on which nothing is under way. */
  readonly #free: Socket[] = []
  readonly #all = new Set<Socket>()

  constructor(to: Posts) {
    this.#to = to
  }

  /** Resolves with status and body of the answer. The body of the request is borrowed until then. Rejects when the connection ends before. */
  async post(body: Uint8Array): Promise<{ status: number; text: string }> {
    const socket = this.#free.pop() ?? (await this.#connect())
    const { path, port } = this.#to
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`
    socket.cork()
    socket.write(`${head}content-length: ${body.length}\r\n\r\n`)
    socket.write(body)
    socket.uncork()
    const answer = await answerOn(socket)
    this.#free.push(socket)
    return answer
  }

  close(): void {
    for (const socket of this.#all) socket.destroy()
  }

  async #connect(): Promise<Socket> {
    const socket = connect({ port: this.#to.port, host: '127.0.0.1', noDelay: true })
    this.#all.add(socket)
    // It closes then, which is told to who waits.
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
}

/** Answers have a `content-length`, and come whole or in pieces. */
function answerOn(socket: Socket): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    let got = ''
    const ended = () => reject(new Error(`the connection ended after ${JSON.stringify(got)}`))
    const hear = (piece: Buffer) => {
      got += piece.toString('latin1')
      const bodyAt = got.indexOf('\r\n\r\n') + 4
      const length = /\r\ncontent-length: *(\d+)/i.exec(got)?.[1]
      if (bodyAt < 4 || length === undefined || got.length < bodyAt + Number(length)) return
      socket.off('data', hear).off('close', ended)
      resolve({ status: Number(got.slice(9, 12)), text: got.slice(bodyAt) })
    }
    socket.on('data', hear).on('close', ended)
  })
}
