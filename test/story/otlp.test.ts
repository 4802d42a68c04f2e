/** Entries of a real Envoy to a real OpenTelemetry receiver, by the built sink; and an outage of half an hour. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../../envoy/until.ts'
import type { WriteError } from '../../src/errors.ts'
import { retryDelayMsMax } from '../../src/limits.ts'
import { capture, run, scratch } from '../cli/run.ts'
import { ManualClock } from '../pipeline/manual-clock.ts'
import { rigOf, settled } from '../pipeline/rig.ts'
import { describeWithOtlpPython } from '../support/otlp-python.ts'
import { startSink } from '../support/sink-process.ts'
import {
  bodiesOf,
  type LogRecordJson,
  type ReceivedRequest,
  type Receiver,
  recordsOf,
  startReceiver,
} from '../writers/otlp/receiver.ts'
import { textRecord } from '../writers/otlp/records.ts'
import { writerTo } from '../writers/otlp/rig.ts'

const entriesOfCapture = 152

/** How a body is written, and what every record's must be. */
const bodies: Readonly<Record<string, readonly [yaml: unknown, expected: unknown]>> = {
  bare: ['got %PROTOCOL%', { stringValue: expect.stringMatching(/^got (HTTP\/1\.[01]|HTTP\/2|-)$/) }],
  string: [{ stringValue: '%BYTES_SENT%' }, { stringValue: expect.stringMatching(/^\d+$/) }],
  bool: [{ boolValue: true }, { boolValue: true }],
  int: [{ intValue: '123' }, { intValue: '123' }],
  double: [{ doubleValue: 1.5 }, { doubleValue: 1.5 }],
  bytes: [{ bytesValue: 'aGVsbG8=' }, { bytesValue: 'aGVsbG8=' }],
  array: [
    { arrayValue: { values: [{ stringValue: '%KUMA_MESH%' }, { intValue: 1 }] } },
    { arrayValue: { values: [{ stringValue: 'default' }, { intValue: '1' }] } },
  ],
  kvlist: [
    { kvlistValue: { values: [{ key: 'mesh of %KUMA_MESH%', value: { stringValue: '%KUMA_MESH%' } }] } },
    { kvlistValue: { values: [{ key: 'mesh of default', value: { stringValue: 'default' } }] } },
  ],
}

describeWithOtlpPython('OpenTelemetry, from Envoy to a receiver', (python) => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver(python)
  })
  afterAll(() => receiver.stop())

  /** All backends write what a capture holds; resolves with the records of each, by its name. */
  async function recordsBy(backends: Readonly<Record<string, object>>, protocol: 'grpc' | 'http' = 'grpc') {
    const port = protocol === 'grpc' ? receiver.grpcPort : receiver.httpPort
    const endpoint = protocol === 'grpc' ? `127.0.0.1:${port}` : `http://127.0.0.1:${port}`
    const before = receiver.requests.length
    const sink = await startSink(scratch(), {
      listen: { grpc: '127.0.0.1:0', http: null },
      kuma: { values: { mesh: 'default', zone: 'east' } },
      pipelines: [
        {
          backends: Object.entries(backends).map(([name, more]) => ({
            type: 'OpenTelemetry',
            name,
            openTelemetry: { endpoint, serviceName: name, ...more },
            queue: { flushAfter: '50ms' },
          })),
        },
      ],
    })
    expect((await run('replay', capture, '--to', sink.addresses[0]!)).code).toBe(0)
    expect((await sink.stop()).exitCode).toBe(0)
    const requests = receiver.requests.slice(before)
    return Object.fromEntries(
      Object.keys(backends).map((name) => [name, recordsOf(ofService(requests, name))]),
    ) as Record<string, LogRecordJson[]>
  }

  test('the body forms arrive as they were written, with their texts filled in', async () => {
    const found = await recordsBy(Object.fromEntries(Object.entries(bodies).map(([name, [body]]) => [name, { body }])))
    for (const [name, [, expected]] of Object.entries(bodies)) {
      expect(found[name]).toHaveLength(entriesOfCapture)
      for (const { body } of found[name]!) expect({ [name]: body }).toEqual({ [name]: expected })
    }
  })

  test('attributes are texts in their order, times and resource are there; without a body there is Envoy’s default line', async () => {
    const attributes = [
      { key: 'status', value: '%RESPONSE_CODE%' },
      { key: 'mesh', value: 'mesh %KUMA_MESH%' },
      { key: 'status', value: 'again' },
    ]
    const before = receiver.requests.length
    const { plain } = await recordsBy({ plain: { attributes } }, 'http')
    expect(plain).toHaveLength(entriesOfCapture)
    for (const record of plain!) {
      expect(record['attributes']).toEqual([
        { key: 'status', value: { stringValue: expect.stringMatching(/^\d+$/) } },
        { key: 'mesh', value: { stringValue: 'mesh default' } },
        { key: 'status', value: { stringValue: 'again' } },
      ])
      expect(record.body?.stringValue).toMatch(/^\[2026-.*"$/)
      expect(Number(record['timeUnixNano'])).toBeGreaterThan(0)
      expect(Number(record['observedTimeUnixNano'])).toBeGreaterThan(Number(record['timeUnixNano']))
    }
    const [request] = receiver.requests.slice(before)
    const resource = Object.fromEntries(
      request!.resourceLogs[0]!.resource.attributes.map(({ key, value }) => [key, value.stringValue]),
    )
    expect(resource).toMatchObject({
      'service.name': 'plain',
      'kuma.mesh': 'default',
      'kuma.zone': 'east',
      log_name: expect.any(String),
      node_name: expect.any(String),
      cluster_name: expect.any(String),
    })
  })

  test('with typedValues numbers are numbers', async () => {
    const body = {
      kvlistValue: {
        values: [
          { key: 'code', value: { stringValue: '%RESPONSE_CODE%' } },
          { key: 'text', value: { stringValue: 'code %RESPONSE_CODE%' } },
        ],
      },
    }
    const { typed } = await recordsBy({ typed: { body, typedValues: true } })
    expect(typed).toHaveLength(entriesOfCapture)
    for (const record of typed!) {
      const values = record.body!.kvlistValue!.values
      expect(values[0]!.value).toEqual({ intValue: expect.stringMatching(/^\d+$/) })
      expect(values[1]!.value).toEqual({ stringValue: `code ${values[0]!.value.intValue}` })
    }
  })

  test('what the receiver rejects is in the books, and the rest is written', async () => {
    await receiver.tell({ next: [{ rejected: 5, message: 'too old' }] })
    const sink = await startSink(scratch(), {
      listen: { grpc: '127.0.0.1:0', http: null },
      pipelines: [
        { backends: [{ type: 'OpenTelemetry', openTelemetry: { endpoint: `127.0.0.1:${receiver.grpcPort}` } }] },
      ],
    })
    await run('replay', capture, '--to', sink.addresses[0]!)
    const end = await sink.stop()
    expect(end.total('accepted')).toBe(entriesOfCapture)
    expect([end.total('written'), end.total('dropped')]).toEqual([entriesOfCapture - 5, 5])
    expect(sink.said()).toContain('too old')
  })

  describe('an outage of half an hour', () => {
    test('costs nothing, and the receiver is not stormed', async () => {
      const clock = new ManualClock()
      const gone = await startReceiver(python)
      const { grpcPort } = gone
      await gone.stop()
      const failures: WriteError[] = []
      const writer = writerTo(`grpc://127.0.0.1:${grpcPort}`)
      const { outbox } = rigOf({
        writer,
        clock,
        queueBytesMax: 1_000_000,
        // An attempt takes real time, of which this clock knows nothing.
        attemptTimeoutMs: 1e9,
        random: () => 1,
        observer: { writeFailed: (error) => void failures.push(error) },
      })
      const putOne = (text: string) => {
        const bytes = textRecord(text)
        outbox.put(bytes, 0, Int32Array.of(bytes.length), 1, { logName: 'log', nodeId: 'web', nodeCluster: 'c' })
      }
      for (let minute = 0; minute < 30; minute++) {
        putOne(`${minute} `)
        for (let half = 0; half < 2; half++) {
          const before = failures.length
          clock.advance(retryDelayMsMax)
          await until('the attempt has failed', 10_000, () => failures.length > before)
        }
      }
      expect(failures.every(({ retryable }) => retryable)).toBe(true)
      expect(failures.length).toBeLessThan(30 * 2 + 10)
      const back = await startReceiver(python, { grpcPort })
      onTestFinished(() => back.stop())
      await until('everything has arrived', 20_000, async () => {
        clock.advance(retryDelayMsMax)
        await settled()
        return outbox.ledger.written === 30
      })
      expect(bodiesOf(back.requests)).toBe(Array.from({ length: 30 }, (_, minute) => `${minute} `).join(''))
      outbox.check()
    }, 60_000)

    test('a receiver that asks for time gets it', async () => {
      await receiver.tell({ next: [{ code: 'UNAVAILABLE', retryDelayMs: 120_000 }] })
      const clock = new ManualClock()
      const retries: (number | undefined)[] = []
      const writer = writerTo(`grpc://127.0.0.1:${receiver.grpcPort}`)
      const { outbox } = rigOf({
        writer,
        clock,
        flushAfterMs: 0,
        observer: { writeFailed: (_error, inMs) => void retries.push(inMs) },
      })
      const bytes = textRecord('later')
      outbox.put(bytes, 0, Int32Array.of(bytes.length), 1, { logName: 'log', nodeId: 'web', nodeCluster: 'c' })
      await until('it was refused', 10_000, () => retries.length > 0)
      expect(retries).toEqual([120_000])
      clock.advance(119_999)
      await settled()
      expect(outbox.ledger.queued).toBe(1)
      clock.advance(1)
      await until('it was taken', 10_000, () => outbox.ledger.written === 1)
    })
  })
})

/** Only what this service has sent. */
function ofService(requests: readonly ReceivedRequest[], name: string): ReceivedRequest[] {
  const isOurs = ({ resource }: ReceivedRequest['resourceLogs'][number]) =>
    resource.attributes.some(({ key, value }) => key === 'service.name' && value.stringValue === name)
  return requests.map((request) => ({ ...request, resourceLogs: request.resourceLogs.filter(isOurs) }))
}
