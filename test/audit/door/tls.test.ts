/** The HTTP door with TLS: kube-apiserver shows its credentials there, and certificates are renewed while it is open. */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { type Identity, makeCertificates, writeCertificates } from '../../../envoy/certify/certificates.ts'
import { auditRig, event, listOf } from './rig.ts'

const certificates = makeCertificates()

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-door-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeCertificates(folder, certificates)
  const tls = { cert: join(folder, 'one.pem'), key: join(folder, 'one.key'), clientCa: join(folder, 'root.pem') }
  const door = { address: '127.0.0.1:0', tls }
  const rig = await auditRig(
    (each) => ({
      kubernetes: ['prod', 'test'].map((source) => ({ source, 'audit-log-path': join(each, `${source}.log`) })),
      access: [
        { roles: ['write'], sources: ['prod'], clientCert: 'a.people.test' },
        { roles: ['read'], clientCert: 'b@people.test' },
      ],
    }),
    undefined,
    { grpc: door, http: door },
  )
  return { rig, folder }
}

/** The status of the answer. */
function call(where: string, own: Identity, body?: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const options = {
    method: body ? 'POST' : 'GET',
    headers,
    cert: own.chain,
    key: own.key,
    ca: certificates.root,
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const sent = request(`https://${where}`, options, (response) => resolve(response.resume().statusCode!))
    sent.once('error', reject).end(body && JSON.stringify(body))
  })
}

test('a certificate may do what its alternative names may', async () => {
  const { rig } = await open()
  const { httpAddress } = rig.app
  const { alice, bob, dave } = certificates
  const post = (source: string, own: Identity) => call(`${httpAddress}/audit/k8s/${source}`, own, listOf(event('1')))
  expect(await post('prod', alice)).toBe(200)
  expect(await post('test', alice)).toBe(403)
  expect(await post('prod', bob)).toBe(403)
  expect(await post('prod', dave)).toBe(401)
  expect(await call(`${httpAddress}/audit/status`, bob)).toBe(200)
  expect(await call(`${httpAddress}/audit/status`, alice)).toBe(403)
  expect([rig.lines('prod.log').length, rig.lines('test.log').length]).toEqual([1, 0])
})

test('reopening takes renewed certificates at both doors', async () => {
  const { rig, folder } = await open()
  const { httpAddress, addresses } = rig.app
  const shown = (address: string) =>
    new Promise<string>((resolve, reject) => {
      const [host, port] = address.split(':')
      const socket = connect({
        host: host!,
        port: Number(port),
        rejectUnauthorized: false,
        ALPNProtocols: ['h2', 'http/1.1'],
      })
      socket.once('error', reject)
      socket.once('secureConnect', () => {
        resolve(socket.getPeerX509Certificate()!.toString().trim())
        socket.destroy()
      })
    })
  const both = () => Promise.all([httpAddress!, addresses[0]!].map(shown))
  const before = certificates.one.chain.trim()
  expect(await both()).toEqual([before, before])
  const renewed = makeCertificates()
  writeCertificates(folder, renewed)
  await rig.app.reopen()
  const after = renewed.one.chain.trim()
  expect(await both()).toEqual([after, after])
  expect(rig.said.filter(({ message }) => message.includes('one.pem was renewed'))).toHaveLength(2)
})
