/** The webhook as kube-apiserver has it: what goes over the wire, what answers mean, and what becomes of what is refused. */
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/errors.ts'
import { rigOf, stream } from '../../pipeline/rig.ts'
import { entriesOf } from '../../pipeline/runs.ts'
import { until } from '../../support/until.ts'
import { batchOf } from '../../writers/batches.ts'
import { errorOf } from '../../writers/contract.ts'
import type { Answer } from './receiver.ts'
import {
  createWriter,
  eventsOf,
  folderOfTest,
  kubeconfig,
  nowMs,
  path,
  patience,
  type RigOptions,
  receiverOfTest,
  writerBy,
} from './rig.ts'

/** A receiver, and a writer that goes there without credentials. */
async function open({ at = '', ...options }: RigOptions & { readonly at?: string } = {}) {
  const receiver = await receiverOfTest()
  const file = folderOfTest()('kubeconfig', kubeconfig({ server: `${receiver.url}${at}` }))
  return { receiver, ...writerBy(file, options) }
}

/** What is left of it when it comes to this receiver. */
async function refusalOf(answer: Answer) {
  const { receiver, writer } = await open()
  receiver.behaviour = answer
  const error = await errorOf(writer.write(eventsOf(['a']), patience()))
  expect(receiver.requests).toHaveLength(1)
  return error
}

const events = ['{"level":"Metadata","n":9007199254740993}\n', '{"z":1.0,"a":{"z":1,"z":2}}\n']
const body =
  '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{"level":"Metadata","n":9007199254740993},{"z":1.0,"a":{"z":1,"z":2}}]}'

test('posts an EventList to the whole path, as it stands', async () => {
  const { receiver, writer } = await open({ at: '/k8s/audit.log/?stage=x' })
  expect(await writer.write(batchOf(events), patience())).toEqual({ rejected: 0 })
  expect(receiver.requests).toMatchObject([{ method: 'POST', url: '/k8s/audit.log?timeout=30s', body }])
  expect(receiver.requests[0]!.headers).toEqual({
    'content-type': 'application/json',
    accept: 'application/json, */*',
    'user-agent': 'als-sink',
    'content-length': String(Buffer.byteLength(body)),
    host: `127.0.0.1:${receiver.port}`,
    connection: 'keep-alive',
  })
  expect(writer.name).toBe(`webhook ${receiver.url}/k8s/audit.log`)
})

test('a batch that is too large for one request goes as several, in order, over one connection', async () => {
  const { receiver, writer } = await open({ batchEventsMax: 3 })
  await writer.write(eventsOf(['a', 'b', 'c', 'd', 'e', 'f', 'g']), patience())
  await writer.write(eventsOf(['h']), patience())
  const texts = receiver.requests.map((each) => JSON.parse(each.body).items.map(({ text }: { text: string }) => text))
  expect(texts).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g'], ['h']])
  expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 1, 1, 1])
})

test('no request has more bytes than it may', async () => {
  const { receiver, writer } = await open({ requestBytesMax: 1000 })
  const texts = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(100, '.'))
  await writer.write(eventsOf(texts), patience())
  expect(receiver.items.map(({ text }) => text)).toEqual(texts)
  expect(Math.max(...receiver.requests.map(({ body }) => Buffer.byteLength(body)))).toBeLessThanOrEqual(1000)
})

test('when a request fails, those before it count, and those behind it are not sent', async () => {
  const { receiver, writer } = await open({ batchEventsMax: 2 })
  receiver.behaviour = (body) => ({ status: body.includes('"d"') ? 500 : 200 })
  const error = await errorOf(writer.write(eventsOf(['a', 'b', 'c', 'd', 'e', 'f']), patience()))
  expect(error).toMatchObject({ code: 'http_500', retryable: true, entriesWritten: 2 })
  expect(receiver.requests).toHaveLength(2)
})

describe('an answer', () => {
  test.each([200, 201, 202, 204, 206])('%d is a success, whatever it says', async (status) => {
    const { receiver, writer } = await open()
    receiver.behaviour = { status, ...(status === 204 ? {} : { body: 'ok, but this is no JSON' }) }
    expect(await writer.write(eventsOf(['a']), patience())).toEqual({ rejected: 0 })
  })

  test('is a success also when it is longer than anybody reads', async () => {
    const { receiver, writer } = await open()
    receiver.behaviour = { body: 'x'.repeat(1_000_000) }
    for (const text of ['a', 'b']) expect(await writer.write(eventsOf([text]), patience())).toEqual({ rejected: 0 })
  })

  test.each([400, 413, 415, 422])('%d speaks of the events, which it would not help to send again', async (status) => {
    const error = await refusalOf({ status, headers: { 'retry-after': '1' }, body: 'bad\n  event' })
    expect(error).toMatchObject({ code: `http_${status}`, retryable: false, blamesEntries: true, entriesWritten: 0 })
    expect(error).toMatchObject({ retryAfterMs: undefined, message: expect.stringContaining(': bad event.') })
  })

  test.each([207, 304, 405, 408, 409, 418, 429, 500, 501, 503])('%d may pass', async (status) => {
    expect(await refusalOf({ status })).toMatchObject({ code: `http_${status}`, retryable: true, blamesEntries: false })
  })

  test.each([
    [401, 'Check the user in the kubeconfig'],
    [403, 'Check the user in the kubeconfig'],
    [404, 'Check the path of server in the kubeconfig'],
  ])('%d may be mended, and is told with how', async (status, words) => {
    const error = await refusalOf({ status })
    expect(error).toMatchObject({ retryable: true, blamesEntries: false })
    expect(error.message).toContain(words)
  })

  test.each([301, 302, 303, 307, 308])('%d is not followed, and says why', async (status) => {
    const { receiver, writer } = await open()
    const other = await receiverOfTest()
    receiver.behaviour = { status, headers: { location: `${other.url}/else?secret=1` } }
    const error = await errorOf(writer.write(eventsOf(['a']), patience()))
    expect(error).toMatchObject({ code: `http_${status}`, retryable: true, entriesWritten: 0 })
    expect(error.message).toContain(`sends us on to ${other.url}/else; redirects are not followed`)
    expect(other.requests).toEqual([])
  })

  test.each([
    [429, '7', 7000],
    [503, '120', 120_000],
    [500, new Date(nowMs + 5000).toUTCString(), 5000],
    [503, 'soon', undefined],
    [404, '7', undefined],
  ])('%d with Retry-After %s', async (status, retryAfter, retryAfterMs) => {
    // By the clock of whoever says it.
    const headers = { 'retry-after': retryAfter, date: new Date(nowMs).toUTCString() }
    expect((await refusalOf({ status, headers })).retryAfterMs).toBe(retryAfterMs)
  })

  test('that breaks off is none, although it began well', async () => {
    const { receiver, writer } = await open()
    receiver.behaviour = 'breaking'
    const error = await errorOf(writer.write(eventsOf(['a']), patience()))
    expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
    expect(error.message).toContain('broke within the answer')
  })

  test('that does not come in time is none', async () => {
    const { receiver, writer } = await open({ timeoutMs: 50 })
    receiver.behaviour = 'silent'
    const error = await errorOf(writer.write(eventsOf(['a']), patience()))
    expect(error).toMatchObject({ code: 'timeout', retryable: true, entriesWritten: 0 })
    receiver.behaviour = {}
    await writer.write(eventsOf(['b']), patience())
    expect(receiver.items).toMatchObject([{ text: 'b' }])
  })
})

test('a receiver that comes back gets what it missed', async () => {
  const { receiver, writer } = await open()
  await writer.write(eventsOf(['a']), patience())
  const { port } = receiver
  await receiver.close()
  const error = await errorOf(writer.write(eventsOf(['b']), patience()))
  expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
  expect((await errorOf(writer.write(eventsOf(['b']), patience()))).message).toContain('nobody listens there')
  const again = await receiverOfTest({ port })
  await writer.write(eventsOf(['b']), patience())
  expect(again.items).toMatchObject([{ text: 'b' }])
})

test('before an outbox, one event that is refused is looked for, and all others arrive in order', async () => {
  const { receiver, writer } = await open({ batchEventsMax: 40 })
  receiver.behaviour = (body) => ({ status: body.includes('"57"') ? 422 : 200 })
  const quarantined: string[] = []
  const quarantine = async (refused: Parameters<typeof entriesOf>[0]) => void quarantined.push(...entriesOf(refused))
  const { outbox } = rigOf({ writer, flushAfterMs: 0, queueBytesMax: 100_000, quarantine })
  const texts = Array.from({ length: 100 }, (_, i) => `${i}`)
  outbox.putEntries(entriesOf(eventsOf(texts)), stream)
  await until('all is written or refused', () => outbox.ledger.written + outbox.ledger.droppedTotal === 100)
  expect(receiver.items.map(({ text }) => text)).toEqual(texts.filter((text) => text !== '57'))
  expect(quarantined).toEqual(entriesOf(eventsOf(['57'])))
  expect(Object.fromEntries(outbox.ledger.dropped)).toEqual({ http_422: 1 })
  await outbox.stop()
})

describe('a kubeconfig that cannot be used', () => {
  const faultsOf = (file: string) => {
    try {
      createWriter(file)
    } catch (error) {
      if (error instanceof ConfigError) return error.faults
    }
    throw new Error('a ConfigError was expected')
  }

  test('is refused with all its faults, by the place of its name and their own', () => {
    const file = folderOfTest()('kubeconfig', kubeconfig({ 'proxy-url': 'http://p.test' }, { exec: {} }))
    const place = `${path}.audit-webhook-config-file`
    const said = (key: string) => expect.stringMatching(new RegExp(`^${file}, line 1, ${key}: `))
    expect(faultsOf(file)).toEqual([
      { code: 'unsupported_key', path: place, message: said(String.raw`clusters\[0\]\.cluster\.proxy-url`) },
      { code: 'missing', path: place, message: said(String.raw`clusters\[0\]\.cluster\.server`) },
      { code: 'unsupported_key', path: place, message: said(String.raw`users\[0\]\.user\.exec`) },
    ])
  })

  test('is refused when it is not there, and when it is larger than any', () => {
    const write = folderOfTest()
    const large = write('large', `# ${'x'.repeat(1_100_000)}\n`)
    expect(faultsOf(`${large}.none`)).toMatchObject([{ code: 'unreadable' }])
    expect(faultsOf(large)).toMatchObject([{ code: 'too_large' }])
  })
})
