/**
 * Run by `torn.test.ts`: writes 100 entries to a file that may not grow beyond 8 KiB, then lifts the limit and writes the rest.
 * Prints what happened. A process of its own, because the limit holds for all files of a process.
 * Arguments: path, and `foreign` when somebody else appends to the file meanwhile.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, statSync } from 'node:fs'
import { WriteError } from '../../src/errors.ts'
import { createFileWriter } from '../../src/writers/file.ts'
import { batchOf, lines } from './batches.ts'

const [path = '', foreign] = process.argv.slice(2)
const limit = (bytes: string) => execFileSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:unlimited`])
const patience = new AbortController().signal

const writer = createFileWriter({ path })
const entries = lines(100, 300)
await writer.write(batchOf(['first\n']), patience)
if (foreign === 'foreign') appendFileSync(path, 'foreign\n')
limit('8192')
const error: unknown = await writer.write(batchOf(entries), patience).catch((reason: unknown) => reason)
if (!(error instanceof WriteError)) throw new Error('the limit did not hold')
const { code, retryable, entriesWritten, message } = error
const size = statSync(path).size
limit('unlimited')
await writer.write(batchOf(entries.slice(entriesWritten)), patience)
await writer.close()
console.log(JSON.stringify({ code, retryable, entriesWritten, message, size }))
