/** Doors with TLS, met by a real gRPC client. */
import { credentials } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { startWebServer } from '../../src/web/server.ts'
import { type Authority, createAuthority, pem } from '../support/certificates.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { bench } from './clients.ts'
import { message } from './doubles.ts'

const call = async (address: string, authority: Authority, own?: { cert: string; key: string }) => {
  const security = own
    ? credentials.createSsl(pem(authority.ca), pem(own.key), pem(own.cert))
    : credentials.createSsl(pem(authority.ca))
  const { stream, ended } = grpcCall(grpcClient(address, {}, security))
  stream.end(message({ http: ['a'] }))
  return (await ended).code
}

const unavailable = 14

test('a stream over TLS arrives like any other; who does not trust the certificate is not served', async () => {
  const authority = createAuthority('authority')
  const server = authority.issue('server')
  const address = { address: '127.0.0.1:0', tls: { ...server, clientCa: null } }
  const { server: door, entries } = await bench({ addresses: [address] })
  expect(await call(door.addresses[0]!, authority)).toBe(0)
  expect(await call(door.addresses[0]!, createAuthority('another'))).toBe(unavailable)
  expect(entries()).toEqual(['http a'])
})

test('with a clientCa only those with its certificate are served', async () => {
  const authority = createAuthority('authority')
  const stranger = createAuthority('stranger')
  const tls = { ...authority.issue('server'), clientCa: authority.ca }
  const { server: door, entries } = await bench({ addresses: [{ address: '127.0.0.1:0', tls }] })
  expect(await call(door.addresses[0]!, authority, authority.issue('proxy'))).toBe(0)
  expect(await call(door.addresses[0]!, authority)).toBe(unavailable)
  expect(await call(door.addresses[0]!, authority, stranger.issue('proxy'))).toBe(unavailable)
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
