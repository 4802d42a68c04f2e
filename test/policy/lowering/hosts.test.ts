/** TCP addresses of policies: spellings, markers, refusals, and which hosts are allowed. */
import { describe, expect, test } from 'vitest'
import { hostFault, lowerTcpAddress } from '../../../src/policy/lowering/hosts.ts'

const values = { mesh: 'default', zone: '', destinationService: '*' }
const lower = (address: string, allowed = ['*']) => lowerTcpAddress(address, values, allowed)

describe('a TCP address', () => {
  test.each<[string, string, string, number, boolean]>([
    ['logs:5000', 'logs:5000', 'logs', 5000, false],
    ['127.0.0.1:05000', '127.0.0.1:5000', '127.0.0.1', 5000, false],
    ['[::1]:5000', '[::1]:5000', '::1', 5000, false],
    ['tcp://logs:5000', 'logs:5000', 'logs', 5000, false],
    ['tls://logs.obs.svc:6514', 'logs.obs.svc:6514', 'logs.obs.svc', 6514, true],
    ['logs.%KUMA_MESH%:5000', 'logs.default:5000', 'logs.default', 5000, false],
  ])('%j is %j', (written, text, host, port, tls) => {
    expect(lower(written)).toEqual({ value: { address: { kind: 'tcp', host, port, text }, tls } })
  })

  test.each([
    [
      'logs',
      'not "logs". Which port? Write logs:5000, or whichever it is. Kuma takes some that its proxies cannot reach.',
    ],
    ['127.0.0.1', 'Which port?'],
    ['http://logs.com', 'must be an address with its port'],
    ['logs:0', 'must be an address with its port'],
    ['logs:65536', 'must be an address with its port'],
    ['user:pw@logs:5000', 'must be an address with its port'],
    ['logs:5000/path', 'must be an address with its port'],
    ['logs.%KUMA_ZONE%:5000', 'holds %KUMA_ZONE%, which is empty here.'],
    ['%KUMA_DESTINATION_SERVICE%:5000', 'must be an address with its port'],
    ['%REQ(:AUTHORITY)%', 'each value would need a connection of its own.'],
    ['%KUMA_NOTHING%:1', 'which nobody knows'],
  ])('%j is refused', (written, fault) => {
    expect(lower(written)).toEqual({ fault: expect.stringContaining(fault) })
  })

  test('a host that is not allowed is refused', () => {
    expect(lower('logs:5000', ['*.obs.svc', '10.0.0.1'])).toEqual({
      fault: 'leads to logs:5000, which is not within kuma.allow.hosts (*.obs.svc, 10.0.0.1).',
    })
  })
})

test.each<[string, number, string[]]>([
  ['logs', 5000, ['*']],
  ['logs', 5000, ['logs']],
  ['Logs.OBS.svc', 5000, ['*.obs.SVC']],
  ['logs', 5000, ['other', 'logs:5000']],
  ['logs', 5000, ['*:5000']],
  ['::1', 5000, ['::1']],
  ['::1', 5000, ['[::1]']],
  ['::1', 5000, ['[::1]:5000']],
  ['a.b.c', 1, ['a.*.c']],
])('%s:%i is within %j', (host, port, allowed) => {
  expect(hostFault(host, port, allowed)).toBeNull()
})

test.each<[string, number, string[]]>([
  ['logs', 5000, []],
  ['logs', 5000, ['log']],
  ['logs', 5000, ['logs:5001']],
  ['evil-obs.svc', 5000, ['*.obs.svc']],
  ['obs.svc', 5000, ['*.obs.svc']],
  ['logs.obs.svc.evil', 5000, ['*.obs.svc']],
  ['::1', 5000, ['::2', '127.0.0.1']],
])('%s:%i is not within %j', (host, port, allowed) => {
  expect(hostFault(host, port, allowed)).toContain('kuma.allow.hosts')
})
