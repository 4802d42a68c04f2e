/** Our answers' fields, read back by our decoder and held against bytes of the RFC. What real clients make of them: `real-clients.test.ts`. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HpackDecoder } from '../../src/http2/hpack-decoder.ts'
import { encodeFields, type ResponseFields } from '../../src/http2/hpack-encoder.ts'

function decoded(block: Buffer): [string, string][] {
  const fields: [string, string][] = []
  new HpackDecoder().decode(block, (name, value) => fields.push([name, value]))
  return fields
}

test.each<[ResponseFields, string]>([
  [{ ':status': '200' }, '88'],
  [{ ':status': '415' }, '0803343135'],
  [{ 'content-type': 'application/grpc' }, '0f10106170706c69636174696f6e2f67727063'],
  [{ 'grpc-status': '0' }, '000b677270632d7374617475730130'],
  [{ allow: '' }, '0f0700'],
])('%j', (fields, hex) => {
  expect(encodeFields(fields).toString('hex')).toBe(hex)
})

test('any values come back', () => {
  const value = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  const name = fc.constantFrom(':status', 'content-type', 'grpc-message', 'x-a', 'via', 'www-authenticate')
  fc.assert(
    fc.property(fc.dictionary(name, value), (fields) => {
      expect(decoded(encodeFields(fields))).toEqual(Object.entries(fields))
    }),
  )
})

test.each([126, 127, 128, 254, 255, 16_510, 16_511, 50_000])('a value of %i bytes comes back', (length) => {
  const fields = { 'grpc-message': 'x'.repeat(length) }
  expect(decoded(encodeFields(fields))).toEqual(Object.entries(fields))
})
