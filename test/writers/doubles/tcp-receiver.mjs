/**
 * A TCP destination as a process of its own: what comes over its nth connection it appends to the file `n` in a directory, so that what it
 * has read is known even when it is killed. Arguments: the directory, the number of the first file, the port (0: any).
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const [directory, first, port] = process.argv.slice(2)
let next = Number(first)

const server = createServer((socket) => {
  const file = openSync(join(directory, `${next++}`.padStart(4, '0')), 'a')
  socket.on('data', (chunk) => writeSync(file, chunk))
  socket.on('error', () => {})
  socket.on('close', () => closeSync(file))
})
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port))
