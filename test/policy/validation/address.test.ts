/** Kuma's test for TCP addresses: what it really takes and refuses, measured on its own validator. */
import { describe, expect, test } from 'vitest'
import { isAddress } from '../../../src/policy/validation/address.ts'

describe('takes', () => {
  test.each([
    'localhost:5000',
    'logs:5000',
    '127.0.0.1',
    '127.0.0.1:5000',
    '[::1]:5000',
    '[2001:db8::1]',
    'logs:0',
    'logs:65536',
    'logs:99999',
    '127.0.0.1:05000',
    'user:pw@logs:5000',
    'logs:5000/path',
    'tcp://logs:5000',
    'http://logs.com',
    'google.com',
    'bücher.example:5000',
    'https://c.example/x',
    'a_bc:5000',
    'a:12',
    'logs.example.net.:5000',
    'tcp-logs.prod-1.svc.cluster.local:5000',
    'x--y:5000',
    'www.a:5000',
    'logs:5000?q=%zz',
    '10.0.0.256:5000',
  ])('%s', (address) => {
    expect(isAddress(address)).toBe(true)
  })
})

describe('refuses', () => {
  test.each([
    '',
    'localhost',
    'logs',
    'logs:',
    ':5000',
    'logs:abc',
    '::1',
    '::1:5000',
    'a:1',
    '0.0.0.0:1',
    'a_b:5000',
    '1.2.3:5000',
    'unix:/run/als.sock',
    'a:5000,b:5000',
    '%KUMA_MESH%:5000',
    'bad host:1',
    'not_valid_url',
    'collector',
    'tls://logs:5000',
    'logs:123456',
    '[::g]:5000',
    '[fe80::1%25eth0]:5000',
    '.logs:5000',
    'logs:5000/%zz',
    'logs:5000\n',
    '-logs:5000',
    '😀:5000',
    `${'a'.repeat(2078)}:5000`,
  ])('%j', (address) => {
    expect(isAddress(address)).toBe(false)
  })
})

test('takes no longer for long addresses that nearly fit', () => {
  const started = performance.now()
  expect(isAddress(`${'a-'.repeat(1_000)}!:5000`)).toBe(false)
  expect(isAddress(`${'a'.repeat(2_000)}!`)).toBe(false)
  expect(performance.now() - started).toBeLessThan(2_000)
})
