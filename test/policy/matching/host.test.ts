import { expect, test } from 'vitest'
import { isIPv6, isWildcard, parseAddress, plainHost } from '../../../src/policy/matching/host.ts'

test.each([
  ['192.168.0.7:8080', '192.168.0.7', 8080],
  ['[::1]:80', '::1', 80],
  ['[2001:0db8:0:0::0001]:443', '2001:db8::1', 443],
  // As names of listeners have it.
  ['fd00::1:80', 'fd00::1', 80],
])('%s is taken apart', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port })
})

test.each(['', '/run/a.sock', 'envoy://listener/', '192.168.0.7', ':80', '192.168.0.7:', '192.168.0.7:123456'])(
  '%j is no address with a port',
  (text) => {
    expect(parseAddress(text)).toBeNull()
  },
)

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['[FD00::A]', 'fd00::a'],
  ['fd00:0:0:0:0:0:0:a', 'fd00::a'],
  ['not:an:address', 'not:an:address'],
])('%s is written %s', (text, host) => {
  expect(plainHost(text)).toBe(host)
})

test('hosts are told apart', () => {
  expect(['0.0.0.0', '::', '::1', '10.0.0.0'].map(isWildcard)).toEqual([true, true, false, false])
  expect(['0.0.0.0', '::', 'host'].map(isIPv6)).toEqual([false, true, false])
})
