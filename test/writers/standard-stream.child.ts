/**
 * Run by `standard-streams.test.ts`: writes 3000 entries to its own stdout or stderr and tells the other one how that went. Calls
 * the write off after the time given, if any, and always leaves by `process.exit`, as the sink does.
 * Arguments: path, milliseconds (0: no end).
 */
import { writeSync } from 'node:fs'
import { createFileWriter } from '../../src/writers/file.ts'
import { batchOf, lines } from './batches.ts'

const [path = '', milliseconds = '0'] = process.argv.slice(2)
const signal = milliseconds === '0' ? new AbortController().signal : AbortSignal.timeout(Number(milliseconds))
const report = (said: object) => writeSync(path === '/dev/stdout' ? 2 : 1, `${JSON.stringify(said)}\n`)

const writer = createFileWriter({ path })
await writer.reopen()
await writer.write(batchOf(lines(3000, 997)), signal).then(
  ({ rejected }) => report({ rejected }),
  ({ code, retryable, entriesWritten }) => report({ code, retryable, entriesWritten }),
)
await writer.flush()
await writer.close()
process.exit(0)
