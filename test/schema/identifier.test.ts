/** The three strings of a stream's identifier, from any bytes that may stand for it. */
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { WireError } from '../../src/errors.ts'
import { nodeDataplaneBytesMax } from '../../src/limits.ts'
import { decodeIdentifier } from '../../src/schema/identifier.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema } from '../../src/schema/load.ts'

const identifierName = 'envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier'
const encode = (json: unknown) => encodeJsonMessage(loadSchema(), identifierName, json)
const bytes = (...parts: (number | string | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as Uint8Array))))

test('Envoy 1.40 says who it is in 61 KB', () => {
  const capture = readFileSync(new URL('../golden/http1/capture.als', import.meta.url))
  const reader = protobuf.Reader.create(capture.subarray(5))
  expect(reader.uint32()).toBe(10)
  const identifier = reader.bytes()
  expect(identifier.length).toBeGreaterThan(50_000)
  expect(decodeIdentifier(identifier)).toEqual({
    logName: 'http1',
    nodeId: 'web-01.default',
    nodeCluster: 'web',
    nodeZone: 'zone-1',
  })
})

test('an empty identifier names nobody', () => {
  expect(decodeIdentifier(new Uint8Array())).toEqual({ logName: '', nodeId: '', nodeCluster: '' })
})

test('several nodes merge, and the last of each string wins', () => {
  const parts = [
    { node: { id: 'one', cluster: 'a' }, logName: 'first' },
    { node: { id: 'two' } },
    { node: { cluster: 'b' }, logName: 'last' },
    { node: { metadata: { mesh: 'default' } } },
  ]
  const joined = Buffer.concat(parts.map(encode))
  expect(decodeIdentifier(joined)).toEqual({ logName: 'last', nodeId: 'two', nodeCluster: 'b' })
})

test('a proxy of Kuma tells by its metadata, and may bring its Dataplane', () => {
  const metadata = {
    'dataplane.proxyType': 'dataplane',
    'dataplane.resource': '{"type":"Dataplane"}',
    features: ['x'],
    n: 1,
  }
  const node = { id: 'default.shop-01', cluster: 'shop', locality: { zone: 'east' }, metadata }
  expect(decodeIdentifier(encode({ node }))).toEqual({
    logName: '',
    nodeId: 'default.shop-01',
    nodeCluster: 'shop',
    nodeZone: 'east',
    isKuma: true,
    dataplane: '{"type":"Dataplane"}',
  })
})

test('a Dataplane that is too long is not kept', () => {
  const metadata = { 'dataplane.resource': 'x'.repeat(nodeDataplaneBytesMax + 1) }
  expect(decodeIdentifier(encode({ node: { metadata } }))).toEqual({
    logName: '',
    nodeId: '',
    nodeCluster: '',
    isKuma: true,
  })
})

test('everything else is stepped over, known or not', () => {
  const node = encode({
    node: { id: 'x', cluster: 'y', extensions: [{ name: 'e', typeUrls: ['t'] }], locality: { region: 'z' } },
  })
  // Unknown: 100 varint, 101 fixed64, 102 bytes, 103 a group with a group inside, 104 fixed32, node as a varint.
  const unknown = bytes(
    0xa0,
    6,
    0xff,
    1,
    0xa9,
    6,
    '12345678',
    0xb2,
    6,
    2,
    'ab',
    0xbb,
    6,
    8,
    1,
    0x13,
    0x14,
    0xbc,
    6,
    0xc5,
    6,
    '1234',
    8,
    1,
  )
  expect(decodeIdentifier(bytes(unknown, node, unknown))).toEqual({ logName: '', nodeId: 'x', nodeCluster: 'y' })
})

test('what lies inside extensions is not looked at', () => {
  // node { extensions: bytes that are no message, id: "x" }
  expect(decodeIdentifier(bytes(10, 8, 0x4a, 3, 0xff, 0xff, 0xff, 10, 1, 'x')).nodeId).toBe('x')
})

test('tags and lengths may be padded to ten bytes', () => {
  for (let padding = 1; padding <= 9; padding++) {
    const pad = (byte: number) => bytes(byte | 0x80, ...Array(padding - 1).fill(0x80), 0)
    expect(decodeIdentifier(bytes(pad(18), pad(2), 'ab')).logName).toBe('ab')
  }
})

test('bytes that are not UTF-8 become U+FFFD', () => {
  expect(decodeIdentifier(bytes(18, 3, 'a', 0xff, 'b')).logName).toBe('a\ufffdb')
})

test('the strings outlive the bytes', () => {
  const encoded = encode({ logName: 'log', node: { id: 'n' } })
  const identifier = decodeIdentifier(encoded)
  encoded.fill(0)
  expect(identifier).toEqual({ logName: 'log', nodeId: 'n', nodeCluster: '' })
})

test.each([
  ['a string cut short', [18, 5, 0x61]],
  ['a node cut short', [10, 5, 10]],
  ['a string that leaves its node', [10, 3, 10, 9, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61]],
  ['a tag cut short', [0x80]],
  ['field number 0', [2, 0]],
  ['a field number above the largest', [0x82, 0x80, 0x80, 0x80, 0x10, 0]],
  ['wire type 6', [14, 0]],
  ['the end of a group that never began', [0x0c]],
  ['a group closed by another', [0x1b, 0x24]],
  ['a group that never ends', [0x1b, 8, 1]],
  ['a varint of eleven bytes', [8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]],
])('%s is a WireError', (_, damaged) => {
  expect(() => decodeIdentifier(Uint8Array.from(damaged))).toThrow(WireError)
})

test('groups may nest 100 deep and no deeper', () => {
  const nested = (depth: number) => bytes(...Array(depth).fill(0x1b), ...Array(depth).fill(0x1c))
  expect(decodeIdentifier(nested(100))).toEqual({ logName: '', nodeId: '', nodeCluster: '' })
  expect(() => decodeIdentifier(nested(101))).toThrow(expect.objectContaining({ code: 'group_depth' }))
})

test('cut at any byte, an identifier decodes or is a WireError', () => {
  const whole = encode({ node: { id: 'node-1', cluster: 'web', metadata: { a: [1, 'x'] } }, logName: 'access' })
  let decoded = 0
  for (let end = 0; end < whole.length; end++) {
    try {
      decodeIdentifier(whole.subarray(0, end))
      decoded++
    } catch (error) {
      expect(error).toBeInstanceOf(WireError)
    }
  }
  expect(decoded).toBe(2) // nothing at all, and the end of node
})
