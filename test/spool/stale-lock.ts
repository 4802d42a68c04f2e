/** A lock as kill -9 leaves it: a socket on which nobody listens. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const listenAndDie = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`

export function leaveStaleLock(folder: string): void {
  try {
    execFileSync(process.execPath, ['-e', listenAndDie, join(folder, 'lock-5f3a9c210000')])
  } catch (error) {
    if ((error as { signal?: string }).signal !== 'SIGKILL') throw error
  }
}
