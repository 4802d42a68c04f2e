/**
 * Our own stdout and stderr, as the shell, a supervisor or a container runtime may hand them over: files, pipes, sockets.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { lines } from './batches.ts'
import { FifoReader, makeFifo } from './fifo.ts'

const script = fileURLToPath(new URL('standard-stream.child.ts', import.meta.url))
const entries = lines(3000, 997)
let directory = ''
let child: ChildProcess | undefined

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'als-sink-streams-'))
})

afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

/** Starts the child with its stdout on a handle or a socket; `ended` tells what it reported, once it has left. */
function start(stdout: number | 'pipe', milliseconds: number) {
  const args = ['--import', 'tsx', script, '/dev/stdout', `${milliseconds}`]
  const running = spawn(process.execPath, args, { stdio: ['ignore', stdout, 'pipe'] })
  child = running
  let said = ''
  running.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const ended = async () => {
    await until('the child to leave', () => running.exitCode !== null || running.signalCode !== null, 20_000)
    expect(running.exitCode, said).toBe(0)
    return JSON.parse(said)
  }
  return { running, ended }
}

/** A FIFO with both ends open: the child's end is a blocking handle, as a shell's pipe is. */
function openPipe() {
  const path = join(directory, 'pipe')
  makeFifo(path)
  const reader = new FifoReader(path)
  return { reader, end: openSync(path, 'w') }
}

describe('stdout', () => {
  test('a pipe gets everything, in order', async () => {
    const { reader, end } = openPipe()
    const { ended } = start(end, 0)
    closeSync(end)
    reader.resume()
    expect(await ended()).toEqual({ rejected: 0 })
    await until('all bytes', () => reader.bytes >= 3000 * 997)
    expect(reader.text).toBe(entries.join(''))
    reader.close()
  })

  test('a pipe that nobody reads does not keep the process from leaving', async () => {
    const { reader, end } = openPipe()
    const { ended } = start(end, 100)
    closeSync(end)
    const { code, retryable, entriesWritten } = await ended()
    expect({ code, retryable }).toEqual({ code: 'called_off', retryable: true })
    reader.resume()
    await until('what had been written', () => reader.bytes >= entriesWritten * 997)
    expect(entries.join('').startsWith(reader.text)).toBe(true)
    expect(Math.floor(reader.bytes / 997)).toBe(entriesWritten)
    reader.close()
  })

  test('a pipe whose reader has left is a permanent error', async () => {
    const { reader, end } = openPipe()
    reader.close()
    const { ended } = start(end, 0)
    closeSync(end)
    expect(await ended()).toEqual({ code: 'EPIPE', retryable: false, entriesWritten: 0 })
  })

  test('a socket gets everything, in order', async () => {
    const { running, ended } = start('pipe', 0)
    const chunks: Buffer[] = []
    running.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    expect(await ended()).toEqual({ rejected: 0 })
    await until('all bytes', () => Buffer.concat(chunks).length >= 3000 * 997)
    expect(Buffer.concat(chunks).toString()).toBe(entries.join(''))
  })

  test('a socket that nobody reads does not keep the process from leaving', async () => {
    const { running, ended } = start('pipe', 100)
    running.stdout?.pause()
    expect(await ended()).toMatchObject({ code: 'called_off', retryable: true })
  })

  test('a file that the shell opened is written from where it stands', async () => {
    const path = join(directory, 'out')
    writeFileSync(path, 'before\n')
    const end = openSync(path, 'a')
    const { ended } = start(end, 0)
    closeSync(end)
    expect(await ended()).toEqual({ rejected: 0 })
    expect(readFileSync(path, 'utf8')).toBe(`before\n${entries.join('')}`)
  })
})

test('stderr is a destination of its own', async () => {
  const running = spawn(process.execPath, ['--import', 'tsx', script, '/dev/stderr', '0'], { stdio: 'pipe' })
  child = running
  let [out, error] = ['', '']
  running.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  running.stderr.on('data', (chunk: Buffer) => {
    error += chunk
  })
  await until('both streams', () => out.endsWith('\n') && error.length >= 3000 * 997, 20_000)
  expect(JSON.parse(out)).toEqual({ rejected: 0 })
  expect(error).toBe(entries.join(''))
})
