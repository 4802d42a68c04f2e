/** HPACK: the examples of the RFC, block after block through one decoder, and what is refused. */
import { describe, expect, test } from 'vitest'
import { HpackDecoder } from '../../src/http2/hpack-decoder.ts'

type Fields = [string, string][]

function decode(decoder: HpackDecoder, hex: string): Fields {
  const fields: Fields = []
  decoder.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'), (name, value) => fields.push([name, value]))
  return fields
}

const request = (scheme: string, path: string): Fields => [
  [':method', 'GET'],
  [':scheme', scheme],
  [':path', path],
  [':authority', 'www.example.com'],
]
const requests: Fields[] = [
  request('http', '/'),
  [...request('http', '/'), ['cache-control', 'no-cache']],
  [...request('https', '/index.html'), ['custom-key', 'custom-value']],
]
const response = (status: string, second: number): Fields => [
  [':status', status],
  ['cache-control', 'private'],
  ['date', `Mon, 21 Oct 2013 20:13:2${second} GMT`],
  ['location', 'https://www.example.com'],
]
const responses: Fields[] = [
  response('302', 1),
  response('307', 1),
  [
    ...response('200', 2),
    ['content-encoding', 'gzip'],
    ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ],
]

describe('examples of RFC 7541, appendix C', () => {
  test.each<[string, string, Fields]>([
    ['C.2.1', '40 0a 637573746f6d2d6b6579 0d 637573746f6d2d686561646572', [['custom-key', 'custom-header']]],
    ['C.2.2', '04 0c 2f73616d706c652f70617468', [[':path', '/sample/path']]],
    ['C.2.3', '10 08 70617373776f7264 06 736563726574', [['password', 'secret']]],
    ['C.2.4', '82', [[':method', 'GET']]],
  ])('%s', (_name, hex, fields) => {
    expect(decode(new HpackDecoder(), hex)).toEqual(fields)
  })

  test.each<[string, string[], Fields[]]>([
    [
      'C.3: requests',
      [
        '828684 41 0f 7777772e6578616d706c652e636f6d',
        '828684be 58 08 6e6f2d6361636865',
        '828785bf 40 0a 637573746f6d2d6b6579 0c 637573746f6d2d76616c7565',
      ],
      requests,
    ],
    [
      'C.4: requests with Huffman',
      [
        '828684 41 8c f1e3c2e5f23a6ba0ab90f4ff',
        '828684be 58 86 a8eb10649cbf',
        '828785bf 40 88 25a849e95ba97d7f 89 25a849e95bb8e8b4bf',
      ],
      requests,
    ],
    [
      'C.5: responses in a table of 256 bytes',
      [
        '3fe101 48 03 333032 58 07 70726976617465 61 1d 4d6f6e2c203231204f637420323031332032303a31333a323120474d54' +
          '6e 17 68747470733a2f2f7777772e6578616d706c652e636f6d',
        '48 03 333037 c1c0bf',
        '88c1 61 1d 4d6f6e2c203231204f637420323031332032303a31333a323220474d54 c0 5a 04 677a6970 77 38' +
          '666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
      ],
      responses,
    ],
    [
      'C.6: responses with Huffman in a table of 256 bytes',
      [
        '3fe101 48 82 6402 58 85 aec3771a4b 61 96 d07abe941054d444a8200595040b8166e082a62d1bff' +
          '6e 91 9d29ad171863c78f0b97c8e9ae82ae43d3',
        '48 83 640eff c1c0bf',
        '88c1 61 96 d07abe941054d444a8200595040b8166e084a62d1bff c0 5a 83 9bd9ab 77 ad' +
          '94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
      ],
      responses,
    ],
  ])('%s', (_name, blocks, expected) => {
    const decoder = new HpackDecoder()
    expect(blocks.map((hex) => decode(decoder, hex))).toEqual(expected)
  })
})

describe('the dynamic table', () => {
  test('a field larger than the table empties it', () => {
    const decoder = new HpackDecoder()
    const large = Buffer.alloc(4_065, 'x')
    decode(decoder, '40 01 61 01 62')
    expect(decode(decoder, 'be')).toEqual([['a', 'b']])
    // The value's length is 127 + 3938 (7-bit groups 62, 1e).
    decode(decoder, `40 00 7f e2 1e ${large.toString('hex')}`)
    expect(() => decode(decoder, 'be')).toThrow('beyond the tables')
  })

  test('a size of 0 empties it, and a larger one opens it again, twice in one block', () => {
    const decoder = new HpackDecoder()
    decode(decoder, '40 01 61 01 62')
    expect(decode(decoder, '20 3fe11f 40 01 63 01 64')).toEqual([['c', 'd']])
    expect(decode(decoder, 'be')).toEqual([['c', 'd']])
    expect(() => decode(decoder, 'bf')).toThrow('beyond the tables')
  })

  test('the oldest field goes first', () => {
    const decoder = new HpackDecoder()
    // Room for two fields of 34 bytes.
    decode(decoder, '3f25 40 01 61 01 31 40 01 62 01 32 40 01 63 01 33')
    expect(decode(decoder, 'be bf')).toEqual([
      ['c', '3'],
      ['b', '2'],
    ])
    expect(() => decode(decoder, 'c0')).toThrow('beyond the tables')
  })

  test('a name from the table, where the new field pushes that entry out', () => {
    const decoder = new HpackDecoder()
    decode(decoder, '3f03 40 01 61 01 31')
    expect(decode(decoder, '7e 01 32')).toEqual([['a', '2']])
    expect(decode(decoder, 'be')).toEqual([['a', '2']])
  })
})

describe('refused', () => {
  test.each([
    ['index 0', '80'],
    ['an index beyond both tables', 'be'],
    ['a name beyond both tables', '7f00 01 62'],
    ['a size above the allowed', '3fe21f'],
    ['a size after a field', '82 20'],
    ['an integer that breaks off', 'ff'],
    ['an integer that goes on for ever', 'ff8080808080808080808001'],
    ['an integer of more than 32 bits', '7fffffffff7f'],
    ['a name without a value', '40 01 61'],
    ['a name that breaks off', '40 02 61'],
    ['a literal without a name', '40'],
    ['a value longer than the block', '40 01 61 7f ffff 01'],
    ['a Huffman string with wrong padding', '40 81 00 01 61'],
  ])('%s', (_name, hex) => {
    expect(() => decode(new HpackDecoder(), hex)).toThrow(expect.objectContaining({ error: 'compression_error' }))
  })
})
