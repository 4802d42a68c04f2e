/**
 * Requests of a client that is not ours: Node's own HTTP/2 encodes fields with Huffman and a dynamic table that changes its size, and
 * checks our answers more strictly than we would.
 */
import * as http2 from 'node:http2'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../support/until.ts'
import { type Door, type DoorOptions, openDoor, type Visit } from './door.ts'

function connect(door: Door, settings: http2.Settings = {}): http2.ClientHttp2Session {
  const { port } = door.where as { port: number }
  const client = http2.connect(`http://127.0.0.1:${port}`, { settings })
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  return client
}

/** A few names come often, so that the table is used; most values are short. */
const name = fc.oneof(
  fc.constantFrom('x-a', 'x-b', 'x-request-id', 'grpc-timeout', 'accept-language', 'via', 'warning'),
  fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/).map((text) => `y-${text}`),
)
/** Any characters of a value: visible ASCII, and the bytes above; space and tab inside. */
const visible = fc.integer({ min: 0x21, max: 0xff }).filter((byte) => byte !== 0x7f)
const inner = fc.oneof({ weight: 8, arbitrary: visible }, { weight: 1, arbitrary: fc.constantFrom(0x20, 0x09) })
const value = fc.oneof(
  fc.constantFrom('', 'a', 'trailers', '1234567890'.repeat(20)),
  fc
    .tuple(visible, fc.array(inner, { maxLength: 60 }), visible)
    .map(([first, middle, last]) => Buffer.from([first, ...middle, last]).toString('latin1')),
)
const fieldLists = fc.array(
  fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 3 })), { maxKeys: 12 }),
  {
    minLength: 20,
    maxLength: 60,
  },
)

const answerOk = ({ stream }: Visit) => stream.respond({ ':status': '200' }, { endStream: true })

function send(client: http2.ClientHttp2Session, fields: http2.OutgoingHttpHeaders, n: number): Promise<void> {
  const request = client.request({ ...fields, ':method': 'POST', ':path': `/${n}` }, { endStream: true })
  request.on('error', () => {})
  request.resume()
  return new Promise((resolve) => request.on('close', resolve))
}

describe('fields', () => {
  test.each<[string, http2.Settings]>([
    ['with its usual table', {}],
    ['that allows us a smaller table', { headerTableSize: 64 }],
  ])('a thousand random lists through a connection %s come out as they went in', async (_name, settings) => {
    await fc.assert(
      fc.asyncProperty(fieldLists, async (lists) => {
        const door = await openDoor({ onStream: answerOk })
        const client = connect(door, settings)
        await Promise.all(lists.map((fields, n) => send(client, fields, n)))
        const seen = new Map(door.visits.map(({ fields }) => [fields.get(':path'), fields]))
        for (const [n, fields] of lists.entries()) {
          const expected = Object.entries(fields).map(([key, values]) => [key, [values].flat().join(', ')])
          const received = [...seen.get(`/${n}`)!].filter(([key]) => !key.startsWith(':'))
          expect(Object.fromEntries(received)).toEqual(Object.fromEntries(expected))
        }
        client.destroy()
      }),
      { numRuns: 25 },
    )
  })

  test('a list near the bound arrives, one above it is answered with 431', async () => {
    const door = await openDoor({ onStream: answerOk })
    const client = connect(door)
    await new Promise((resolve) => client.once('remoteSettings', resolve))
    const status = (bytes: number) =>
      new Promise((resolve) => {
        const request = client.request({ ':method': 'POST', 'x-a': 'é'.repeat(bytes) })
        request.on('error', () => {})
        request.on('response', (fields) => resolve(fields[':status']))
      })
    expect([await status(15_000), await status(17_000), await status(15_000)]).toEqual([200, 431, 200])
  })
})

describe('answers', () => {
  const echo: DoorOptions = {
    onStream: (visit) => {
      const { stream, fields } = visit
      stream.respond(
        { ':status': '200', 'content-type': 'text/plain', 'x-path': fields.get(':path')! },
        { endStream: false },
      )
      stream.data(Buffer.from('12345'))
      stream.trailers({ 'grpc-status': '0', 'grpc-message': 'fine' })
    },
  }

  test.each<[string, http2.Settings]>([
    ['usual', {}],
    ['narrow', { initialWindowSize: 3, headerTableSize: 0 }],
  ])('head, data and trailers are understood by a %s client, many at once', async (_name, settings) => {
    const door = await openDoor(echo)
    const client = connect(door, settings)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const request = client.request({ ':method': 'POST', ':path': `/${i}` })
        request.end('abc')
        const [head, trailers, body] = await Promise.all([
          new Promise<http2.IncomingHttpHeaders>((resolve) => request.on('response', resolve)),
          new Promise<http2.IncomingHttpHeaders>((resolve) => request.on('trailers', resolve)),
          request.toArray().then((pieces) => Buffer.concat(pieces).toString()),
        ])
        return [head['x-path'], head['content-type'], body, trailers['grpc-status'], trailers['grpc-message']]
      }),
    )
    expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => [`/${i}`, 'text/plain', '12345', '0', 'fine']))
    await until('the streams are closed', () => door.visits.every(({ events }) => events.at(-1) === 'closed'))
    expect(door.visits.map(({ data }) => data.toString())).toEqual(Array.from({ length: 50 }, () => 'abc'))
  })

  test('megabytes of data arrive as sent, with trailers behind', async () => {
    const door = await openDoor()
    const request = connect(door).request({ ':method': 'POST' }, { waitForTrailers: true })
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 251))
    request.on('wantTrailers', () => request.sendTrailers({ 'x-sum': '1' }))
    request.end(bytes)
    await until('all is there', () => door.visits[0]?.events.includes('end'))
    expect(door.visits[0]!.data.equals(bytes)).toBe(true)
  })
})
