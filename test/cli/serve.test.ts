/** `als-sink serve` with `replay` and `capture` at its other end: real processes, sockets and files. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../support/until.ts'
import { capture, Running, run, scratch } from './run.ts'

const entriesOfCapture = 152

interface Sink {
  readonly running: Running
  readonly address: string
  readonly dir: string
}

async function startSink(file: object, rest: object = {}, listen = '127.0.0.1:0'): Promise<Sink> {
  const dir = scratch()
  const config = join(dir, 'sink.yaml')
  const backend = {
    type: 'File',
    name: 'access',
    file: { path: join(dir, 'access.log'), ...file },
    queue: { flushAfter: '10ms' },
    ...rest,
  }
  const grpc = listen.replace('DIR', dir)
  writeFileSync(
    config,
    JSON.stringify({
      listen: { grpc, http: null },
      pipelines: [{ backends: [backend] }],
      shutdown: { graceSeconds: 1 },
    }),
  )
  const running = new Running(['serve', '-c', config])
  const address = await running.said(/als-sink listens on ([^ "]+)\./)
  return { running, address, dir }
}

const linesOf = (file: string) => readFileSync(file, 'latin1').split('\n').length - 1

test('entries become lines, and TERM ends in order with the books', async () => {
  const { running, address, dir } = await startSink({ format: { type: 'Plain', plain: '%PROTOCOL% %RESPONSE_CODE%' } })
  const replay = await run('replay', capture, '--to', address, '--streams', '3', '--repeat', '2', '--output', 'json')
  expect(replay.code).toBe(0)
  expect(JSON.parse(replay.stdout)).toMatchObject({ streams: 3, entries: 6 * entriesOfCapture, errors: {} })
  running.child.kill('SIGTERM')
  const { code, stderr } = await running.ended
  expect(stderr).toMatch(new RegExp(`access +${6 * entriesOfCapture} +0 +${6 * entriesOfCapture} +0 +0 +0\n`))
  expect(code).toBe(0)
  expect(linesOf(join(dir, 'access.log'))).toBe(6 * entriesOfCapture)
  expect(statSync(join(dir, 'access.log')).mode & 0o137).toBe(0)
})

test('a Unix socket is a door too, and is gone afterwards', async () => {
  const { running, address, dir } = await startSink({}, {}, 'unix:DIR/als.sock')
  expect(await run('replay', capture, '--to', address)).toMatchObject({ code: 0 })
  running.child.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 0 })
  expect(readdirSync(dir).sort()).toEqual(['access.log', 'sink.yaml'])
})

test.each(['SIGHUP', 'SIGUSR1'] as const)('%s opens the file anew; nothing is lost between the two', async (signal) => {
  const { running, address, dir } = await startSink({})
  const [file, moved] = [join(dir, 'access.log'), join(dir, 'access.log.1')]
  await run('replay', capture, '--to', address)
  // It is made with the first batch, which may come after the answer to who sent it.
  await until('the first lines', () => existsSync(file) && linesOf(file) === entriesOfCapture)
  renameSync(file, moved)
  running.child.kill(signal)
  await running.said(/opened anew/)
  await run('replay', capture, '--to', address)
  running.child.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0 })
  expect([linesOf(moved), linesOf(file)]).toEqual([entriesOfCapture, entriesOfCapture])
})

test('backends that name one file share it, and each keeps its own books', async () => {
  const dir = scratch()
  const [config, path] = [join(dir, 'sink.yaml'), join(dir, 'access.log')]
  const backend = (name: string, plain: string) => ({
    type: 'File',
    name,
    file: { path, format: { type: 'Plain', plain } },
    queue: { flushAfter: '1ms' },
  })
  const pipelines = [
    { backends: [backend('a', 'A'), backend('b', 'B')] },
    { match: { entries: 'tcp' }, backends: [backend('c', 'C')] },
  ]
  writeFileSync(config, JSON.stringify({ listen: { grpc: '127.0.0.1:0', http: null }, pipelines }))
  const running = new Running(['serve', '-c', config])
  const address = await running.said(/als-sink listens on ([^ "]+)\./)
  await run('replay', capture, '--to', address, '--repeat', '20')
  running.child.kill('SIGTERM')
  const { code, stderr } = await running.ended
  const total = 20 * entriesOfCapture
  for (const name of ['a', 'b']) expect(stderr).toMatch(new RegExp(`\n${name} +${total} +0 +${total} +0 +0 +0\n`))
  expect(stderr).toMatch(/\nc +0 +0 +0 +0 +0 +0\n/)
  const lines = readFileSync(path, 'latin1').split('\n')
  expect(lines.pop()).toBe('')
  expect([lines.filter((line) => line === 'A').length, lines.filter((line) => line === 'B').length]).toEqual([
    total,
    total,
  ])
  expect(code).toBe(0)
})

describe('a destination that takes nothing', () => {
  /** A FIFO that nobody reads. */
  async function startStuckSink(): Promise<Sink> {
    const dir = scratch()
    const path = join(dir, 'fifo')
    execFileSync('mkfifo', [path])
    const sink = await startSink({ path })
    await run('replay', capture, '--to', sink.address)
    return sink
  }

  test('what is left when the grace is over is counted as dropped, and the exit code says so', async () => {
    const { running } = await startStuckSink()
    running.child.kill('SIGTERM')
    const { code, stderr } = await running.ended
    expect(stderr).toMatch(
      new RegExp(`access +${entriesOfCapture} +0 +0 +${entriesOfCapture} +0 +0 +shutdown ${entriesOfCapture}\n`),
    )
    expect(code).toBe(1)
  })

  test('a second TERM stops at once and says what was lost', async () => {
    const { running } = await startStuckSink()
    running.child.kill('SIGTERM')
    await running.said(/Stopping\./)
    running.child.kill('SIGTERM')
    const { code, stderr } = await running.ended
    expect(stderr).toContain(`stopped at once; ${entriesOfCapture} queued entries are lost.`)
    expect(code).toBe(1)
  })
})

describe('a start that fails', () => {
  test('an address in use is a fault with its place', async () => {
    const { address } = await startSink({})
    const config = join(scratch(), 'sink.yaml')
    writeFileSync(config, `listen: {grpc: "${address}", http: null}`)
    expect(await run('serve', '-c', config)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`listen.grpc: ${address} is in use`),
    })
  })

  test('the default place of the HTTP door may be taken, a chosen one may not', async () => {
    const [dir, taken] = [scratch(), createServer().listen(0, '127.0.0.1')]
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const config = join(dir, 'sink.yaml')
    writeFileSync(config, `listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:${port}"}`)
    expect(await run('serve', '-c', config)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`listen.http: 127.0.0.1:${port} is in use`),
    })
    // Whoever comes second does without.
    writeFileSync(config, 'listen: {grpc: "127.0.0.1:0"}')
    const both = [new Running(['serve', '-c', config]), new Running(['serve', '-c', config])]
    await Promise.all(both.map((running) => running.said(/als-sink listens on/)))
    for (const { child } of both) child.kill('SIGTERM')
    const ends = await Promise.all(both.map(({ ended }) => ended))
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    expect(ends.map(({ stderr }) => stderr).join('')).toContain('There are no metrics')
  })

  test('a configuration with faults', async () => {
    const config = join(scratch(), 'sink.yaml')
    writeFileSync(config, 'log: {level: info}\nlisen: {}\n')
    expect(await run('serve', '-c', config)).toMatchObject({
      code: 1,
      stderr: `${config}:2:1 lisen: is not a key here.\n    lisen: {}\n    ^^^^^\nDid you mean listen?\n`,
    })
  })
})

test('capture records what replay sends, byte for byte', async () => {
  const dir = join(scratch(), 'captures')
  const running = new Running(['capture', '--listen', '127.0.0.1:0', '--dir', dir])
  const address = await running.said(/captures on (\S+) into/)
  expect(await run('replay', capture, '--to', address, '--streams', '2')).toMatchObject({ code: 0 })
  running.child.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 0 })
  expect(readdirSync(dir)).toEqual(['stream-0001.als', 'stream-0002.als'])
  for (const file of readdirSync(dir)) expect(readFileSync(join(dir, file)).equals(readFileSync(capture))).toBe(true)
})

describe('replay', () => {
  test('keeps the rate it was asked for', async () => {
    const { address } = await startSink({})
    const { stdout } = await run('replay', capture, '--to', address, '--rate', '152', '--output', 'json')
    const { seconds, entries } = JSON.parse(stdout) as { seconds: number; entries: number }
    expect(entries).toBe(entriesOfCapture)
    // The last message goes out when all before it have had their time.
    expect(seconds).toBeGreaterThan(0.8)
  })

  test('a sink that is not there is an error, counted by its code', async () => {
    const { code, stdout } = await run('replay', capture, '--to', '127.0.0.1:1', '--streams', '2', '--output', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      entries: 0,
      unconfirmedEntries: 2 * entriesOfCapture,
      errors: { UNAVAILABLE: 2 },
    })
    expect(code).toBe(1)
  })
})

test('demo sends a recorded stream through a real connection, and an Envoy that fails is told', async () => {
  const running = new Running(['demo'], { ALS_SINK_ENVOY_BINARY: '/no/such/envoy' })
  const { code, stdout, stderr } = await running.ended
  expect(stdout.split('\n')).toHaveLength(entriesOfCapture + 1)
  expect(stdout).toMatch(/^\[2026-[^\]]+\] "GET /)
  expect(stderr).toContain('Envoy could not be driven')
  expect(stderr).toMatch(new RegExp(`default/file +${entriesOfCapture} +0 +${entriesOfCapture} +0 +0 +0\n`))
  expect(code).toBe(0)
})
