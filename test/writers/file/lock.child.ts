/** Run by `lock.test.ts`: takes the lock of the file named, says how that went, and keeps it until it is killed. */
import { writeSync } from 'node:fs'
import { FileLock } from '../../../src/writers/file/lock.ts'

await FileLock.take(process.argv[2] ?? '').then(
  () => writeSync(1, 'held\n'),
  (error: Error) => writeSync(1, `${error.name}\n`),
)
process.stdin.resume()
