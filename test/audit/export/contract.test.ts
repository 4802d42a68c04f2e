/** The contract of all writers, with web servers at the other end that are well, slow, silent, gone, or behind a line that breaks. */
import { makeCertificates } from '../../../envoy/certify/certificates.ts'
import { until } from '../../support/until.ts'
import { type Destination, describeWriterContract } from '../../writers/contract.ts'
import { openTroubledProxy, type Trouble } from '../../writers/otlp/troubled-proxy.ts'
import { type Behaviour, Receiver } from './receiver.ts'
import { createWriter, eventsOf, kubeconfig, openFolder } from './rig.ts'

const { root, one, alice } = makeCertificates()

interface Setting {
  readonly isSecure: boolean
  readonly behaviour?: Behaviour
  readonly isSlow?: boolean
}

async function open({ isSecure, behaviour = {}, isSlow = false }: Setting): Promise<Destination & { mend(): void }> {
  const tls = { cert: one.chain, key: one.key, ca: root, requestCert: true, rejectUnauthorized: true }
  const receiver = await Receiver.listen(isSecure ? { tls } : {})
  Object.assign(receiver, { behaviour, isSlow })
  const { write, remove } = openFolder()
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const [cluster, user] = isSecure
    ? [
        { server: receiver.url, 'certificate-authority-data': base64(root) },
        { 'client-certificate-data': base64(alice.chain), 'client-key-data': base64(alice.key) },
      ]
    : [{ server: receiver.url }]
  return {
    writer: createWriter(write('kubeconfig', kubeconfig(cluster!, user))),
    received: receivedBy(receiver),
    mend: () => {
      receiver.behaviour = {}
    },
    async close() {
      remove()
      await receiver.close()
    },
  }
}

/** The receiver is well; what lies before it is not. */
async function openBehindProxy(trouble: Trouble) {
  const receiver = await Receiver.listen()
  const proxy = await openTroubledProxy(receiver.port, trouble)
  const { write, remove } = openFolder()
  return {
    writer: createWriter(write('kubeconfig', kubeconfig({ server: `http://127.0.0.1:${proxy.port}` }))),
    received: receivedBy(receiver),
    mend: () => {
      proxy.trouble = null
    },
    hangUp: () => proxy.hangUp(),
    async close() {
      remove()
      await proxy.close()
      await receiver.close()
    },
  }
}

function receivedBy(receiver: Receiver): Destination['received'] {
  const texts = () => receiver.items.map(({ text }) => text).join('')
  return (bytes) =>
    until(`${bytes} bytes have arrived`, () => Buffer.byteLength(texts()) >= bytes && { text: texts() }).then(
      ({ text }) => text,
    )
}

for (const isSecure of [false, true]) {
  const openStuck = async () => {
    const destination = await open({ isSecure, behaviour: 'silent' })
    return { ...destination, resume: destination.mend }
  }
  const elsewhere = { never: 'what breaks below TLS is tried without it' }
  describeWriterContract(`the webhook over ${isSecure ? 'TLS with client certificates' : 'plain HTTP'}`, {
    batch: eventsOf,
    // It reads all there is; what it never does is answer.
    stuckBytes: 100_000,
    open: () => open({ isSecure }),
    openSlow: () => open({ isSecure, isSlow: true }),
    openRefusing: () => open({ isSecure, behaviour: { status: 503 } }),
    openStuck,
    openResetting: isSecure ? elsewhere : () => openBehindProxy({ resetAfterBytes: 0 }),
    openHalfReading: isSecure ? elsewhere : () => openBehindProxy({ resetAfterBytes: 200_000 }),
    openHangingUp: isSecure ? elsewhere : () => openBehindProxy(null),
  })
}
