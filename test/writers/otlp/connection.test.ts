/** Connections that are not there, go away, say nothing, come back, or want to be encrypted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp2Server, type IncomingHttpHeaders } from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificates } from '../../../envoy/certify/certificates.ts'
import { describeWithOtlpPython } from '../../support/otlp-python.ts'
import { until } from '../../support/until.ts'
import { bodiesOf, type Receiver, startReceiver } from './receiver.ts'
import { batchOfTexts } from './records.ts'
import { endpointOf, errorOf, patience, protocols, writerTo } from './rig.ts'

describeWithOtlpPython('the OpenTelemetry writer, when the receiver', (python) => {
  async function start(options: Parameters<typeof startReceiver>[1] = {}): Promise<Receiver> {
    const receiver = await startReceiver(python, options)
    onTestFinished(() => receiver.stop())
    return receiver
  }

  test.each(protocols)('dies during a %s request and comes back, goes on with the next write', async (protocol) => {
    const receiver = await start()
    const writer = writerTo(endpointOf(protocol, receiver))
    await writer.write(batchOfTexts(['1']), patience())
    await receiver.tell({ next: [{ die: true }] })
    const died = await errorOf(writer.write(batchOfTexts(['2']), patience()))
    expect(died).toMatchObject({ retryable: true, entriesWritten: 0 })
    await receiver.ended
    const gone = await errorOf(writer.write(batchOfTexts(['2']), patience()))
    expect(gone).toMatchObject({ retryable: true, code: protocol === 'grpc' ? 'UNAVAILABLE' : 'ECONNREFUSED' })
    expect(gone.message).toContain('ECONNREFUSED')

    const { grpcPort, httpPort } = receiver
    const again = await start({ grpcPort, httpPort })
    // The first try is taken: nothing of ours still waits after the failures.
    await writer.write(batchOfTexts(['2']), patience())
    await again.tell({})
    expect(bodiesOf(again.requests)).toBe('2')
  })

  test('takes an HTTP request and hangs up, is asked again: it may not have it', async () => {
    const receiver = await start()
    await receiver.tell({ next: [{ drop: true }] })
    const writer = writerTo(endpointOf('http', receiver))
    expect(await errorOf(writer.write(batchOfTexts(['1']), patience()))).toMatchObject({
      code: 'ECONNRESET',
      retryable: true,
      entriesWritten: 0,
    })
  })

  test.each(protocols)('lets a %s request wait for too long, is asked again later', async (protocol) => {
    const receiver = await start()
    await receiver.tell({ always: { hold: true } })
    const writer = writerTo(endpointOf(protocol, receiver), { timeoutMs: 100 })
    const error = await errorOf(writer.write(batchOfTexts(['1']), patience()))
    expect(error).toMatchObject({ code: protocol === 'grpc' ? 'DEADLINE_EXCEEDED' : 'timeout', retryable: true })
    await receiver.tell({ always: {} })
    await writer.write(batchOfTexts(['2']), patience())
    await receiver.tell({})
    expect(bodiesOf(receiver.requests.filter(({ taken }) => taken))).toBe('2')
  })

  describe('speaks TLS', () => {
    const { root, one, alice, mallory } = makeCertificates()
    let folder = ''
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'als-sink-otlp-'))
      for (const [name, pem] of Object.entries({ root, cert: one.chain, key: one.key }))
        writeFileSync(join(folder, `${name}.pem`), pem)
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    test('is trusted by its authority, and knows us by our certificate', async () => {
      const file = (name: string) => join(folder, `${name}.pem`)
      const receiver = await start({ tls: { cert: file('cert'), key: file('key'), clientCa: file('root') } })
      const certificate = { cert: alice.chain, key: alice.key }
      for (const protocol of protocols) {
        const endpoint = endpointOf(protocol, receiver).replace(/^(grpc|http)/, '$1s')
        const write = (tls: object) => writerTo(endpoint, { tls }).write(batchOfTexts([protocol]), patience())
        await write({ ca: root, ...certificate })
        // A wrong authority, a wrong name, no certificate of ours, one of somebody else's: all may be mended from outside.
        for (const wrong of [
          certificate,
          { ca: root, ...certificate, serverName: 'elsewhere.test' },
          { ca: root },
          { ca: root, cert: mallory.chain, key: mallory.key },
        ]) {
          expect(await errorOf(write(wrong))).toMatchObject({ retryable: true, entriesWritten: 0 })
        }
      }
      await receiver.tell({})
      expect(bodiesOf(receiver.requests)).toBe('grpchttp')
    })
  })
})

/** Accepts and says nothing. */
async function openSilent(): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

test.each(protocols)('a %s peer that says nothing at all is given up in time, and dialled anew', async (protocol) => {
  const silent = await openSilent()
  const writer = writerTo(`${protocol}://127.0.0.1:${silent.port}`, { timeoutMs: 100 })
  for (const connections of [1, 2]) {
    expect(await errorOf(writer.write(batchOfTexts(['1']), patience()))).toMatchObject({ retryable: true })
    await until(`${connections} connections`, () => silent.sockets.length === connections)
  }
})

test.each(protocols)('a %s write that was called off before its turn does not dial', async (protocol) => {
  const silent = await openSilent()
  const writer = writerTo(`${protocol}://127.0.0.1:${silent.port}`)
  const error = await errorOf(writer.write(batchOfTexts(['1']), AbortSignal.abort()))
  expect(error).toMatchObject({ code: 'called_off', retryable: true, entriesWritten: 0 })
  expect(silent.sockets).toEqual([])
})

test('headers that gRPC cannot send are told by the first write, which is not to be tried again', async () => {
  const writer = writerTo('grpc://127.0.0.1:4317', { headers: { 'not a name': '1' } })
  const error = await errorOf(writer.write(batchOfTexts(['1']), patience()))
  expect(error).toMatchObject({ code: 'settings', retryable: false, blamesEntries: false })
  expect(error.message).toContain('not a name')
})

test.each([
  ['gzip', 'gzip', 1],
  ['none', undefined, 0],
] as const)('gRPC messages with compression %s say so on the wire', async (compression, encoding, flag) => {
  const seen: { headers?: IncomingHttpHeaders; first?: number } = {}
  const server = createHttp2Server().on('stream', (stream, headers) => {
    seen.headers = headers
    stream.once('data', (data: Buffer) => {
      seen.first = data[0]!
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '3' }, { endStream: true })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const writer = writerTo(`grpc://127.0.0.1:${(server.address() as AddressInfo).port}`, { compression })
  expect(await errorOf(writer.write(batchOfTexts(['1']), patience()))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(seen.first).toBe(flag)
  expect(seen.headers?.['grpc-encoding']).toBe(encoding)
  expect(seen.headers?.[':path']).toBe('/opentelemetry.proto.collector.logs.v1.LogsService/Export')
})
