/** The contract of all writers, with the receiver of another language at the other end. */
import { afterAll, beforeAll } from 'vitest'
import type { Writer } from '../../../src/writers/writer.ts'
import { describeWithOtlpPython } from '../../support/otlp-python.ts'
import { until } from '../../support/until.ts'
import { type Destination, describeWriterContract } from '../contract.ts'
import { bodiesOf, type Receiver, type ReceiverAnswer, startReceiver } from './receiver.ts'
import { batchOfTexts } from './records.ts'
import { createWriter, endpointOf, type Protocol } from './rig.ts'
import { openTroubledProxy, type Trouble } from './troubled-proxy.ts'

const refusals = { grpc: { code: 'UNAVAILABLE', message: 'not now' }, http: { status: 503 } }

describeWithOtlpPython('the OpenTelemetry writer', (python) => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver(python)
  })
  afterAll(() => receiver.stop())

  /** `mend`: from then on everything is taken. */
  async function open(protocol: Protocol, always: ReceiverAnswer): Promise<Destination & { mend(): void }> {
    await receiver.tell({ always })
    let mended: Promise<void> = Promise.resolve()
    return {
      writer: after(() => mended, createWriter(endpointOf(protocol, receiver))),
      received: collect(),
      mend: () => {
        mended = receiver.tell({ always: {} })
      },
      close: () => mended,
    }
  }

  /** The receiver is well; what lies before it is not. Uncompressed, so that a part of a request is a part of its entries. */
  async function openBehindProxy(protocol: Protocol, trouble: Trouble) {
    await receiver.tell({ always: {} })
    const proxy = await openTroubledProxy(protocol === 'grpc' ? receiver.grpcPort : receiver.httpPort, trouble)
    return {
      writer: createWriter(`${protocol}://127.0.0.1:${proxy.port}`, { compression: 'none' }),
      received: collect(),
      mend: () => {
        proxy.trouble = null
      },
      hangUp: () => proxy.hangUp(),
      close: () => proxy.close(),
    }
  }

  function collect(): Destination['received'] {
    const before = receiver.requests.length
    const arrived = () => bodiesOf(receiver.requests.slice(before))
    return async (bytes) => {
      // It says what it got before it answers, but the answer may be quicker.
      await receiver.tell({})
      return until(
        `${bytes} bytes have arrived`,
        () => Buffer.byteLength(arrived()) >= bytes && { text: arrived() },
      ).then(({ text }) => text)
    }
  }

  for (const protocol of ['grpc', 'http'] as const) {
    describeWriterContract(`OTLP over ${protocol}`, {
      batch: batchOfTexts,
      // It reads all there is; what it never does is answer.
      stuckBytes: 100_000,
      open: () => open(protocol, {}),
      openSlow: () => open(protocol, { delayMs: 50 }),
      openRefusing: () => open(protocol, refusals[protocol]),
      async openStuck() {
        const destination = await open(protocol, { hold: true })
        return { ...destination, resume: destination.mend }
      },
      openResetting: () => openBehindProxy(protocol, { resetAfterBytes: 0 }),
      openHalfReading: () => openBehindProxy(protocol, { resetAfterBytes: 200_000 }),
      openHangingUp: () => openBehindProxy(protocol, null),
    })
  }
})

/** A receiver that has been told something must have understood it before the next write. */
function after(ready: () => Promise<void>, writer: Writer): Writer {
  return {
    name: writer.name,
    async write(batch, signal) {
      await ready()
      return writer.write(batch, signal)
    },
    flush: () => writer.flush(),
    reopen: () => writer.reopen(),
    close: () => writer.close(),
  }
}
