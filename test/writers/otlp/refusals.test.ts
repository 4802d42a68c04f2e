/** What the writer makes of a refusal: whether and when to come again, and whether some entries might be taken without others. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeWithOtlpPython } from '../../support/otlp-python.ts'
import { type Receiver, type ReceiverAnswer, startReceiver } from './receiver.ts'
import { batchOfTexts } from './records.ts'
import { endpointOf, errorOf, patience, writerTo } from './rig.ts'

describeWithOtlpPython('what the OpenTelemetry writer makes of a refusal', (python) => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver(python)
  })
  beforeEach(() => receiver.tell({ always: {} }))
  afterAll(() => receiver.stop())

  /** The error of one write that is answered so. */
  async function refused(protocol: 'grpc' | 'http', answer: ReceiverAnswer) {
    await receiver.tell({ next: [answer] })
    const writer = writerTo(endpointOf(protocol, receiver))
    const error = await errorOf(writer.write(batchOfTexts(['1', '2']), patience()))
    expect(error.message).toMatch(`${writer.name}: `)
    expect(error.entriesWritten).toBe(0)
    return error
  }

  describe('over gRPC', () => {
    test.each(['CANCELLED', 'DEADLINE_EXCEEDED', 'ABORTED', 'OUT_OF_RANGE', 'UNAVAILABLE', 'DATA_LOSS'])(
      '%s may pass',
      async (code) => {
        const error = await refused('grpc', { code, message: 'not\nnow' })
        expect(error).toMatchObject({ code, retryable: true, blamesEntries: false, retryAfterMs: undefined })
        expect(error.message).toContain(`${code}: not now`)
      },
    )

    test.each([
      ['INVALID_ARGUMENT', true],
      ['RESOURCE_EXHAUSTED', true],
      ['INTERNAL', true],
      ['UNKNOWN', true],
      ['PERMISSION_DENIED', false],
      ['UNAUTHENTICATED', false],
      ['UNIMPLEMENTED', false],
      ['NOT_FOUND', false],
      ['ALREADY_EXISTS', false],
      ['FAILED_PRECONDITION', false],
    ])('%s lasts; that it is about the entries: %s', async (code, blamesEntries) => {
      // RetryInfo changes nothing where the status says that it is for good; only of RESOURCE_EXHAUSTED it says that it is not.
      const retryDelayMs = code === 'RESOURCE_EXHAUSTED' ? {} : { retryDelayMs: 1000 }
      const error = await refused('grpc', { code, ...retryDelayMs })
      expect(error).toMatchObject({ code, retryable: false, blamesEntries, retryAfterMs: undefined })
    })

    test.each([
      ['RESOURCE_EXHAUSTED', 2500, 2500],
      ['UNAVAILABLE', 60_000, 60_000],
      ['RESOURCE_EXHAUSTED', 0, undefined],
    ])('%s with a RetryInfo of %i ms may pass, after %s', async (code, retryDelayMs, retryAfterMs) => {
      expect(await refused('grpc', { code, retryDelayMs })).toMatchObject({ code, retryable: true, retryAfterMs })
    })
  })

  describe('over HTTP', () => {
    test.each([429, 502, 503, 504])('%i may pass', async (status) => {
      const error = await refused('http', { status, message: 'not now' })
      expect(error).toMatchObject({ code: `http_${status}`, retryable: true, blamesEntries: false })
      expect(error.message).toMatch(new RegExp(`HTTP ${status} .+: not now$`))
    })

    test.each([
      [400, true],
      [413, true],
      [422, true],
      [500, true],
      [301, false],
      [401, false],
      [403, false],
      [404, false],
      [501, false],
    ])('%i lasts; that it is about the entries: %s', async (status, blamesEntries) => {
      const error = await refused('http', { status, headers: { 'Retry-After': '5' } })
      expect(error).toMatchObject({ code: `http_${status}`, retryable: false, blamesEntries, retryAfterMs: undefined })
    })

    test('Retry-After is obeyed, before a RetryInfo', async () => {
      const headers = { 'Retry-After': '7' }
      expect(await refused('http', { status: 503, headers })).toMatchObject({ retryAfterMs: 7000 })
      expect(await refused('http', { status: 429, retryDelayMs: 1500 })).toMatchObject({ retryAfterMs: 1500 })
      expect(await refused('http', { status: 429, retryDelayMs: 1500, headers })).toMatchObject({ retryAfterMs: 7000 })
    })

    test('what a proxy says is quoted on one line, and not all of it', async () => {
      const body = `<html>\r\n<b>no such\tvirtual host</b>${'x'.repeat(10_000)}`
      const { message } = await refused('http', { status: 404, body, bodyType: 'text/html' })
      expect(message).toMatch(/HTTP 404 Not Found: <html> <b>no such virtual host<\/b>x+…$/)
      expect(message.length).toBeLessThan(500)
    })

    test('a refusal whose body is no protobuf is a refusal', async () => {
      expect(await refused('http', { status: 503, bodyBase64: '////' })).toMatchObject({ retryable: true })
    })

    test.each([
      ['that is damaged', { bodyBase64: '////' }, 'its answer cannot be read'],
      ['that is longer than we read', { body: 'x'.repeat(100_000) }, 'its answer is too long'],
      ['of another kind', { body: '<html>', bodyType: 'text/html' }, 'its answer is text/html'],
      ['that is empty', { body: '', bodyType: 'text/plain' }, null],
    ])('an answer %s says that the request was taken', async (_, answer, warning) => {
      const told: unknown[] = []
      const writer = writerTo(endpointOf('http', receiver), { onEvent: (event) => told.push(event) })
      await receiver.tell({ next: [answer] })
      expect(await writer.write(batchOfTexts(['1']), patience())).toEqual({ rejected: 0 })
      const expected = { kind: 'warning', entries: 0, message: expect.stringContaining(warning ?? '') }
      expect(told).toEqual(warning === null ? [] : [expected])
      // The connection may have had to go; the writer goes on.
      expect(await writer.write(batchOfTexts(['2']), patience())).toEqual({ rejected: 0 })
    })
  })
})
