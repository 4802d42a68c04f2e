/** Doors with TLS, met by a real gRPC client. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentials } from '@grpc/grpc-js'
import { afterAll, expect, test } from 'vitest'
import { type Identity, makeCertificates, writeCertificates } from '../../envoy/certify/certificates.ts'
import { ConfigError } from '../../src/errors.ts'
import { startWebServer } from '../../src/web/server.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { bench } from './clients.ts'
import { message } from './doubles.ts'

const folder = mkdtempSync(join(tmpdir(), 'tls-'))
afterAll(() => rmSync(folder, { recursive: true }))
const ours = makeCertificates()
writeCertificates(folder, ours)
const server = { cert: join(folder, 'one.pem'), key: join(folder, 'one.key') }

const call = async (address: string, root: string, own?: Identity) => {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text))
  const security = credentials.createSsl(pem(root), pem(own?.key), pem(own?.chain))
  const { stream, ended } = grpcCall(grpcClient(address, {}, security))
  stream.end(message({ http: ['a'] }))
  return (await ended).code
}

const unavailable = 14

test('a stream over TLS arrives like any other; who does not trust the certificate is not served', async () => {
  const address = { address: '127.0.0.1:0', tls: { ...server, clientCa: null } }
  const { server: door, entries } = await bench({ addresses: [address] })
  expect(await call(door.addresses[0]!, ours.root)).toBe(0)
  expect(await call(door.addresses[0]!, makeCertificates().root)).toBe(unavailable)
  expect(entries()).toEqual(['http a'])
})

test('with a clientCa only those with its certificate are served', async () => {
  const tls = { ...server, clientCa: join(folder, 'root.pem') }
  const { server: door, entries } = await bench({ addresses: [{ address: '127.0.0.1:0', tls }] })
  expect(await call(door.addresses[0]!, ours.root, ours.alice)).toBe(0)
  expect(await call(door.addresses[0]!, ours.root)).toBe(unavailable)
  expect(await call(door.addresses[0]!, ours.root, ours.mallory)).toBe(unavailable)
  expect(entries()).toEqual(['http a'])
})

test('all files that cannot be read are told at once', async () => {
  const tls = { cert: '/no/cert.pem', key: '/no/key.pem', clientCa: null }
  const error = await bench({ addresses: [{ address: '127.0.0.1:0', tls }] }).then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(ConfigError)
  expect((error as ConfigError).faults.map(({ path }) => path)).toEqual(['listen.grpc.tls.cert', 'listen.grpc.tls.key'])
  await expect(startWebServer({ address: '127.0.0.1:0', tls, routes: {} })).rejects.toThrow(ConfigError)
})
