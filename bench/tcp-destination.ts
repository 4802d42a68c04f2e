/** TCP destinations beside the measured file: one that takes everything and forgets it, and one that accepts and never reads. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** In a process of its own, so that reading is not the work of the client. */
const reader = `require('node:net').createServer((socket) => socket.resume().on('error', () => {}))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

/** Resolves with its port. It ends with this process. */
export async function openTcpDestination(manner: 'reading' | 'hanging'): Promise<number> {
  if (manner === 'hanging') {
    const server = createServer({ pauseOnConnect: true }, (socket) => socket.on('error', () => {}))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
  const child = spawn(process.execPath, ['-e', reader], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return Number(said.toString())
}
