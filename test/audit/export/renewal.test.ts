/** Who we are and where events go, while it changes: tokens, certificates, the kubeconfig itself. */
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../../../envoy/certify/certificates.ts'
import { errorOf } from '../../writers/contract.ts'
import { eventsOf, folderOfTest, kubeconfig, patience, receiverOfTest, writerBy } from './rig.ts'

const { root, one, alice, bob, mallory } = makeCertificates()
const server = { cert: one.chain, key: one.key }
const asking = { ...server, ca: root, requestCert: true, rejectUnauthorized: true }

async function openSecure(tls = server, cluster: object = {}, user?: object) {
  const write = folderOfTest()
  const receiver = await receiverOfTest({ tls })
  write('ca.pem', root)
  const clusterOf = { server: receiver.url, 'certificate-authority': 'ca.pem', ...cluster }
  const token = write('token', 'first\n')
  const { writer, told } = writerBy(write('kubeconfig', kubeconfig(clusterOf, user)))
  return { write, receiver, writer, told, token, cluster: clusterOf }
}

const send = (writer: ReturnType<typeof writerBy>['writer'], text = 'a') => writer.write(eventsOf([text]), patience())

describe('a token', () => {
  test('stands in the header', async () => {
    const { receiver, writer } = await openSecure(server, {}, { token: 'abc.def' })
    await send(writer)
    expect(receiver.requests[0]!.headers.authorization).toBe('Bearer abc.def')
  })

  test('is read from its file for each request; while there is none, the last one is used and that is told', async () => {
    const { write, receiver, writer, told, token } = await openSecure(server, {}, { tokenFile: 'token' })
    await send(writer)
    write('token', 'second')
    await send(writer)
    write('token', '')
    await send(writer)
    rmSync(token)
    await send(writer)
    write('token', 'third')
    await send(writer)
    const tokens = receiver.requests.map(({ headers }) => headers.authorization)
    expect(tokens).toEqual(['first', 'second', 'second', 'second', 'third'].map((each) => `Bearer ${each}`))
    expect(told).toHaveLength(2)
    expect(told[0]).toContain('holds no token')
    expect(told[1]).toContain('cannot be read')
  })

  test('does not go to a server without TLS, which is told', async () => {
    const receiver = await receiverOfTest()
    const { writer, told } = writerBy(
      folderOfTest()('kubeconfig', kubeconfig({ server: receiver.url }, { token: 'abc' })),
    )
    await send(writer)
    expect(receiver.requests[0]!.headers.authorization).toBeUndefined()
    expect(told).toEqual([expect.stringMatching(/^unused: is not sent/)])
  })
})

test('name and password go as Basic', async () => {
  const { receiver, writer } = await openSecure(server, {}, { username: 'sïnk', password: 'p:w' })
  await send(writer)
  const expected = `Basic ${Buffer.from('sïnk:p:w').toString('base64')}`
  expect(receiver.requests[0]!.headers.authorization).toBe(expected)
})

describe('certificates', () => {
  const userOf = (name: string) => ({ 'client-certificate': `${name}.pem`, 'client-key': `${name}.key` })

  test('a receiver knows us by ours, and without one it takes nothing', async () => {
    const { write, receiver, writer, cluster } = await openSecure(asking)
    const error = await errorOf(send(writer))
    expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
    write('alice.pem', alice.chain)
    write('alice.key', alice.key)
    write('kubeconfig', kubeconfig(cluster, userOf('alice')))
    await send(writer)
    expect(receiver.requests).toMatchObject([{ client: 'alice', taken: true }])
  })

  test('renewed files are used from reopen on', async () => {
    const { write, receiver, writer, cluster } = await openSecure(server)
    const known = await receiverOfTest({ tls: asking })
    write('me.pem', alice.chain)
    write('me.key', alice.key)
    write('kubeconfig', kubeconfig({ ...cluster, server: known.url }, userOf('me')))
    await writer.reopen()
    await send(writer)
    write('me.pem', bob.chain)
    write('me.key', bob.key)
    await send(writer)
    await writer.reopen()
    await send(writer)
    expect(known.requests.map(({ client }) => client)).toEqual(['alice', 'alice', 'bob'])
    expect(receiver.requests).toEqual([])
    expect(writer.name).toBe(`webhook ${known.url}/`)
  })

  test.each([
    ['nobody knows its authority', mallory, 'certificate-authority'],
    ['its certificate is for another name', alice, 'tls-server-name'],
  ])('a receiver is not trusted when %s', async (_, { chain, key }, words) => {
    const { receiver, writer } = await openSecure({ cert: chain, key })
    const error = await errorOf(send(writer))
    expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
    expect(error.message).toContain(words)
    expect(receiver.requests).toEqual([])
  })

  test('a name may be asked for that is not the host, and everybody be trusted where that is wanted', async () => {
    const named = await openSecure(server, { 'tls-server-name': 'one.test' })
    await send(named.writer)
    const wrong = await openSecure(server, { 'tls-server-name': 'two.test' })
    expect((await errorOf(send(wrong.writer))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    const insecure = { 'certificate-authority': '', 'insecure-skip-tls-verify': true }
    const any = await openSecure({ cert: mallory.chain, key: mallory.key }, insecure)
    await send(any.writer)
    expect(any.told).toEqual([expect.stringMatching(/^exposed: /)])
  })
})

describe('the kubeconfig', () => {
  test('is read again after a failure, so that a corrected one needs no restart', async () => {
    const receiver = await receiverOfTest()
    receiver.behaviour = { status: 404 }
    const write = folderOfTest()
    const { writer } = writerBy(write('kubeconfig', kubeconfig({ server: receiver.url })))
    const other = await receiverOfTest()
    await errorOf(send(writer))
    write('kubeconfig', kubeconfig({ server: `${other.url}/right` }))
    await send(writer)
    expect(other.requests).toMatchObject([{ url: '/right?timeout=30s', taken: true }])
  })

  test('that is broken meanwhile leaves the last good one in force, also after reopen', async () => {
    const receiver = await receiverOfTest()
    const write = folderOfTest()
    const { writer, told } = writerBy(write('kubeconfig', kubeconfig({ server: receiver.url })))
    write('kubeconfig', '{')
    await writer.reopen()
    expect(told).toEqual([expect.stringMatching(/^yaml: /)])
    await send(writer)
    expect(receiver.items).toMatchObject([{ text: 'a' }])
  })

  test('that is the same is connected with anew by reopen all the same, for a name may have another address now', async () => {
    const receiver = await receiverOfTest()
    const { writer } = writerBy(folderOfTest()('kubeconfig', kubeconfig({ server: receiver.url })))
    await send(writer)
    await writer.reopen()
    await send(writer)
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 2])
  })

  test('that is the same after a failure costs neither the connection nor another warning', async () => {
    const receiver = await receiverOfTest()
    const write = folderOfTest()
    const { writer, told } = writerBy(write('kubeconfig', kubeconfig({ server: receiver.url }, { token: 'abc' })))
    receiver.behaviour = { status: 503 }
    for (let times = 0; times < 3; times++) await errorOf(send(writer))
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 1, 1])
    expect(told).toHaveLength(1)
  })
})
