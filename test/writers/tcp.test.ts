/** What is particular to TCP: when an entry counts, names and addresses, TLS, peers that hang up in their several ways. */
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificates } from '../../envoy/certify/certificates.ts'
import { createTcpWriter, type TcpEvent, type TcpWriterOptions } from '../../src/writers/tcp.ts'
import type { Writer } from '../../src/writers/writer.ts'
import { until } from '../support/until.ts'
import { batchOf, lines } from './batches.ts'
import { errorOf, seamlessCount } from './contract.ts'
import { type Behaviour, TcpDestination } from './doubles/tcp-destination.ts'
import { TcpProcess } from './doubles/tcp-process.ts'

const writers: Writer[] = []

afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.close()
})

function writerTo(port: number, options: Partial<TcpWriterOptions> = {}): Writer {
  const writer = createTcpWriter({ host: '127.0.0.1', port, ...options })
  writers.push(writer)
  return writer
}

async function listen(behaviour: Behaviour = 'reading', options: Parameters<typeof TcpDestination.listen>[1] = {}) {
  const destination = await TcpDestination.listen(behaviour, options)
  onTestFinished(() => destination.close())
  return destination
}

function write(writer: Writer, entries: readonly string[], signal = new AbortController().signal) {
  return writer.write(batchOf(entries), signal)
}

/** The kernel keeps at most so much of what a peer does not read. */
const kernelBytesMax = 1_000_000 + 1.5 * Number(readFileSync('/proc/sys/net/ipv4/tcp_wmem', 'utf8').split(/\s+/)[2])

describe('a peer that hangs up', () => {
  test('while nothing is written is noticed before the next write', async () => {
    const destination = await listen()
    const events: TcpEvent[] = []
    const writer = writerTo(destination.port, { onEvent: (event) => events.push(event) })
    await write(writer, ['a\n'])
    await destination.received(2)
    destination.hangUp()
    await until('the writer has noticed', () => events.at(-1)?.kind === 'disconnected')
    await write(writer, ['b\n'])
    expect(await destination.received(4)).toBe('a\nb\n')
    expect(events).toEqual([
      { kind: 'connected', address: '127.0.0.1', reconnected: false },
      { kind: 'disconnected' },
      { kind: 'connected', address: '127.0.0.1', reconnected: true },
    ])
  })

  test('just before a write gets nothing of it over the old connection that counts', async () => {
    const destination = await listen()
    const writer = writerTo(destination.port)
    await write(writer, ['a\n'])
    await destination.received(2)
    destination.hangUp()
    // The FIN is on its way; the kernel takes the bytes all the same.
    const error = await errorOf(write(writer, ['b\n']))
    expect(error).toMatchObject({ code: 'EPIPE', retryable: true, entriesWritten: 0 })
    await write(writer, ['b\n'])
    expect(await destination.received(4)).toBe('a\nb\n')
  })

  test('with a reset while nothing is written costs nothing', async () => {
    const destination = await listen()
    const events: TcpEvent[] = []
    const writer = writerTo(destination.port, { onEvent: (event) => events.push(event) })
    await write(writer, ['a\n'])
    await destination.received(2)
    destination.reset()
    await until('the writer has noticed', () => events.at(-1)?.kind === 'disconnected')
    await write(writer, ['b\n'])
    expect(await destination.received(4)).toBe('a\nb\n')
  })

  test('only for its own side goes on getting everything, once', async () => {
    const destination = await listen('half-closing')
    const writer = writerTo(destination.port)
    for (const first of [0, 3000, 6000]) await write(writer, lines(3000, 100, first))
    expect(await destination.received(900_000)).toBe(lines(9000, 100).join(''))
  })

  test('by being killed under load: what was not counted comes again, and what was counted it had read', async () => {
    const destination = await TcpProcess.start()
    onTestFinished(() => destination.close())
    const writer = writerTo(destination.port, { settleAfterMs: 150 })
    const entries = lines(40_000, 100)
    const failed = errorOf(write(writer, entries))
    await destination.received(50_000)
    await destination.kill()
    const { entriesWritten, code, retryable } = await failed
    expect(['ECONNRESET', 'EPIPE']).toContain(code)
    expect(retryable).toBe(true)
    const read = seamlessCount(destination.text)
    expect(entriesWritten).toBeLessThanOrEqual(read)
    expect(await errorOf(write(writer, entries.slice(entriesWritten)))).toMatchObject({
      code: 'ECONNREFUSED',
      entriesWritten: 0,
    })
    await destination.start()
    await write(writer, entries.slice(entriesWritten))
    const text = await destination.received((read + 40_000 - entriesWritten) * 100)
    expect(text).toBe([...entries.slice(0, read), ...entries.slice(entriesWritten)].join(''))
  })
})

describe('a peer that takes nothing', () => {
  test('loses its connection after a while, and gets everything once when it wakes', async () => {
    const destination = await TcpProcess.start()
    onTestFinished(() => destination.close())
    const writer = writerTo(destination.port, { writeTimeoutMs: 300 })
    await write(writer, ['first\n'])
    destination.freeze()
    const entries = lines(Math.ceil(kernelBytesMax / 997), 997)
    const error = await errorOf(write(writer, entries))
    expect(error).toMatchObject({ code: 'write_timeout', retryable: true })
    expect(error.message).toBe(`tcp 127.0.0.1:${destination.port}: the destination took nothing for 300 ms.`)
    expect(error.entriesWritten).toBeGreaterThan(0)
    destination.thaw()
    await write(writer, entries.slice(error.entriesWritten))
    const all = ['first\n', ...entries].join('')
    expect(await destination.received(all.length)).toBe(all)
  })

  test('is not told the rest of an entry that was cut through: it comes again whole', async () => {
    const destination = await listen('stuck')
    const writer = writerTo(destination.port)
    const giant = `${'x'.repeat(kernelBytesMax)}\n`
    const abort = new AbortController()
    const failed = errorOf(write(writer, ['a\n', 'b\n', giant, 'c\n'], abort.signal))
    await until('a connection', () => destination.connections === 1)
    await until('more than the first step', () => unreadBytes(destination.port) > 1_000_000)
    abort.abort()
    expect(await failed).toMatchObject({ code: 'called_off', entriesWritten: 2 })
    destination.mend()
    await write(writer, [giant, 'c\n'])
    const all = ['a\n', 'b\n', giant, 'c\n'].join('')
    expect((await destination.received(all.length)) === all).toBe(true)
    expect(destination.connections).toBe(2)
  })

  test('and keeps its connection when the kernel had everything as the write was called off', async () => {
    const destination = await listen('stuck')
    const writer = writerTo(destination.port, { settleAfterMs: 60_000 })
    const abort = new AbortController()
    const written = write(writer, ['a\n'], abort.signal)
    await until('the entry to be with the kernel', () => unreadBytes(destination.port) === 2)
    abort.abort()
    expect(await written).toEqual({ rejected: 0 })
    destination.mend()
    const second = write(writer, ['b\n'])
    expect(await destination.received(4)).toBe('a\nb\n')
    expect(destination.connections).toBe(1)
    await writer.close()
    expect(await second).toEqual({ rejected: 0 })
  })
})

/** What the kernel has of us and the peer has not read: sent or not. */
function unreadBytes(port: number): number {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return sockets()
    .filter(({ state }) => state === '01')
    .map((each) =>
      each.remoteAddress.endsWith(end) ? each.sendQueue : each.localAddress.endsWith(end) ? each.receiveQueue : 0,
    )
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** The kernel's own table. State 01 is ESTABLISHED, timer 02 the one of keep-alive. */
function sockets() {
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().split(/\s+/))
    .map(([, localAddress = '', remoteAddress = '', state, queues = '', timer = '']) => ({
      localAddress,
      remoteAddress,
      state,
      sendQueue: Number.parseInt(queues, 16),
      receiveQueue: Number.parseInt(queues.split(':')[1]!, 16),
      keptAlive: timer.startsWith('02:'),
    }))
}

describe('a connection', () => {
  test('is not made before the first entry', async () => {
    const destination = await listen()
    const writer = writerTo(destination.port)
    await writer.reopen()
    await writer.flush()
    await write(writer, [])
    expect(destination.connections).toBe(0)
  })

  test('is made anew by reopen, after the old one is over', async () => {
    const destination = await listen()
    const kinds: string[] = []
    const writer = writerTo(destination.port, { onEvent: ({ kind }) => kinds.push(kind) })
    for (const entry of ['a\n', 'b\n', 'c\n']) {
      await write(writer, [entry])
      await writer.reopen()
    }
    expect(await destination.received(6)).toBe('a\nb\nc\n')
    expect(kinds).toEqual(Array.from({ length: 3 }, () => ['connected', 'disconnected']).flat())
  })

  test('is read, and what comes is dropped', async () => {
    const destination = await listen()
    const writer = writerTo(destination.port)
    await write(writer, ['a\n'])
    await destination.received(2)
    for (let i = 0; i < 50; i++) destination.sayToAll('?'.repeat(100_000))
    await write(writer, ['b\n'])
    expect(await destination.received(4)).toBe('a\nb\n')
    expect(destination.connections).toBe(1)
  })

  test('is closed when the peer has read everything', async () => {
    const destination = await listen('slow')
    const writer = writerTo(destination.port)
    await write(writer, lines(3000, 100))
    await writer.close()
    expect(destination.text).toBe(lines(3000, 100).join(''))
  })

  test('is kept alive, unless that is not wanted', async () => {
    const destination = await listen()
    const remote = `:${destination.port.toString(16).toUpperCase().padStart(4, '0')}`
    const ours = () => sockets().filter(({ remoteAddress }) => remoteAddress.endsWith(remote))
    await write(writerTo(destination.port, { keepAliveMs: 30_000 }), ['a\n'])
    await until('nothing but the keep-alive timer', () => ours().every(({ keptAlive }) => keptAlive))
    await write(writerTo(destination.port, { keepAliveMs: 0 }), ['b\n'])
    await until('one without', () => ours().filter(({ keptAlive }) => !keptAlive).length === 1)
    expect(ours()).toHaveLength(2)
  })

  test('that does not come about in time is given up', async () => {
    const writer = writerTo(9, { host: 'slow.test', lookup: () => {}, connectTimeoutMs: 50 })
    const error = await errorOf(write(writer, ['a\n']))
    expect(error).toMatchObject({ code: 'connect_timeout', retryable: true, entriesWritten: 0 })
    expect(error.message).toBe('tcp slow.test:9: no connection within 50 ms.')
  })

  test('is not waited for by a write that is called off', async () => {
    const writer = writerTo(9, { host: 'slow.test', lookup: () => {} })
    expect(await errorOf(write(writer, ['a\n'], AbortSignal.timeout(20)))).toMatchObject({ code: 'called_off' })
  })
})

describe('a name', () => {
  /** As the system would answer, each time with the next of these. */
  function lookupOf(...answers: string[][]) {
    let asked = 0
    const lookup: NonNullable<TcpWriterOptions['lookup']> = (_, __, answer) => {
      const addresses = answers[Math.min(asked++, answers.length - 1)]!
      answer(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
    return { lookup, asked: () => asked }
  }

  test('of which one address refuses leads to the next', async () => {
    const destination = await listen('reading', { host: '127.0.0.3' })
    const { lookup } = lookupOf(['127.0.0.2', '::1', '127.0.0.3'])
    await write(writerTo(destination.port, { host: 'logs.test', lookup }), ['a\n'])
    expect(await destination.received(2)).toBe('a\n')
  })

  test('of which all addresses refuse is told with its reason', async () => {
    const { port, closed } = await TcpDestination.listen('reading').then((it) => ({
      port: it.port,
      closed: it.close(),
    }))
    await closed
    const { lookup } = lookupOf(['127.0.0.2', '127.0.0.3'])
    const error = await errorOf(write(writerTo(port, { host: 'logs.test', lookup }), ['a\n']))
    expect(error.code).toBe('ECONNREFUSED')
    expect(error.message).toBe(
      `tcp logs.test:${port}: nobody listens there. Start the destination, or correct the address.`,
    )
  })

  test('is asked for again with each connection', async () => {
    const old = await listen('reading', { host: '127.0.0.2' })
    const moved = await listen('reading', { host: '127.0.0.3', port: old.port })
    const { lookup, asked } = lookupOf(['127.0.0.2'], ['127.0.0.3'])
    const writer = writerTo(old.port, { host: 'logs.test', lookup })
    await write(writer, ['a\n'])
    await write(writer, ['b\n'])
    await writer.reopen()
    await write(writer, ['c\n'])
    expect([await old.received(4), await moved.received(2), asked()]).toEqual(['a\nb\n', 'c\n', 2])
  })

  test('that nobody knows is told', async () => {
    const writer = writerTo(9, {
      host: 'gone.test',
      lookup: (_, __, answer) => answer(Object.assign(new Error('?'), { code: 'ENOTFOUND' }), []),
    })
    const error = await errorOf(write(writer, ['a\n']))
    expect(error).toMatchObject({ code: 'ENOTFOUND', retryable: true })
    expect(error.message).toContain('tcp gone.test:9: the name of the host is not known.')
  })

  const withoutIpv6 = !Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'))
  // A container may have no IPv6 at all.
  test.skipIf(withoutIpv6)('may be an IPv6 address', async () => {
    const destination = await listen('reading', { host: '::1' })
    const writer = writerTo(destination.port, { host: '::1' })
    expect(writer.name).toBe(`tcp [::1]:${destination.port}`)
    await write(writer, ['a\n'])
    expect(await destination.received(2)).toBe('a\n')
  })
})

test("Kuma's legacy line feed follows each entry", async () => {
  const destination = await listen()
  await write(writerTo(destination.port, { extraNewline: true }), ['a\n', 'b'])
  expect(await destination.received(6)).toBe('a\n\nb\n\n')
})

describe('TLS', () => {
  const { root, one, alice, mallory } = makeCertificates()
  const server = { cert: one.chain, key: one.key }

  test('sends the name of the server that is set, and holds the certificate against it', async () => {
    const names: unknown[] = []
    const SNICallback = (name: string, done: (error: null) => void) => {
      names.push(name)
      done(null)
    }
    const destination = await listen('reading', { tls: { ...server, SNICallback } })
    await write(writerTo(destination.port, { tls: { ca: root, serverName: 'one.test' } }), ['a\n'])
    expect(await destination.received(2)).toBe('a\n')
    expect(names).toEqual(['one.test'])
    const wrong = writerTo(destination.port, { tls: { ca: Buffer.from(root), serverName: 'two.test' } })
    const error = await errorOf(write(wrong, ['b\n']))
    expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', retryable: true, entriesWritten: 0 })
    expect(error.message).toContain('Set tls.serverName')
  })

  test('trusts nobody whom it was not told to', async () => {
    const destination = await listen('reading', { tls: { cert: mallory.chain, key: mallory.key } })
    const error = await errorOf(write(writerTo(destination.port, { tls: { ca: root } }), ['a\n']))
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', entriesWritten: 0 })
    expect(error.message).toContain('tls.ca')
  })

  test('counts nothing for a peer that, after the handshake, misses our certificate', async () => {
    const tls = { ...server, ca: root, requestCert: true, rejectUnauthorized: true }
    const destination = await listen('reading', { tls })
    const error = await errorOf(write(writerTo(destination.port, { tls: { ca: root } }), ['a\n']))
    expect(error).toMatchObject({
      code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      retryable: true,
      entriesWritten: 0,
    })
    expect(error.message).toContain('Set tls.cert and tls.key')
    await write(writerTo(destination.port, { tls: { ca: root, cert: alice.chain, key: alice.key } }), ['a\n'])
    expect(await destination.received(2)).toBe('a\n')
  })

  test('with a peer that does not speak it fails in time', async () => {
    const destination = await listen('stuck')
    const writer = writerTo(destination.port, { tls: { ca: root }, connectTimeoutMs: 100 })
    expect(await errorOf(write(writer, ['a\n']))).toMatchObject({ code: 'connect_timeout', entriesWritten: 0 })
  })

  test.each([
    ['an authority', { ca: 'not a certificate', cert: one.chain }],
    ['a key', { cert: one.chain, key: alice.key }],
  ])('refuses %s that cannot be used before anything is written', (_, tls) => {
    expect(() => createTcpWriter({ host: 'logs.test', port: 5000, tls })).toThrow(
      expect.objectContaining({ name: 'WriteError', code: 'tls_certificates', retryable: false }),
    )
  })
})
