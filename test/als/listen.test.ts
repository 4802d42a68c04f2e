/** Addresses: where the door may stand, and what keeps it from standing there. */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'
import { bench, rawCall, rawClient } from './clients.ts'
import { frame, message } from './doubles.ts'

describe('addresses', () => {
  const directory = () => {
    const path = mkdtempSync(join(tmpdir(), 'als-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    return path
  }

  const send = async (address: string) => {
    const { stream, closed } = rawCall(rawClient(address))
    stream.end(frame(message({ http: [`by ${address}`] })))
    return (await closed).trailers['grpc-status']
  }

  test('several at once: IPv4, IPv6 and a Unix socket, which is removed at the end', async () => {
    const path = join(directory(), 'als.sock')
    const { server, entries } = await bench({ addresses: ['127.0.0.1:0', '[::1]:0', `unix:${path}`] })
    expect(server.addresses).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^\[::1\]:\d+$/),
      `unix:${path}`,
    ])
    for (const address of server.addresses) expect(await send(address)).toBe('0')
    expect(entries()).toEqual(server.addresses.map((address) => `http by ${address}`))
    await server.close({ graceMs: 1_000 })
    expect(existsSync(path)).toBe(false)
  })

  test('grpc-js over a Unix socket', async () => {
    const path = join(directory(), 'als.sock')
    const { entries } = await bench({ addresses: [`unix:${path}`] })
    const { stream, ended } = grpcCall(grpcClient(`unix:${path}`))
    stream.end(message({ http: ['a'] }))
    expect((await ended).code).toBe(0)
    expect(entries()).toEqual(['http a'])
  })

  test('a socket file that nobody listens on is replaced', async () => {
    const path = join(directory(), 'als.sock')
    const dead = net.createServer().listen(path)
    await until('it listens', () => dead.listening)
    // Renamed away and back, the file outlives its listener as it would outlive a killed process.
    renameSync(path, `${path}.kept`)
    await new Promise((resolve) => dead.close(resolve))
    renameSync(`${path}.kept`, path)
    const { server } = await bench({ addresses: [`unix:${path}`] })
    expect(await send(server.addresses[0]!)).toBe('0')
  })

  const refusal = async (addresses: string[]) => {
    const error = await bench({ addresses }).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).faults[0]
  }

  test('a socket that is in use, a file that is none, a port that is taken', async () => {
    const path = directory()
    const { server } = await bench({ addresses: [`unix:${path}/used`, '127.0.0.1:0'] })
    writeFileSync(`${path}/file`, 'precious')
    const port = server.addresses[1]!
    expect(await refusal([`unix:${path}/used`])).toMatchObject({
      code: 'listen',
      message: expect.stringMatching(/in use/),
    })
    expect(await refusal([`unix:${path}/file`])).toMatchObject({ message: expect.stringMatching(/not a socket/) })
    expect(await refusal([port])).toMatchObject({ message: expect.stringMatching(/in use/) })
    expect(existsSync(`${path}/file`)).toBe(true)
    expect(await send(`unix:${path}/used`)).toBe('0')
  })

  test.each(['nonsense', 'unix:', '127.0.0.1', '127.0.0.1:70000', '::1:9001', ':9001'])(
    '%s is not an address',
    async (address) => {
      expect(await refusal([address])).toMatchObject({ message: expect.stringMatching(/is not an address/) })
    },
  )

  test('all addresses or none: the first is closed again when the second fails', async () => {
    const path = join(directory(), 'als.sock')
    await refusal([`unix:${path}`, 'nonsense'])
    expect(existsSync(path)).toBe(false)
  })
})
