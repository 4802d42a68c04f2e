/** Kubeconfigs as kube-apiserver takes them, what it takes and we do not, and what of them is not sent. */
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../../../envoy/certify/certificates.ts'
import { readKubeconfig } from '../../../src/audit/export/kubeconfig.ts'
import type { Fault } from '../../../src/errors.ts'
import { kubeconfig } from './rig.ts'

const { root, alice, bob } = makeCertificates()
const base64 = (text: string) => Buffer.from(text).toString('base64')

const files: Readonly<Record<string, string>> = {
  '/etc/sink/pki/ca.pem': root,
  '/etc/sink/alice.pem': alice.chain,
  '/etc/sink/alice.key': alice.key,
  '/run/token': 'from-file\n',
  '/run/empty': '\n',
}

function read(text: string) {
  return readKubeconfig(text, '/etc/sink', (path) => {
    const found = files[path]
    if (found === undefined) throw new Error('ENOENT')
    return Buffer.from(found)
  })
}

const told = (faults: readonly Fault[]) => faults.map(({ code, path }) => `${code} ${path}`)

test('the one that guides for kube-apiserver print is read', () => {
  const text = `apiVersion: v1
kind: Config
clusters:
- name: falco
  cluster:
    server: http://10.96.0.9:9765/k8s-audit
contexts:
- context:
    cluster: falco
    user: ""
  name: default-context
current-context: default-context
preferences: {}
users: []
`
  const remote = {
    text: 'http://10.96.0.9:9765/k8s-audit',
    host: '10.96.0.9',
    port: 9765,
    path: '/k8s-audit',
    tls: null,
    credentials: null,
  }
  expect(read(text)).toEqual({ remote, faults: [], warnings: [] })
})

test.each([
  ['https://logs.test', 'logs.test', 443, '/', 'https://logs.test/'],
  ['https://logs.test/a/b/', 'logs.test', 443, '/a/b', 'https://logs.test/a/b'],
  ['https://logs.test:8443//a//b?key=secret#part', 'logs.test', 8443, '/a/b', 'https://logs.test:8443/a/b'],
  ['http://[::1]:9880/audit.log', '::1', 9880, '/audit.log', 'http://[::1]:9880/audit.log'],
  ['http://logs.test', 'logs.test', 80, '/', 'http://logs.test/'],
  ['localhost:9880', 'localhost', 9880, '/', 'http://localhost:9880/'],
  ['https://logs.test/%2Fa%20b', 'logs.test', 443, '/%2Fa%20b', 'https://logs.test/%2Fa%20b'],
])('the server %s', (server, host, port, path, text) => {
  expect(read(kubeconfig({ server })).remote).toMatchObject({ host, port, path, text })
})

test.each([['ftp://logs.test'], ['logs.test:80/path'], ['https://'], ['unix:///run/x'], ['not a host']])(
  'the server %s is refused',
  (server) => {
    const { remote, faults } = read(kubeconfig({ server }))
    expect([remote, told(faults)]).toEqual([null, ['bad_url clusters[0].cluster.server']])
  },
)

describe('over TLS', () => {
  const server = 'https://logs.test'

  test('files are named from the folder of the kubeconfig', () => {
    const cluster = { server, 'certificate-authority': 'pki/ca.pem', 'tls-server-name': 'one.test' }
    const user = { 'client-certificate': 'alice.pem', 'client-key': '/etc/sink/alice.key' }
    const { remote, faults } = read(kubeconfig(cluster, user))
    expect(faults).toEqual([])
    expect(remote?.tls).toEqual({
      ca: Buffer.from(root),
      cert: Buffer.from(alice.chain),
      key: Buffer.from(alice.key),
      serverName: 'one.test',
      insecureSkipVerify: false,
    })
  })

  test('they may lie in the kubeconfig itself, in base64 that is folded', () => {
    const folded = base64(root).replace(/(.{64})/g, '$1\n')
    const { remote, faults } = read(kubeconfig({ server, 'certificate-authority-data': folded }))
    expect(faults).toEqual([])
    expect(remote?.tls).toMatchObject({ ca: Buffer.from(root), cert: null, key: null, serverName: null })
  })

  test('who believes everybody is warned', () => {
    const { remote, warnings } = read(kubeconfig({ server, 'insecure-skip-tls-verify': true }))
    expect(remote?.tls?.insecureSkipVerify).toBe(true)
    expect(told(warnings)).toEqual(['exposed clusters[0].cluster.insecure-skip-tls-verify'])
  })

  test.each<[string, object, object | null]>([
    ['a token', { token: 'abc' }, { kind: 'token', token: 'abc', file: null }],
    ["a token's file", { tokenFile: '/run/token' }, { kind: 'token', token: 'from-file', file: '/run/token' }],
    [
      'both, of which the file wins',
      { token: 'abc', tokenFile: '/run/token' },
      { kind: 'token', token: 'from-file', file: '/run/token' },
    ],
    ['name and password', { username: 'u', password: 'p:w' }, { kind: 'basic', username: 'u', password: 'p:w' }],
    ['a name alone', { username: 'u' }, { kind: 'basic', username: 'u', password: '' }],
    ['nothing, by empty texts', { token: '', username: '', exec: null }, null],
  ])('the credentials are %s', (_, user, credentials) => {
    const { remote, faults, warnings } = read(kubeconfig({ server }, user))
    expect([faults, warnings]).toEqual([[], []])
    expect(remote?.credentials).toEqual(credentials)
  })

  test.each<[string, object, object, string]>([
    ['a proxy', { 'proxy-url': 'http://proxy.test:3128' }, {}, 'unsupported_key clusters[0].cluster.proxy-url'],
    ['a program', {}, { exec: { command: 'aws' } }, 'unsupported_key users[0].user.exec'],
    ['a provider', {}, { 'auth-provider': { name: 'gcp' } }, 'unsupported_key users[0].user.auth-provider'],
    ['to be somebody else', {}, { as: 'admin' }, 'unsupported_key users[0].user.as'],
    [
      'a missing file',
      { 'certificate-authority': 'no.pem' },
      {},
      'unreadable clusters[0].cluster.certificate-authority',
    ],
    [
      'an authority twice',
      { 'certificate-authority': 'pki/ca.pem', 'certificate-authority-data': base64(root) },
      {},
      'conflict clusters[0].cluster.certificate-authority',
    ],
    [
      'to believe everybody and an authority',
      { 'insecure-skip-tls-verify': true, 'certificate-authority': 'pki/ca.pem' },
      {},
      'conflict clusters[0].cluster.insecure-skip-tls-verify',
    ],
    [
      'PEM that is not encoded',
      { 'certificate-authority-data': root },
      {},
      'not_base64 clusters[0].cluster.certificate-authority-data',
    ],
    [
      'an authority that is none',
      { 'certificate-authority-data': base64('hello') },
      {},
      'not_pem clusters[0].cluster.certificate-authority',
    ],
    [
      'half a flag',
      { 'insecure-skip-tls-verify': 'true' },
      {},
      'wrong_type clusters[0].cluster.insecure-skip-tls-verify',
    ],
    ['a certificate without its key', {}, { 'client-certificate': 'alice.pem' }, 'missing users[0].user.client-key'],
    [
      "a certificate with another's key",
      {},
      { 'client-certificate': 'alice.pem', 'client-key-data': base64(bob.key) },
      'not_pem users[0].user.client-certificate',
    ],
    ['a token that is a number', {}, { token: 123 }, 'wrong_type users[0].user.token'],
    ['a token of two lines', {}, { token: 'a\nb' }, 'no_token users[0].user.token'],
    ['an empty file of a token', {}, { tokenFile: '/run/empty' }, 'no_token users[0].user.tokenFile'],
    ['a missing file of a token', {}, { tokenFile: '/run/none' }, 'unreadable users[0].user.tokenFile'],
    ['a token and a name', {}, { token: 'abc', username: 'u' }, 'conflict users[0].user.username'],
  ])('%s is refused by name', (_, cluster, user, fault) => {
    const { remote, faults } = read(kubeconfig({ server, ...cluster }, user))
    expect([remote, told(faults)]).toEqual([null, [fault]])
  })

  test('all faults are told at once', () => {
    const text = kubeconfig({ 'proxy-url': 'http://p', server: 'x://y' }, { exec: {}, token: 'a b' })
    const keys = ['cluster.proxy-url', 'cluster.server', 'user.exec', 'user.token']
    expect(read(text).faults.map(({ path }) => path.replace(/^.*\]\./, ''))).toEqual(keys)
  })
})

test('credentials are not sent to a server without TLS, and that is said of each, whatever it is', () => {
  const user = { token: 'abc', 'client-certificate': 'no.pem', exec: { command: 'aws' } }
  const { remote, faults, warnings } = read(kubeconfig({ server: 'http://logs.test' }, user))
  expect(faults).toEqual([])
  expect(remote).toMatchObject({ tls: null, credentials: null })
  expect(told(warnings).sort()).toEqual([
    'unused users[0].user.client-certificate',
    'unused users[0].user.exec',
    'unused users[0].user.token',
  ])
})

test('credentials in the URL are sent as Go does it, and do not stand in the name', () => {
  const { remote, warnings } = read(kubeconfig({ server: 'http://lo%40g:p%25w@logs.test/x' }))
  expect(remote).toMatchObject({
    text: 'http://logs.test/x',
    credentials: { kind: 'basic', username: 'lo@g', password: 'p%w' },
  })
  expect(told(warnings)).toEqual(['exposed clusters[0].cluster.server'])
})

describe('what the current context names', () => {
  const text = (more: string) => `kind: Config
clusters:
- {name: a, cluster: {server: "http://a.test"}}
- {name: b, cluster: {server: "http://b.test", proxy-url: "http://p"}}
contexts:
- {name: a, context: {cluster: a}}
- {name: b, context: {cluster: b}}
- {name: nowhere, context: {cluster: c}}
- {name: nobody, context: {cluster: a, user: ghost}}
- {name: nothing}
- {name: twice, context: {cluster: a}}
- {name: twice, context: {cluster: b}}
${more}
`

  test('alone is looked at', () => {
    const { remote, faults } = read(text('current-context: a'))
    expect(faults).toEqual([])
    expect(remote?.host).toBe('a.test')
  })

  test.each([
    ['', 'missing current-context'],
    ['current-context: ""', 'missing current-context'],
    ['current-context: z', 'unknown_name current-context'],
    ['current-context: nowhere', 'unknown_name contexts[2].context.cluster'],
    ['current-context: nothing', 'missing contexts[4].context.cluster'],
    ['current-context: twice', 'duplicate_name contexts[6].name'],
    ['current-context: a\napiVersion: v2', 'unknown_kind apiVersion'],
    ['current-context: a\ncurrent-context: b', 'duplicate_key current-context'],
  ])('and is refused: %j', (more, fault) => {
    expect(told(read(text(more)).faults)).toContain(fault)
  })

  test('and a user whom nobody knows has no credentials', () => {
    const { remote, warnings } = read(text('current-context: nobody'))
    expect(remote?.credentials).toBeNull()
    expect(told(warnings)).toEqual(['unknown_name contexts[3].context.user'])
  })

  test('with the place of each fault in the text', () => {
    expect(read(text('current-context: b')).faults).toMatchObject([{ code: 'unsupported_key', line: 4, column: 48 }])
  })
})

test('a slip of the pen is told, which client-go passes over', () => {
  const { remote, warnings } = read(kubeconfig({ server: 'https://logs.test', 'certificate-autority': 'pki/ca.pem' }))
  expect(remote).not.toBeNull()
  expect(warnings).toMatchObject([{ code: 'unknown_key', path: 'clusters[0].cluster.certificate-autority' }])
  expect(warnings[0]?.message).toContain('certificate-authority')
})

test.each([['{"clusters": ['], ['- a list'], [''], ['a: b: c']])('%j is no kubeconfig', (text) => {
  const { remote, faults } = read(text)
  expect(remote).toBeNull()
  expect(faults.length).toBeGreaterThan(0)
})
