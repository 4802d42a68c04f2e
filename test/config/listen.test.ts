/** Where to listen: as a text, as an object with TLS, in a list; and what is refused as unsafe. */
import { expect, test } from 'vitest'
import { loadDocuments } from '../../src/config/load.ts'

function load(text: string) {
  const [{ config, faults, warnings }] = loadDocuments('sink.yaml', text) as [ReturnType<typeof loadDocuments>[number]]
  const tell = (found: typeof faults) => found.map((f) => `${f.line}:${f.column} ${f.code} ${f.path}: ${f.message}`)
  return { listen: config?.listen, faults: tell(faults), warnings: tell(warnings) }
}

test.each([
  ['{grpc: "a:1"}', { grpc: [{ text: 'a:1', tls: null }] }],
  ['{grpc: {address: "a:1"}}', { grpc: [{ text: 'a:1', tls: null }] }],
  [
    '{grpc: ["a:1", {address: "[::1]:2", tls: {cert: c.pem, key: k.pem}}]}',
    { grpc: [{ text: 'a:1' }, { host: '::1', port: 2, tls: { cert: 'c.pem', key: 'k.pem', clientCa: null } }] },
  ],
  [
    '{http: {address: unix:/s, tls: {cert: c, key: k, clientCa: ca}}}',
    { http: { kind: 'unix', path: '/s', tls: { cert: 'c', key: 'k', clientCa: 'ca' } } },
  ],
  ['{http: null}', { http: null }],
  ['{http: "[::1]:9002"}', { http: { host: '::1' } }],
  ['{http: {address: "0.0.0.0:80", tls: {cert: c, key: k}}}', { http: { host: '0.0.0.0', tls: { cert: 'c' } } }],
  ['{http: {address: "0.0.0.0:80", insecure: true}}', { http: { host: '0.0.0.0', tls: null } }],
  ['{grpc: ["a:0", "a:0"]}', { grpc: [{ port: 0 }, { port: 0 }] }],
])('listen: %s', (written, listen) => {
  expect(load(`listen: ${written}`)).toMatchObject({ listen, faults: [], warnings: [] })
})

test.each([
  ['{http: "0.0.0.0:80"}', '1:16 unsafe listen.http: is not a loopback address, and without TLS.'],
  ['{http: {address: "als.example:80"}}', '1:16 unsafe listen.http: is not a loopback address'],
  ['{http: {address: "0.0.0.0:80", insecure: false}}', '1:16 unsafe listen.http: is not a loopback address'],
  ['{http: {tls: {cert: c, key: k}}}', '1:10 missing listen.http.address: is required.'],
  ['{http: {address: "a"}}', '1:26 wrong_value listen.http.address: must be an address such as'],
  ['{http: 80}', '1:16 wrong_value listen.http: must be an address such as'],
  ['{http: []}', '1:16 wrong_value listen.http: must be an address such as'],
  ['{grpc: {address: "a:1", tls: {}}}', '1:33 missing listen.grpc.tls.cert: is required.'],
  ['{grpc: {address: "a:1", tls: {cert: c}}}', '1:33 missing listen.grpc.tls.key: is required.'],
  [
    '{grpc: {address: "a:1", tls: {kee: x, cert: c, key: k}}}',
    '1:39 unknown_key listen.grpc.tls.kee: is not a key here. Did you mean key?',
  ],
  ['{grpc: {adress: "a:1"}}', '1:17 unknown_key listen.grpc.adress: is not a key here. Did you mean address?'],
  [
    '{grpc: ["a:1", {address: "b:2", tls: on}]}',
    '1:46 wrong_type listen.grpc[1].tls: must be a mapping of keys, not "on".',
  ],
  ['{grpc: {address: "a:1", insecure: 1}}', '1:43 wrong_type listen.grpc.insecure: must be true or false, not 1.'],
  ['{grpc: ["a:1", "a:1"]}', '1:24 duplicate listen.grpc[1]: is already the address of listen.grpc[0].'],
  [
    '{grpc: "a:1", http: {address: "a:1", insecure: true}}',
    '1:29 duplicate listen.http: is already the address of listen.grpc.',
  ],
])('listen: %s is refused', (written, fault) => {
  const { listen, faults } = load(`listen: ${written}`)
  expect(listen).toBeUndefined()
  expect(faults).toContainEqual(expect.stringContaining(fault))
})

test('a permission that gRPC does not need is told', () => {
  expect(load('listen: {grpc: {address: "0.0.0.0:1", insecure: true}}').warnings).toEqual([
    '1:39 unused listen.grpc.insecure: has no effect: gRPC may be plain beyond loopback.',
  ])
})
