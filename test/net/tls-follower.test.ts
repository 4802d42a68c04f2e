/** Certificates that are renewed while doors are open: both doors, met over real TLS. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type Server, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Certificates, type Identity, makeCertificates } from '../../envoy/certify/certificates.ts'
import { ConfigError } from '../../src/errors.ts'
import { type ListenTls, readTlsFiles, tlsOptionsOf } from '../../src/net/tls.ts'
import { TlsFollower, type TlsNews } from '../../src/net/tls-follower.ts'
import { startWebServer } from '../../src/web/server.ts'
import { bench } from '../als/clients.ts'
import { until } from '../support/until.ts'

const [before, after] = [makeCertificates(), makeCertificates()]

/** A folder with the certificate of `identity`. */
function filesOf({ one, root }: Certificates) {
  const folder = mkdtempSync(join(tmpdir(), 'renewed-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const names = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), clientCa: join(folder, 'ca.crt') }
  const write = (name: keyof typeof names, text: string) => {
    // As tools do it that care: never half a file.
    writeFileSync(`${names[name]}.new`, text)
    renameSync(`${names[name]}.new`, names[name])
  }
  write('cert', one.chain)
  write('key', one.key)
  write('clientCa', root)
  return { names: names satisfies ListenTls, write }
}

/** Resolves when the server has taken the client as well, with the issuer's word for the server: its certificate's fingerprint. */
async function meet(address: string, own?: Identity): Promise<TLSSocket> {
  const [host, port] = address.split(':')
  const certificate = own ? { cert: own.chain, key: own.key } : {}
  const socket = connect({
    host: host!,
    port: Number(port),
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
    maxVersion: 'TLSv1.2',
    ...certificate,
  })
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return socket
}

const pemOf = (socket: TLSSocket) => socket.getPeerX509Certificate()!.toString().trim()
const leafOf = ({ one }: Certificates) => one.chain.trim()

const doors: Readonly<
  Record<string, (tls: ListenTls, onTlsNews: (news: TlsNews) => void) => Promise<{ address: string; renew(): void }>>
> = {
  async 'listen.grpc'(tls, onTlsNews) {
    const { server, address } = await bench({ addresses: [{ address: '127.0.0.1:0', tls }], onTlsNews })
    return { address, renew: () => server.renewCertificates() }
  },
  async 'listen.http'(tls, onTlsNews) {
    const server = await startWebServer({ address: '127.0.0.1:0', tls, routes: {}, onTlsNews })
    onTestFinished(() => server.close())
    return { address: server.address, renew: () => server.renewCertificates() }
  },
}

describe.each(Object.entries(doors))('%s', (key, open) => {
  const start = async (clientCa = false) => {
    const files = filesOf(before)
    const news: TlsNews[] = []
    const tls = clientCa ? files.names : { ...files.names, clientCa: null }
    return { ...files, news, ...(await open(tls, (each) => news.push(each))) }
  }

  test('a certificate that is written anew is shown to who comes next; who is there stays', async () => {
    const { address, write, news } = await start()
    const early = await meet(address)
    expect(pemOf(early)).toBe(leafOf(before))
    write('cert', after.one.chain)
    write('key', after.one.key)
    await until('it is taken', () => news.length > 0)
    expect(news).toEqual([
      { level: 'info', key, sentence: expect.stringMatching(/tls.crt was renewed; it is valid until .* 2049/) },
    ])
    expect(pemOf(await meet(address))).toBe(leafOf(after))
    expect([early.destroyed, early.readableEnded]).toEqual([false, false])
  })

  test('when somebody asks it is taken at once; what cannot serve is refused in one sentence, and the old one stays', async () => {
    const { address, write, renew, news, names } = await start()
    write('cert', after.one.chain)
    renew()
    expect(news).toEqual([{ level: 'error', key, sentence: expect.any(String) }])
    expect(news[0]!.sentence).toBe(
      `The certificate stays the one before. ${key}.tls.key: ${names.key} is not the key of ${names.cert}. Put the certificate and the key that were made together into these files.`,
    )
    expect(pemOf(await meet(address))).toBe(leafOf(before))
    write('key', after.one.key)
    renew()
    renew()
    expect(news.map(({ level }) => level)).toEqual(['error', 'info'])
    expect(pemOf(await meet(address))).toBe(leafOf(after))
  })

  test('who signs certificates of clients may change as well', async () => {
    const { address, write, renew } = await start(true)
    await meet(address, before.alice)
    await expect(meet(address, after.alice)).rejects.toThrow()
    write('clientCa', after.root)
    renew()
    await meet(address, after.alice)
    await expect(meet(address, before.alice)).rejects.toThrow()
    await expect(meet(address)).rejects.toThrow()
  })
})

describe('looking', () => {
  const follow = () => {
    const files = filesOf(before)
    const options = readTlsFiles(files.names, 'listen.http')
    const server = createServer(tlsOptionsOf(options, files.names, 'listen.http'))
    const news: TlsNews[] = []
    const lookMs = 5
    const onNews = (each: TlsNews) => news.push(each)
    const follower = new TlsFollower(server, options, { names: files.names, key: 'listen.http', onNews, lookMs })
    onTestFinished(() => follower.close())
    return { ...files, news, server: server as Server }
  }

  test('what cannot serve is said once, however often it is looked at; then what can is taken', async () => {
    const { write, news, names } = follow()
    write('key', 'no key')
    await until('it is said', () => news.length === 1)
    rmSync(names.cert)
    await until('the next fault is said', () => news.length === 2)
    write('cert', after.one.chain)
    write('key', after.one.key)
    await until('it is taken', () => news.some(({ level }) => level === 'info'))
    expect(news.map(({ sentence }) => sentence.replaceAll(names.key, 'KEY').replaceAll(names.cert, 'CERT'))).toEqual([
      'The certificate stays the one before. listen.http.tls.key: KEY holds no key in PEM that can be read without a passphrase.',
      expect.stringContaining('listen.http.tls.cert: CERT cannot be read: ENOENT'),
      expect.stringContaining('CERT was renewed'),
    ])
  })

  test('back to what is in force there is nothing to say', async () => {
    const { write, news } = follow()
    write('cert', 'no certificate')
    await until('it is said', () => news.length === 1)
    write('cert', before.one.chain)
    write('key', after.one.key)
    await until('the other fault is said', () => news.length === 2)
    write('key', before.one.key)
    write('clientCa', '')
    await until('the last one is said', () => news.length === 3)
    expect(
      news.map(({ sentence }) => /listen\.http\.tls\.(\w+): .*? (is|holds) (.*?)\.(?= |$)/.exec(sentence)?.slice(1)),
    ).toEqual([
      ['cert', 'holds', 'no certificate in PEM'],
      ['key', 'is', expect.stringContaining('not the key of')],
      ['clientCa', 'holds', 'no certificate in PEM'],
    ])
  })
})

test.each(['cert', 'clientCa'] as const)('a %s that breaks off inside is refused', (name) => {
  const { names, write } = filesOf(before)
  const sound = name === 'cert' ? before.one.chain : before.root
  write(name, `of whom\n${sound}and more\n${before.root}`)
  tlsOptionsOf(readTlsFiles(names, 'listen.http'), names, 'listen.http')
  write(name, `${sound}${before.root.slice(0, 100)}`)
  const files = readTlsFiles(names, 'listen.http')
  expect(() => tlsOptionsOf(files, names, 'listen.http')).toThrow(ConfigError)
})

test('a pair that does not belong together is told when the door is to be opened', async () => {
  const { names, write } = filesOf(before)
  write('key', after.one.key)
  const opening = startWebServer({ address: '127.0.0.1:0', tls: names, routes: {} })
  await expect(opening).rejects.toThrow(ConfigError)
  await expect(opening).rejects.toThrow(/listen\.http\.tls\.key/)
})
