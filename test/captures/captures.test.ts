/** Captures of either kind as messages: real files, torn files, and files that are no captures. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAlsFile } from '../../src/captures/als-file.ts'
import { FileReader } from '../../src/captures/file-reader.ts'
import { frame } from '../../src/captures/frame.ts'
import { readJsonl } from '../../src/captures/jsonl.ts'
import { openCapture } from '../../src/captures/open.ts'
import { ConfigError, WireError } from '../../src/errors.ts'
import { loadSchema } from '../../src/schema/load.ts'

const http1 = fileURLToPath(new URL('../golden/http1/capture.als', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-captures-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A frame with the compressed flag set. */
function compressed(bytes: Uint8Array): Uint8Array {
  const framed = frame(bytes)
  framed[0] = 1
  return framed
}

test('a real capture gives its messages, and framing them gives the capture', () => {
  const messages = [...openCapture(http1)]
  expect(messages).toHaveLength(34)
  expect(Buffer.concat(messages.map(frame)).equals(readFileSync(http1))).toBe(true)
})

test('messages of any size come back, whatever the pieces they were read in', () => {
  const sizes = [0, 1, 5, 262_139, 262_144, 0, 700_000, 3]
  const messages = sizes.map((size, i) => Buffer.alloc(size, i + 1))
  const path = write('sizes.als', Buffer.concat(messages.map(frame)))
  const read = [...readAlsFile(path)]
  expect(read.map((message) => message.length)).toEqual(sizes)
  expect(read.every((message, i) => messages[i]!.equals(message))).toBe(true)
})

test('an empty capture has no messages', () => {
  expect([...openCapture(write('empty.als', ''))]).toEqual([])
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
])('a message compressed with %s is inflated', (_, compress) => {
  const path = write('compressed.als', Buffer.concat([compressed(compress('hello')), frame(Buffer.from('plain'))]))
  expect([...openCapture(path)].map(String)).toEqual(['hello', 'plain'])
})

test.each([
  ['header', 3, 'its header should have 5 bytes and has 3'],
  ['message', 9, 'its message should have 6 bytes and has 4'],
])('a tail torn in its %s is told with file and offset, after the whole messages', (_, keep, text) => {
  const whole = frame(Buffer.from('first'))
  const tail = frame(Buffer.from('second')).subarray(0, keep)
  const path = write('torn.als', Buffer.concat([whole, tail]))
  const messages: string[] = []
  const error = caught(() => {
    for (const message of readAlsFile(path)) messages.push(String(message))
  })
  expect(messages).toEqual(['first'])
  expect(error).toBeInstanceOf(WireError)
  expect(error).toMatchObject({ code: 'capture_torn' })
  expect((error as Error).message).toContain(`${path}, offset 10: `)
  expect((error as Error).message).toContain(text)
})

test.each([
  ['a flag that gRPC does not know', Buffer.from('{"http_logs":{}}'), 'capture_flag', 'flag byte is 123'],
  [
    'a message above the limit',
    frame(Buffer.alloc(101)),
    'message_too_large',
    '101 bytes is above the limit of 100 bytes',
  ],
  ['a length that no file has', Buffer.of(0, 255, 255, 255, 255), 'message_too_large', '4294967295 bytes'],
  ['a message that inflates above the limit', compressed(gzipSync(Buffer.alloc(101))), 'message_too_large', 'inflates'],
  ['another compression', compressed(brotliCompressSync('x')), 'capture_compression', 'neither as gzip nor as deflate'],
])('%s is refused', (_, content, code, text) => {
  const path = write('refused.als', content)
  const error = caught(() => [...openCapture(path, { messageBytesMax: 100 })])
  expect(error).toMatchObject({ name: 'WireError', code })
  expect((error as Error).message).toContain(`${path}, offset 0: `)
  expect((error as Error).message).toContain(text)
})

test('a message of just the limit passes', () => {
  const path = write('limit.als', Buffer.concat([frame(Buffer.alloc(100)), compressed(gzipSync(Buffer.alloc(100)))]))
  expect([...openCapture(path, { messageBytesMax: 100 })].map((message) => message.length)).toEqual([100, 100])
})

test('an iteration that is given up closes the file', () => {
  const openFiles = () => readdirSync('/dev/fd').length
  const before = openFiles()
  for (const message of openCapture(http1)) {
    expect(message.length).toBeGreaterThan(0)
    expect(openFiles()).toBe(before + 1)
    break
  }
  expect(openFiles()).toBe(before)
})

test('JSON lines become the binary messages that a recorder would have written', () => {
  const lines = ['\ufeff{"tcpLogs":{"logEntry":[{}]}}\r', '', '  ', '{"identifier":{"log_name":"é"}}']
  const path = write('messages.jsonl', lines.join('\n'))
  expect([...openCapture(path)].map((message) => Buffer.from(message).toString('hex'))).toEqual([
    '1a020a00',
    '0a041202c3a9',
  ])
})

test('an integer beyond 2^53 stays exact in JSON lines', () => {
  const entry = '{"connectionProperties":{"receivedBytes":18446744073709551615}}'
  const path = write('exact.jsonl', `{"tcpLogs":{"logEntry":[${entry}]}}\n`)
  expect([...openCapture(path)].map((message) => Buffer.from(message).toString('hex'))).toEqual([
    '1a0f0a0d120b08ffffffffffffffffff01',
  ])
})

test('a faulty line is told with its file and number, after the messages before it', () => {
  const path = write('faulty.jsonl', '{}\n\n{"httpLogs":{"logEntri":[]},"tcpLogz":{}}\n{}\n')
  let messages = 0
  const error = caught(() => {
    for (const _ of openCapture(path)) messages++
  })
  expect(messages).toBe(1)
  expect(error).toBeInstanceOf(ConfigError)
  expect((error as ConfigError).faults).toMatchObject([
    { path: `${path}:3: httpLogs.logEntri`, line: 3, code: 'unknown_field' },
    { path: `${path}:3: tcpLogz`, line: 3, code: 'unknown_field' },
  ])
  expect((error as Error).message).toContain('Did you mean tcpLogs?')
})

test('a line that is not JSON is told with its number', () => {
  const path = write('broken.jsonl', '{}\n{"httpLogs":')
  expect(() => [...openCapture(path)]).toThrow(`${path}:2: This is not JSON`)
})

test('a line above the limit is refused, one of just the limit passes', () => {
  const path = write('long.jsonl', `${'{}'.padEnd(100)}\n${'{}'.padEnd(101)}\n`)
  const lengths: number[] = []
  const error = caught(() => {
    for (const message of readJsonl(path, loadSchema(), { lineBytesMax: 100 })) lengths.push(message.length)
  })
  expect(lengths).toEqual([0])
  expect(error).toMatchObject({ faults: [{ code: 'line_too_long', line: 2 }] })
})

test('lines longer than a piece of the file come whole', () => {
  const lines = ['a'.repeat(300_000), '', 'b'.repeat(262_143), 'c'.repeat(600_000)]
  const reader = new FileReader(write('lines', lines.join('\n')))
  const read: string[] = []
  for (let line = reader.takeUntil(10, 2 ** 20); line !== null; line = reader.takeUntil(10, 2 ** 20))
    read.push(String(line))
  expect(read).toEqual(lines)
  expect(reader.offset).toBe(lines.join('\n').length)
  reader.close()
})

test.each([
  ['capture.pcap', 'the extension .pcap'],
  ['capture', 'no extension'],
])('%s is no capture', (name, text) => {
  const error = caught(() => openCapture(name))
  expect(error).toMatchObject({ faults: [{ code: 'capture_extension', path: name }] })
  expect((error as Error).message).toContain(text)
})

test('a file that is not there is a file error', () => {
  expect(() => [...openCapture(join(folder, 'nowhere.als'))]).toThrow('ENOENT')
})

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
