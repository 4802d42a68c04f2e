/** The Huffman code of HPACK, against the code of every symbol as the RFC prints it, joined into one string. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHuffman } from '../../src/http2/huffman.ts'

/** The codes of the symbols 0 to 255 in order, and seven 1 bits of padding. */
const allSymbols = Buffer.from(
  [
    'ffc7fffd8fffffe2fffffe3fffffe4fffffe5fffffe6fffffe7fffffe8ffffeafffffff3fffffa7fffffabffffffdfffffeb',
    'fffffecfffffedfffffeefffffefffffff0ffffff1ffffff2fffffffbfffffcffffffd3fffffd7fffffdbfffffdffffffe3f',
    'ffffe7fffffebfffffed4fe3f9ffaffcabf1febfafefe7fdfd2cbb00089969b71d79fb9f7fff20ffbff3ff50ddbd7f061c58',
    'f265cd9f469d5af66dddbf871e5f9cff7ff7fffc3ff9ffe45fff4719242cb34e6e9d68a6a3d7dac426defe3cfaf7fffbfe7f',
    'fbffdffffffcfffe6ffff4bfff9ffffa3fffd3ffff53fffd5ffffb3fffeb7fffdaffffb7ffff73fffeeffffdeffffebffffb',
    'fffffd9ffffdbfffebffffe0ffffeeffffc3ffff8bffff1ffffe4fffee7fffb1ffff97fffd9ffffcdffff9fffffbffffdaff',
    'feeffff4ffffb7fffee7fffe8ffffd3fffdeffffd5fffeeffffbdffffe1fffdfffff7fffff5ffffecffff07fff87fffe0fff',
    'f17fffedffff87ffff77fffeffffeaffff8bfffe3ffff93ffff87fffcbffff37ffff1fffff83ffffe1fffebfffe3ffff3fff',
    'ff2ffffa3ffffd9fffff17ffffc7fffff27ffffdefffffbffffff2fffff8fffffb7fff97fff8fffffe6fffffc1fffff87fff',
    'fe7fffffc5ffffe5fffe4ffff2fffffd1fffff4ffffffefffffe3fffffc9fffff97fffb3ffffcffffb7fffcdffff4ffff9ff',
    'ffd1ffffcffffeaffffafffffddffffeffffff4fffff5fffffabffffa7ffffd7fffff9bffffecfffffb7fffff3fffffe8fff',
    'ffd3fffffabfffff5fffffff7ffffecfffffdbfffffbbfffff7ffffff0fffffbbf',
  ].join(''),
  'hex',
)

const decode = (hex: string) => {
  const bytes = Buffer.from(hex, 'hex')
  return decodeHuffman(bytes, 0, bytes.length)
}

test('every symbol has its code', () => {
  const text = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1')
  expect(decodeHuffman(allSymbols, 0, allSymbols.length)).toBe(text)
})

test.each([
  ['', ''],
  ['07', '0'],
  ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
  ['a8eb10649cbf', 'no-cache'],
  ['25a849e95ba97d7f', 'custom-key'],
  ['9d29ad171863c78f0b97c8e9ae82ae43d3', 'https://www.example.com'],
])('%s is %j', (hex, text) => {
  expect(decode(hex)).toBe(text)
})

test('bytes around the string are not looked at', () => {
  expect(decodeHuffman(Buffer.from('ff07ff', 'hex'), 1, 2)).toBe('0')
})

describe('refused', () => {
  test.each([
    ['padding of zeros', '00'],
    ['padding that is not all ones', '06'],
    ['eight bits of padding', '07ff'],
    ['a byte of padding alone', 'ff'],
    ['the end-of-string symbol', 'ffffffff'],
    ['the end-of-string symbol after text', '07ffffffff'],
    ['a code that breaks off', 'fffe'],
  ])('%s', (_name, hex) => {
    expect(() => decode(hex)).toThrow(expect.objectContaining({ error: 'compression_error' }))
  })
})

test('any bytes give text or a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        expect(decodeHuffman(bytes, 0, bytes.length).length).toBeLessThanOrEqual((bytes.length * 8) / 5)
      } catch (error) {
        expect(error).toMatchObject({ error: 'compression_error' })
      }
    }),
    { numRuns: 2_000 },
  )
})
