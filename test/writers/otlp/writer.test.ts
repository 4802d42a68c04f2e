/** What arrives, as the official types in another language read it, over both protocols. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Identifier } from '../../../src/identifier.ts'
import { describeWithOtlpPython } from '../../support/otlp-python.ts'
import { bodiesOf, type Receiver, recordsOf, startReceiver } from './receiver.ts'
import { batchOfStreams, batchOfTexts, record, textRecord } from './records.ts'
import { endpointOf, errorOf, patience, protocols, writerTo } from './rig.ts'

const web: Identifier = { logName: 'MeshAccessLog', nodeId: 'default.web-1', nodeCluster: 'web' }
const webAgain: Identifier = { ...web }
const shop: Identifier = { logName: 'MeshAccessLog', nodeId: 'default.shop-1', nodeCluster: 'shöp' }

const texts = (from: number, count: number) => Array.from({ length: count }, (_, i) => `entry ${from + i}\n`)

describeWithOtlpPython('what the OpenTelemetry writer sends', (python) => {
  let receiver: Receiver
  let before = 0
  beforeAll(async () => {
    receiver = await startReceiver(python)
  })
  beforeEach(async () => {
    await receiver.tell({ always: {} })
    before = receiver.requests.length
  })
  afterAll(() => receiver.stop())
  // It says what it got before it answers, but the answer may be quicker.
  const requests = async () => {
    await receiver.tell({})
    return receiver.requests.slice(before)
  }

  describe.each(protocols)('over %s', (protocol) => {
    const endpoint = () => endpointOf(protocol, receiver)

    test.each([
      ['a string', { string_value: 'GET / "ä"\n' }, { stringValue: 'GET / "ä"\n' }],
      ['a bool', { bool_value: true }, { boolValue: true }],
      ['an int', { int_value: '-9007199254740993' }, { intValue: '-9007199254740993' }],
      ['a double', { double_value: 1.25 }, { doubleValue: 1.25 }],
      ['bytes', { bytes_value: Buffer.from('hello') }, { bytesValue: 'aGVsbG8=' }],
      [
        'an array',
        { array_value: { values: [{ string_value: 'a' }, { int_value: 1 }] } },
        { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } },
      ],
      [
        'a list of pairs',
        { kvlist_value: { values: [{ key: 'k', value: { bool_value: false } }] } },
        { kvlistValue: { values: [{ key: 'k', value: { boolValue: false } }] } },
      ],
    ])('a body that is %s arrives as it is', async (_, body, expected) => {
      await writerTo(endpoint()).write(batchOfStreams([[web, [record({ body })]]]), patience())
      expect(recordsOf(await requests())).toEqual([{ body: expected }])
    })

    test('every field of a record arrives, attributes in their order with repeated keys', async () => {
      const full = record({
        time_unix_nano: '1700000000123456789',
        observed_time_unix_nano: '1700000000223456789',
        severity_number: 17,
        severity_text: 'ERROR',
        attributes: [
          { key: 'b', value: { string_value: '1' } },
          { key: 'a', value: { string_value: '' } },
          { key: 'b', value: { string_value: '2' } },
        ],
        flags: 1,
        trace_id: Buffer.alloc(16, 0xab),
        span_id: Buffer.alloc(8, 0xcd),
      })
      await writerTo(endpoint()).write(batchOfStreams([[web, [full]]]), patience())
      expect(recordsOf(await requests())).toEqual([
        {
          timeUnixNano: '1700000000123456789',
          observedTimeUnixNano: '1700000000223456789',
          severityNumber: 'SEVERITY_NUMBER_ERROR',
          severityText: 'ERROR',
          attributes: [
            { key: 'b', value: { stringValue: '1' } },
            { key: 'a', value: { stringValue: '' } },
            { key: 'b', value: { stringValue: '2' } },
          ],
          flags: 1,
          traceId: Buffer.alloc(16, 0xab).toString('base64'),
          spanId: Buffer.alloc(8, 0xcd).toString('base64'),
        },
      ])
    })

    test('streams of equal attributes become one resource, in one request', async () => {
      const batch = batchOfStreams([
        [web, ['1', '2'].map(textRecord)],
        [shop, ['3'].map(textRecord)],
        [webAgain, ['4'].map(textRecord)],
      ])
      expect(await writerTo(endpoint()).write(batch, patience())).toEqual({ rejected: 0 })
      expect(await requests()).toHaveLength(1)
      const found = (await requests())[0]!.resourceLogs.map(({ resource, scopeLogs }) => [
        resource.attributes.map(({ key, value }) => `${key}=${value.stringValue}`).join(),
        scopeLogs.map(({ scope, logRecords }) => [scope, logRecords.map(({ body }) => body?.stringValue).join()]),
      ])
      expect(found).toEqual([
        ['log_name=MeshAccessLog,zone_name=,cluster_name=web,node_name=default.web-1', [[undefined, '1,2,4']]],
        ['log_name=MeshAccessLog,zone_name=,cluster_name=shöp,node_name=default.shop-1', [[undefined, '3']]],
      ])
    })

    test('what is known of a stream besides stands between them', async () => {
      const known = { ...web, nodeZone: 'east', resourceAttributes: [['kuma.mesh', 'default']] as const }
      await writerTo(endpoint()).write(batchOfStreams([[known, [textRecord('1')]]]), patience())
      const [resource] = (await requests())[0]!.resourceLogs
      expect(resource!.resource.attributes.map(({ key, value }) => `${key}=${value.stringValue}`)).toEqual([
        'log_name=MeshAccessLog',
        'zone_name=east',
        'cluster_name=web',
        'node_name=default.web-1',
        'kuma.mesh=default',
      ])
    })

    test('configured attributes follow, win over the stream’s, and make unequal streams equal', async () => {
      const writer = writerTo(endpoint(), {
        serviceName: 'mesh',
        resourceAttributes: [
          ['kuma.mesh', 'default'],
          ['node_name', 'any'],
          ['cluster_name', ''],
        ],
        scope: { name: 'als-sink', version: '1.2.3' },
      })
      await writer.write(
        batchOfStreams([
          [web, [textRecord('1')]],
          [shop, [textRecord('2')]],
        ]),
        patience(),
      )
      const [resource, ...others] = (await requests())[0]!.resourceLogs
      expect(others).toEqual([])
      expect(resource!.resource.attributes).toEqual([
        { key: 'log_name', value: { stringValue: 'MeshAccessLog' } },
        { key: 'zone_name', value: { stringValue: '' } },
        { key: 'cluster_name', value: { stringValue: '' } },
        { key: 'node_name', value: { stringValue: 'any' } },
        { key: 'service.name', value: { stringValue: 'mesh' } },
        { key: 'kuma.mesh', value: { stringValue: 'default' } },
      ])
      expect(resource!.scopeLogs[0]!.scope).toEqual({ name: 'als-sink', version: '1.2.3' })
      expect(bodiesOf(await requests())).toBe('12')
    })

    test('headers go along, beside the protocol’s own', async () => {
      const headers = { authorization: 'Bearer t', 'x-tenant': 'a b' }
      await writerTo(endpoint(), { headers }).write(batchOfTexts(['1']), patience())
      expect((await requests())[0]!.headers).toMatchObject({
        ...headers,
        'user-agent': expect.stringMatching(/^als-sink/),
      })
    })

    test('a batch that no receiver takes whole is sent in pieces that they take', async () => {
      const big = Array.from({ length: 70 }, (_, i) => `${i} `.padEnd(100_000, '.'))
      expect(await writerTo(endpoint()).write(batchOfTexts(big), patience())).toEqual({ rejected: 0 })
      expect(bodiesOf(await requests())).toBe(big.join(''))
      expect(await requests()).toHaveLength(2)
      expect((await requests())[0]!.bytes).toBeGreaterThan(3.3 * 2 ** 20)
      expect(Math.max(...(await requests()).map(({ bytes }) => bytes))).toBeLessThanOrEqual(3.5 * 2 ** 20)
    })

    test('pieces hold whole entries of every stream, and one that is too large goes alone', async () => {
      const batch = batchOfStreams([
        [web, texts(0, 10).map(textRecord)],
        [shop, [...texts(10, 3), 'large'.padEnd(500, '.'), ...texts(13, 2)].map(textRecord)],
        [webAgain, texts(15, 10).map(textRecord)],
      ])
      await writerTo(endpoint(), { requestBytesMax: 300 }).write(batch, patience())
      const sizes = (await requests()).map(({ bytes }) => bytes)
      expect(sizes.filter((bytes) => bytes > 300)).toHaveLength(1)
      expect(sizes.length).toBeGreaterThan(4)
      const all = [...texts(0, 13), 'large'.padEnd(500, '.'), ...texts(13, 12)]
      expect(bodiesOf(await requests())).toBe(all.join(''))
    })

    test('what is rejected is counted over all pieces, and told with the reason', async () => {
      const told: unknown[] = []
      const writer = writerTo(endpoint(), { requestBytesMax: 1, onEvent: (event) => told.push(event) })
      await receiver.tell({
        next: [{ rejected: 1, message: 'too\nold' }, {}, { rejected: 0, message: 'slow down' }, { rejected: 1 }],
      })
      expect(await writer.write(batchOfTexts(texts(0, 5)), patience())).toEqual({ rejected: 2 })
      expect(told).toEqual([
        { kind: 'rejected', entries: 1, message: 'too old' },
        { kind: 'warning', entries: 0, message: 'slow down' },
        { kind: 'rejected', entries: 1, message: 'no reason was given' },
      ])
    })

    test.each([
      [7, 3],
      [-2, 0],
      [2 ** 62, 3],
    ])(
      'a receiver that claims to have rejected %s of 3 entries is believed to have rejected %s',
      async (rejected, counted) => {
        await receiver.tell({ next: [{ rejected }] })
        expect(await writerTo(endpoint()).write(batchOfTexts(texts(0, 3)), patience())).toEqual({ rejected: counted })
      },
    )

    test('when a piece is refused, those before it have arrived, and what they rejected is told', async () => {
      const refusal = protocol === 'grpc' ? { code: 'UNAVAILABLE' } : { status: 503 }
      await receiver.tell({ next: [{}, { rejected: 1 }, refusal] })
      const writer = writerTo(endpoint(), { requestBytesMax: 1 })
      const batch = batchOfTexts(texts(0, 4))
      const error = await errorOf(writer.write(batch, patience()))
      expect(error).toMatchObject({ retryable: true, entriesWritten: 2, entriesRejected: 1 })
      expect(bodiesOf(await requests())).toBe(texts(0, 2).join(''))
    })
  })

  test.each([
    ['', '/v1/logs'],
    ['/', '/v1/logs'],
    ['/otlp/logs?tenant=a', '/otlp/logs?tenant=a'],
  ])('an HTTP endpoint that ends in %j is posted to as %s', async (suffix, path) => {
    const writer = writerTo(`${endpointOf('http', receiver)}${suffix}`)
    expect(writer.name).not.toContain('tenant')
    await writer.write(batchOfTexts(['1']), patience())
    expect((await requests())[0]!.headers).toMatchObject({ ':path': path, 'content-type': 'application/x-protobuf' })
  })

  test('HTTP bodies are compressed unless told otherwise', async () => {
    const encodings = []
    for (const compression of [undefined, 'gzip', 'none'] as const) {
      await writerTo(endpointOf('http', receiver), { compression }).write(batchOfTexts(['1']), patience())
      encodings.push((await requests()).at(-1)!.headers['content-encoding'])
    }
    expect(encodings).toEqual(['gzip', 'gzip', undefined])
    expect(bodiesOf(await requests())).toBe('111')
  })
})
