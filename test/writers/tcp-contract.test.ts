/** The TCP writer, plain and with TLS, through the contract of all writers. */
import { readFileSync } from 'node:fs'
import type { TlsOptions } from 'node:tls'
import { makeCertificates } from '../../envoy/certify/certificates.ts'
import { createTcpWriter, type TcpTlsOptions } from '../../src/writers/tcp.ts'
import { describeWriterContract, type WriterHarness } from './contract.ts'
import { type Behaviour, TcpDestination } from './doubles/tcp-destination.ts'
import { TcpProcess } from './doubles/tcp-process.ts'

const { root, one, alice } = makeCertificates()

/** What the kernel may keep for one connection, sent and not yet read. */
const stuckBytes = 1_000_000 + 1.5 * Number(readFileSync('/proc/sys/net/ipv4/tcp_wmem', 'utf8').trim().split(/\s+/)[2])
const asReceived = (text: string) => (text.endsWith('\n') ? text : `${text}\n`)

function harnessOf(server?: TlsOptions, tls?: TcpTlsOptions): WriterHarness {
  const writerTo = (port: number) => createTcpWriter({ host: '127.0.0.1', port, ...(tls && { tls }) })
  const openAs = (behaviour: Behaviour) => async () => {
    const destination = await TcpDestination.listen(behaviour, server && { tls: server })
    return {
      writer: writerTo(destination.port),
      received: (bytes: number) => destination.received(bytes),
      mend: () => destination.mend(),
      resume: () => destination.mend(),
      hangUp: () => destination.hangUp(),
      close: () => destination.close(),
    }
  }
  return {
    open: openAs('reading'),
    async openRefusing() {
      const { port, close } = await TcpDestination.listen('reading').then((it) => ({
        port: it.port,
        close: it.close(),
      }))
      await close
      let destination: Promise<TcpDestination> | undefined
      return {
        writer: writerTo(port),
        received: async (bytes) => (await destination!).received(bytes),
        mend: () => {
          destination = TcpDestination.listen('reading', { port, ...(server && { tls: server }) })
        },
        close: async () => (await destination)?.close(),
      }
    },
    openStuck: openAs('stuck'),
    stuckBytes,
    openSlow: openAs('slow'),
    openResetting: openAs('resetting'),
    openHalfReading: openAs('half-reading'),
    openHangingUp: openAs('reading'),
    asReceived,
  }
}

describeWriterContract('TCP', harnessOf())

describeWriterContract(
  'TCP with TLS and client certificates',
  harnessOf(
    { cert: one.chain, key: one.key, ca: root, requestCert: true, rejectUnauthorized: true },
    { ca: root, cert: alice.chain, key: alice.key },
  ),
)

const inProcess = { never: 'this is tried with the destination in this process' }

describeWriterContract('TCP, to another process', {
  async open() {
    const destination = await TcpProcess.start()
    return {
      writer: createTcpWriter({ host: '127.0.0.1', port: destination.port }),
      received: (bytes) => destination.received(bytes),
      close: () => destination.close(),
    }
  },
  openRefusing: inProcess,
  async openStuck() {
    const destination = await TcpProcess.start()
    destination.freeze()
    return {
      writer: createTcpWriter({ host: '127.0.0.1', port: destination.port }),
      received: (bytes) => destination.received(bytes),
      resume: () => destination.thaw(),
      close: () => destination.close(),
    }
  },
  stuckBytes,
  openSlow: inProcess,
  openResetting: inProcess,
  openHalfReading: inProcess,
  openHangingUp: inProcess,
  asReceived,
})
