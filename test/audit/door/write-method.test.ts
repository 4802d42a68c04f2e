/** `als_sink.audit.v1.AuditService/Write`, called by a client that is made from the definition as users have it, over real sockets. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Identity, makeCertificates, writeCertificates } from '../../../envoy/certify/certificates.ts'
import { readProtoFolder } from '../../../src/schema/load.ts'
import { until } from '../../support/until.ts'
import { auditRig } from './rig.ts'

const protoFolder = fileURLToPath(new URL('../../../proto', import.meta.url))
const definition = loadSync('als_sink/audit/v1/audit_service.proto', {
  includeDirs: [protoFolder],
  longs: Number,
  defaults: true,
})
const { AuditService } = (
  loadPackageDefinition(definition) as unknown as {
    als_sink: { audit: { v1: { AuditService: ServiceClientConstructor } } }
  }
).als_sink.audit.v1

interface Written {
  readonly accepted: number
  readonly filtered: number
  readonly quarantined: number
  readonly duplicate: number
}

/** What the call came to: the counts, or the error. */
function write(
  address: string,
  records: readonly (string | Buffer)[],
  metadata: Readonly<Record<string, string>> = { 'als-sink-source': 'cp' },
  security: ChannelCredentials = credentials.createInsecure(),
): Promise<Written | ServiceError> {
  const request = { records: records.map((each) => Buffer.from(each as string)) }
  return call(address, request, metadata, security)
}

/** `request`: as JSON of protobuf has it, or with Buffers. */
function call(
  address: string,
  request: { readonly records: readonly (string | Buffer)[] },
  metadata: Readonly<Record<string, string>>,
  security: ChannelCredentials = credentials.createInsecure(),
): Promise<Written | ServiceError> {
  const client = new AuditService(address, security, { 'grpc.use_local_subchannel_pool': 1 })
  onTestFinished(() => (client as Client).close())
  const sent = new Metadata()
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value)
  return new Promise((resolve) => {
    client['Write']!(request, sent, { deadline: Date.now() + 20_000 }, (error: ServiceError | null, answer: Written) =>
      resolve(error ?? answer),
    )
  })
}

const record = (type: string, name: string, more = '') =>
  `{"date":"2024-03-05T17:20:01+01:00","action":"DELETE","resource":{"name":"${name}","mesh":"prod","type":"${type}"},"user":{"name":"ana","groups":[]}${more}}`

/** Two control planes; MeshRetry is selected. */
const mesh = (folder: string) => {
  mkdirSync(join(folder, 'audits'))
  const rules = [{ types: ['MeshRetry'], mesh: 'prod', accessAll: true }]
  writeFileSync(join(folder, 'audits/a.yaml'), JSON.stringify({ type: 'AccessAudit', name: 'a', rules }))
  const source = (name: string) => {
    const backends = [{ type: 'file', file: { path: join(folder, `${name}.logs`) } }]
    return { source: name, accessAudits: [join(folder, 'audits/*.yaml')], kmesh: { access: { audit: { backends } } } }
  }
  return { mesh: [source('cp'), source('zone')] }
}

const codes = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unavailable: 14,
  unauthenticated: 16,
}

describe('over plain loopback', () => {
  test('records are selected, and in the file with their seals when the answer comes', async () => {
    const rig = await auditRig(mesh)
    const odd = record('MeshRetry', '1', ',"n":12345678901234567890,"m":1.0,"m":2')
    const answer = await write(rig.app.addresses[0]!, [odd, record('MeshTimeout', '2'), record('MeshRetry', '1')])
    expect(answer).toEqual({ accepted: 2, filtered: 1, quarantined: 0, duplicate: 0 })
    expect(rig.lines('cp.logs')).toEqual([odd, record('MeshRetry', '1')])
    const seals = rig.lines('cp.logs.seal').map((line) => JSON.parse(line) as { kind: string; source?: string })
    expect(seals.map(({ kind }) => kind)).toEqual(['begin', 'record', 'record'])
    expect(seals[1]!.source).toBe('cp')
  })

  test('one field may hold several records; what is no record costs itself alone', async () => {
    const rig = await auditRig(mesh)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => record('MeshRetry', name))
    const pretty = JSON.stringify(JSON.parse(a!), null, 2)
    const answer = await write(rig.app.addresses[0]!, [
      pretty,
      `[${b},${c}]`,
      '{broken',
      '{"date":1}',
      Buffer.from([0xff]),
    ])
    expect(answer).toEqual({ accepted: 3, filtered: 0, quarantined: 3, duplicate: 0 })
    expect(rig.lines('cp.logs')).toEqual([a, b, c])
    const kept = rig.lines('state/quarantine.log').map((line) => JSON.parse(line) as Record<string, string>)
    expect(kept.map(({ source, raw, rawBase64 }) => [source, raw ?? rawBase64])).toEqual([
      ['cp', '{broken'],
      ['cp', '{"date":1}'],
      ['cp', '/w=='],
    ])
  })

  test('a request in JSON, as grpcurl reads it, holds its records in base64', async () => {
    const rig = await auditRig(mesh)
    const records = [Buffer.from(`${record('MeshRetry', 'a')}\n`).toString('base64')]
    const answer = await call(rig.app.addresses[0]!, { records }, { 'als-sink-source': 'cp' })
    expect(answer).toMatchObject({ accepted: 1 })
    expect(rig.lines('cp.logs')).toEqual([record('MeshRetry', 'a')])
  })

  test('a request that comes again with its key is kept once, by HTTP too; without a key twice', async () => {
    const rig = await auditRig(mesh)
    const [address] = rig.app.addresses
    const records = [record('MeshRetry', 'a'), record('MeshRetry', 'a'), '{broken']
    const as = (key?: string) => ({ 'als-sink-source': 'cp', ...(key === undefined ? {} : { 'idempotency-key': key }) })
    expect(await write(address!, records, as('1'))).toMatchObject({ accepted: 2, quarantined: 1, duplicate: 0 })
    expect(await write(address!, records, as('1'))).toMatchObject({ accepted: 0, quarantined: 0, duplicate: 3 })
    expect(await write(address!, [...records, record('MeshRetry', 'b')], as('1'))).toMatchObject({ accepted: 1 })
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': '1' }
    const byHttp = await rig.post('/audit/mesh/cp', records.join('\n'), headers)
    expect(await byHttp.json()).toMatchObject({ duplicate: 3 })
    expect(rig.lines('cp.logs')).toHaveLength(3)
    expect(await write(address!, records, as())).toMatchObject({ accepted: 2, quarantined: 1, duplicate: 0 })
    expect(await write(address!, records, as('2'))).toMatchObject({ accepted: 2, quarantined: 1, duplicate: 0 })
  })

  test('a message of many records is taken to the last, in order; an empty one is fine', async () => {
    const rig = await auditRig(mesh)
    const names = Array.from({ length: 3_000 }, (_, i) => `${i}`)
    expect(
      await write(
        rig.app.addresses[0]!,
        names.map((name) => record('MeshRetry', name)),
      ),
    ).toMatchObject({ accepted: 3_000 })
    const kept = rig.lines('cp.logs').map((line) => (JSON.parse(line) as { resource: { name: string } }).resource.name)
    expect(kept).toEqual(names)
    expect(await write(rig.app.addresses[0]!, [])).toEqual({ accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 })
  })

  test.each<[string, number, Record<string, string>, (string | Buffer)[]]>([
    ['no source', codes.invalidArgument, {}, []],
    ['an empty key', codes.invalidArgument, { 'als-sink-source': 'cp', 'idempotency-key': '' }, []],
    ['a long key', codes.invalidArgument, { 'als-sink-source': 'cp', 'idempotency-key': 'k'.repeat(256) }, []],
    ['a source that nobody knows', codes.notFound, { 'als-sink-source': 'other' }, []],
    ['a token that nobody has', codes.unauthenticated, { 'als-sink-source': 'cp', authorization: 'Bearer x' }, []],
    ['a message above the limit', codes.resourceExhausted, { 'als-sink-source': 'cp' }, [Buffer.alloc(1 << 20, ' ')]],
  ])('%s is answered with %i', async (_, code, metadata, records) => {
    const rig = await auditRig(mesh)
    expect(await write(rig.app.addresses[0]!, records, metadata)).toMatchObject({
      code,
      details: expect.stringMatching(/\w/),
    })
    expect(rig.lines('cp.logs')).toEqual([])
  })

  test('below the floor of the disk nothing is taken, the sender is told when to come again, and the sink is not ready', async () => {
    const rig = await auditRig((folder) => ({ ...mesh(folder), minFree: '1000GiB' }))
    const error = (await write(rig.app.addresses[0]!, [record('MeshRetry', '1')])) as ServiceError
    expect(error).toMatchObject({ code: codes.unavailable, details: expect.stringContaining('audit.minFree') })
    const root = readProtoFolder(protoFolder)
    const decode = (type: string, bytes: Uint8Array) =>
      root.lookupType(type).toObject(root.lookupType(type).decode(bytes))
    const status = decode('google.rpc.Status', error.metadata.get('grpc-status-details-bin')[0] as Buffer)
    expect(status).toMatchObject({ code: codes.unavailable, message: error.details })
    const [detail] = status['details'] as { type_url: string; value: Buffer }[]
    expect(detail!.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo')
    const { retry_delay: delay } = decode('google.rpc.RetryInfo', detail!.value) as {
      retry_delay: { seconds: unknown }
    }
    expect(String(delay.seconds)).toBe('5')
    expect(error.metadata.get('grpc-retry-pushback-ms')).toEqual(['5000'])
    expect(rig.lines('cp.logs')).toEqual([])
    const ready = await rig.call('GET', '/readyz')
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { hindrances: [expect.stringMatching(/^Audit: The disk/)] },
    ])
  })

  test('with bestEffort a sender is never told to come again', async () => {
    const rig = await auditRig((folder) => ({ ...mesh(folder), minFree: '1000GiB', whenUnavailable: 'bestEffort' }))
    expect(await write(rig.app.addresses[0]!, [record('MeshRetry', '1')])).toMatchObject({ accepted: 1 })
    expect((await rig.call('GET', '/readyz')).status).toBe(200)
  })
})

describe('credentials', () => {
  const access = (entries: readonly [token: string, roles: string[], sources?: string[]][]) =>
    entries.map(([token, roles, sources]) => {
      const tokenSha256 = createHash('sha256').update(token).digest('hex')
      return { roles, tokenSha256, ...(sources ? { sources } : {}) }
    })

  test('a token is for its sources and roles; one that is for a single source names it by itself', async () => {
    const entries = access([
      ['writer', ['write'], ['zone']],
      ['wide', ['write']],
      ['reader', ['read']],
    ])
    const rig = await auditRig((folder) => ({ ...mesh(folder), access: entries }))
    const as = (token: string, source?: string) => ({
      authorization: `Bearer ${token}`,
      ...(source ? { 'als-sink-source': source } : {}),
    })
    const [address] = rig.app.addresses
    const send = (metadata: Record<string, string>) => write(address!, [record('MeshRetry', '1')], metadata)
    expect(await send(as('writer'))).toMatchObject({ accepted: 1 })
    expect(await send(as('writer', 'zone'))).toMatchObject({ accepted: 1 })
    expect(await send(as('writer', 'cp'))).toMatchObject({ code: codes.permissionDenied })
    expect(await send(as('reader', 'zone'))).toMatchObject({ code: codes.permissionDenied })
    expect(await send(as('wide', 'zone'))).toMatchObject({ accepted: 1 })
    expect(await send(as('wide'))).toMatchObject({ code: codes.invalidArgument })
    expect(await send(as('nobody'))).toMatchObject({ code: codes.unauthenticated })
    expect(rig.lines('zone.logs')).toHaveLength(3)
    expect(rig.lines('cp.logs')).toEqual([])
    expect(
      rig.said.some(({ message }) => message.includes('Write for cp was refused: its credential is forbidden')),
    ).toBe(true)
  })

  test('a socket in the file system is loopback', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'als-sink-door-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const address = `unix:${join(folder, 'als.sock')}`
    const rig = await auditRig(mesh, undefined, { grpc: { address, tls: null } })
    expect(await write(address, [record('MeshRetry', '1')])).toMatchObject({ accepted: 1 })
    expect(rig.lines('cp.logs')).toHaveLength(1)
  })

  describe('with TLS', () => {
    const certificates = makeCertificates()
    const open = async (clientCa: boolean) => {
      const folder = mkdtempSync(join(tmpdir(), 'als-sink-door-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      writeCertificates(folder, certificates)
      const ca = clientCa ? join(folder, 'root.pem') : null
      const tls = { cert: join(folder, 'one.pem'), key: join(folder, 'one.key'), clientCa: ca }
      const entries = [
        { roles: ['write'], sources: ['zone'], clientCert: 'a.people.test' },
        { roles: ['write'], sources: ['cp'], clientCert: 'spiffe://mesh.test/b' },
        ...access([['writer', ['write'], ['cp']]]),
      ]
      return auditRig((each) => ({ ...mesh(each), access: entries }), undefined, {
        grpc: { address: '127.0.0.1:0', tls },
      })
    }
    const secure = (own?: Identity) => {
      const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text))
      return credentials.createSsl(pem(certificates.root), pem(own?.key), pem(own?.chain))
    }
    const one = [record('MeshRetry', '1')]

    test('a certificate counts by its alternative names', async () => {
      const rig = await open(true)
      const [address] = rig.app.addresses
      const { alice, bob, dave } = certificates
      expect(await write(address!, one, {}, secure(alice))).toMatchObject({ accepted: 1 })
      expect(await write(address!, one, {}, secure(bob))).toMatchObject({ accepted: 1 })
      expect(await write(address!, one, undefined, secure(alice))).toMatchObject({ code: codes.permissionDenied })
      expect(await write(address!, one, undefined, secure(dave))).toMatchObject({ code: codes.unauthenticated })
      expect([rig.lines('zone.logs').length, rig.lines('cp.logs').length]).toEqual([1, 1])
    })

    test('without certificates of clients a token is needed, on loopback too', async () => {
      const rig = await open(false)
      const [address] = rig.app.addresses
      expect(await write(address!, one, undefined, secure())).toMatchObject({ code: codes.unauthenticated })
      expect(await write(address!, one, { authorization: 'Bearer writer' }, secure())).toMatchObject({ accepted: 1 })
    })
  })
})

test('an answer that is on its way when the sink stops is still given', async () => {
  const rig = await auditRig(mesh)
  const answer = write(
    rig.app.addresses[0]!,
    Array.from({ length: 2_000 }, (_, i) => record('MeshRetry', `${i}`)),
  )
  await until('the first of it is counted', () => rig.lines('cp.logs').length > 0)
  await rig.stop()
  expect(await answer).toMatchObject({ accepted: 2_000 })
  expect(rig.lines('cp.logs')).toHaveLength(2_000)
})
