/** Policies decide where the entries of a running sink go, and an edit takes effect without a stream or an entry being lost. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { entryAt, meshRig, plainFile, policy, shop } from './rig.ts'

const who = '%KUMA_MESH% %KUMA_TRAFFIC_DIRECTION% %KUMA_SOURCE_SERVICE%->%KUMA_DESTINATION_SERVICE% %REQ(:PATH)%'
const identifier = { node: { id: 'default.shop-01', cluster: 'shop' }, logName: 'any' }
const path = (text: string) => ({ request: { path: text } })

/** Everything that goes out to `out.log`, what comes in to `in.log`. */
const both = (folder: string) => [
  policy('everything', {
    targetRef: { kind: 'Mesh' },
    to: [{ targetRef: { kind: 'Mesh' }, default: { backends: [plainFile(join(folder, 'out.log'), who)] } }],
  }),
  policy('incoming', { rules: [{ default: { backends: [plainFile(join(folder, 'in.log'), who)] } }] }),
]

describe('entries of one stream', () => {
  test('go where the policies say, listener by listener, with the values of each', async () => {
    const rig = await meshRig({ 'shop.yaml': [shop] })
    rig.write('logs.yaml', ...both(rig.folder))
    await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
    const proxy = rig.proxy(identifier)
    await proxy.send(
      'http',
      entryAt('127.0.0.1', 10_001, {}, path('/1')),
      entryAt('192.168.0.7', 8080, {}, path('/2')),
      entryAt('127.0.0.1', 10_002, {}, path('/3')),
      entryAt('127.0.0.1', 10_001, {}, path('/4')),
      entryAt('127.0.0.1', 99, {}, path('/nowhere')),
    )
    await until('the lines', () => rig.lines('out.log').length === 3 && rig.lines('in.log').length === 1)
    expect(rig.lines('out.log')).toEqual([
      'default OUTBOUND shop->payments /1',
      'default OUTBOUND shop->stock /3',
      'default OUTBOUND shop->payments /4',
    ])
    expect(rig.lines('in.log')).toEqual(['default INBOUND unknown->shop /2'])
    expect(rig.app.intake.unmatchedEntries).toBe(1)
  })

  test('obey custom tags before all else', async () => {
    const rig = await meshRig({ 'shop.yaml': [shop] })
    rig.write('logs.yaml', ...both(rig.folder))
    await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
    const tags = (customTags: object) => entryAt('127.0.0.1', 10_001, { customTags }, path('/'))
    await rig
      .proxy(identifier)
      .send(
        'http',
        tags({ 'kuma.destination_service': 'ledger' }),
        tags({}),
        tags({ 'kuma.listener': 'inbound:192.168.0.7:8080' }),
        tags({ 'kuma.mesh': 'other', 'kuma.source_service': 'web' }),
      )
    await until('the lines', () => rig.lines('out.log').length === 3 && rig.lines('in.log').length === 1)
    expect(rig.lines('out.log')).toEqual([
      'default OUTBOUND shop->ledger /',
      'default OUTBOUND shop->payments /',
      'other OUTBOUND web->payments /',
    ])
    expect(rig.lines('in.log')).toEqual(['default INBOUND unknown->shop /'])
  })

  test('find their policies by a log name alone, without a document of the proxy', async () => {
    const rig = await meshRig({})
    rig.write('logs.yaml', ...both(rig.folder))
    await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
    const stream = (logName: string) => rig.proxy({ node: { id: 'x' }, logName })
    await stream('kuma:default:web-1:outbound:http:pay%20ments').send(
      'http',
      entryAt('127.0.0.1', 10_001, {}, path('/1')),
    )
    await stream('kuma:default:web-1:inbound:http:web').send('http', entryAt('10.0.0.1', 80, {}, path('/2')))
    await stream('kuma:default:web-1:outbound:tcp:external').send('tcp', entryAt('93.184.216.34', 443))
    await until('the lines', () => rig.lines('out.log').length === 2 && rig.lines('in.log').length === 1)
    expect(rig.lines('out.log').sort()).toEqual([
      'default OUTBOUND unknown->external -',
      'default OUTBOUND unknown->pay ments /1',
    ])
    expect(rig.lines('in.log')).toEqual(['default INBOUND unknown->web /2'])
  })

  test('of a proxy that brings its own Dataplane are known by that', async () => {
    const rig = await meshRig({})
    rig.write('logs.yaml', ...both(rig.folder))
    await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
    const metadata = { 'dataplane.proxyType': 'dataplane', 'dataplane.resource': JSON.stringify(shop) }
    const proxy = rig.proxy({ node: { id: 'default.shop-01', cluster: 'shop', metadata }, logName: '' })
    await proxy.send('http', entryAt('127.0.0.1', 10_002, {}, path('/')))
    await until('the line', () => rig.lines('out.log').length === 1)
    expect(rig.lines('out.log')).toEqual(['default OUTBOUND shop->stock /'])
  })

  test('of nobody go nowhere, which is said', async () => {
    const rig = await meshRig({ 'shop.yaml': [shop] })
    await rig.proxy({ node: { id: 'stranger' }, logName: 'x' }).send('http', entryAt('127.0.0.1', 10_001))
    await rig.taken(1)
    expect(rig.app.intake.unmatchedEntries).toBe(1)
    expect(rig.said.map(({ message }) => message).join('\n')).toContain('comes from no proxy that a document names')
  })
})

describe('an edit', () => {
  test('takes effect within two seconds, on streams that are open, and costs no entry', async () => {
    const rig = await meshRig({ 'shop.yaml': [shop] })
    const to = (name: string) =>
      policy('p', {
        targetRef: { kind: 'Mesh' },
        to: [
          {
            targetRef: { kind: 'Mesh' },
            default: { backends: [plainFile(join(rig.folder, name), '%REQ(:PATH)%')] },
          },
        ],
      })
    rig.write('logs.yaml', to('a.log'))
    await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
    const proxy = rig.proxy(identifier)
    let sent = 0
    const send = () => proxy.send('http', entryAt('127.0.0.1', 10_001, {}, path(`/${sent++}`)))
    for (let i = 0; i < 50; i++) await send()
    await rig.taken(50)
    rig.write('logs.yaml', to('b.log'))
    const editedAtMs = performance.now()
    const inForce = () => rig.app.ledgers.some(({ name }) => name.endsWith('b.log'))
    while (!inForce() && performance.now() - editedAtMs < 10_000) {
      await send()
      await delay(2)
    }
    // A second and less on a quiet machine.
    expect(performance.now() - editedAtMs).toBeLessThan(2_000)
    await rig.taken(sent)
    await rig.app.stop({ graceMs: 5_000 })
    const [a, b] = [rig.lines('a.log'), rig.lines('b.log')]
    expect([...a, ...b]).toEqual(Array.from({ length: sent }, (_, i) => `/${i}`))
    const books = rig.app.ledgers.map(({ ledger }) => [ledger.accepted, ledger.written, ledger.droppedTotal])
    expect(books.reduce((sum, [accepted]) => sum + accepted!, 0)).toBe(sent)
    expect(books.reduce((sum, [, written]) => sum + written!, 0)).toBe(sent)
    expect(books.reduce((sum, [, , dropped]) => sum + dropped!, 0)).toBe(0)
  })

  test('of a format moves nothing that is queued, and keeps the destination', async () => {
    const rig = await meshRig({ 'shop.yaml': [shop] })
    const with_ = (plain: string) =>
      policy('p', {
        to: [{ targetRef: { kind: 'Mesh' }, default: { backends: [plainFile(join(rig.folder, 'a.log'), plain)] } }],
      })
    rig.write('logs.yaml', with_('old %REQ(:PATH)%'))
    await until(
      'the policies',
      () => rig.said.filter(({ message }) => message.startsWith('Other policies')).length === 1,
    )
    const proxy = rig.proxy(identifier)
    await proxy.send('http', entryAt('127.0.0.1', 10_001, {}, path('/1')))
    await rig.taken(1)
    rig.write('logs.yaml', with_('new %REQ(:PATH)%'))
    await until(
      'the policies',
      () => rig.said.filter(({ message }) => message.startsWith('Other policies')).length === 2,
    )
    await proxy.send('http', entryAt('127.0.0.1', 10_001, {}, path('/2')))
    await until('the lines', () => rig.lines('a.log').length === 2)
    expect(rig.lines('a.log')).toEqual(['old /1', 'new /2'])
    expect(rig.app.ledgers).toHaveLength(1)
  })

  test('that is bad leaves the last good version in force, and is told with its place', async () => {
    const rig = await meshRig({ 'shop.yaml': [shop] })
    const good = policy('p', {
      to: [{ targetRef: { kind: 'Mesh' }, default: { backends: [plainFile(join(rig.folder, 'a.log'), 'x')] } }],
    })
    rig.write('logs.yaml', good)
    await until('the policies', () => rig.said.some(({ message }) => message.startsWith('Other policies')))
    const bad = policy('p', {
      to: [
        { targetRef: { kind: 'Mesh' }, default: { backends: [plainFile(join(rig.folder, 'a.log'), '%REQ(:PATH%')] } },
      ],
    })
    rig.write('logs.yaml', bad)
    const told = await until('the fault', () => rig.said.find(({ level }) => level === 'error'))
    expect(told.message).toContain('spec.to[0].default.backends[0].file.format.plain')
    expect(told.message).toContain('last good version stays in force')
    await rig.proxy(identifier).send('http', entryAt('127.0.0.1', 10_001))
    await until('the line', () => rig.lines('a.log').length === 1)
  })
})

describe('a log name of old', () => {
  const config = (legacyLogName: boolean) => () => ({ kuma: { legacyLogName } })

  test('is only obeyed when asked for', async () => {
    const rig = await meshRig({}, config(false))
    await rig.proxy({ node: { id: 'x' }, logName: '127.0.0.1:9;%REQ(:PATH)%\n' }).send('http', {})
    await rig.taken(1)
    expect(rig.app.intake.unmatchedEntries).toBe(1)
    expect(rig.said.map(({ message }) => message).join('\n')).toContain('kuma.legacyLogName: true')
  })
})
