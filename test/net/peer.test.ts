/** Who is at the other end: loopback, and the names in a certificate, which strangers may have a say in. */
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { alternativeNames, peerOf } from '../../src/net/peer.ts'

test.each<[string | undefined, boolean, boolean]>([
  ['127.0.0.1', false, true],
  ['127.9.9.9', false, true],
  ['::1', false, true],
  ['::ffff:127.0.0.1', false, true],
  ['10.0.0.1', false, false],
  ['::ffff:10.0.0.1', false, false],
  ['fe80::127.0.0.1', false, false],
  // It has hung up already.
  [undefined, false, false],
  [undefined, true, true],
])('an address of %s, by a Unix socket %s: loopback %s', (remoteAddress, isUnix, plainLoopback) => {
  expect(peerOf({ remoteAddress } as Socket, isUnix)).toEqual({ names: [], plainLoopback })
})

test.each([
  ['', []],
  ['DNS:a.example', ['DNS:a.example']],
  [
    'DNS:a.example, URI:spiffe://mesh/a, IP Address:10.0.0.1',
    ['DNS:a.example', 'URI:spiffe://mesh/a', 'IP Address:10.0.0.1'],
  ],
  ['email:a@b.example, othername:UPN::a@b', ['email:a@b.example', 'othername:UPN::a@b']],
  ['URI:"x, DNS:admin.example, y", DNS:a', ['URI:x, DNS:admin.example, y', 'DNS:a']],
  ['URI:"x\\", DNS:admin.example", DNS:a', ['URI:x", DNS:admin.example', 'DNS:a']],
  ['URI:"x, DNS:admin.example', []],
])('%s is %j', (text, names) => {
  expect(alternativeNames(text)).toEqual(names)
})
