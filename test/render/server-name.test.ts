/** Server names as a client may send them. */
import { expect, test } from 'vitest'
import { latin1, serverNames, utf8, written } from './kit.ts'

test.each([
  ['backend.internal', 'backend.internal'],
  ['bad_host', 'bad_host'],
  ['UPPER-1.Lab', 'UPPER-1.Lab'],
  ['', ''],
  ['bad_host"x', 'invalid:bad_host_x'],
  ['é.lab', 'invalid:__.lab'],
  ['a b', 'invalid:a_b'],
  ['*.lab', 'invalid:_.lab'],
  ['::1', 'invalid:__1'],
  ['a/@[`{', 'invalid:a_____'],
  ['a\u0000\n', 'invalid:a__'],
])('%j is %j', (name, expected) => {
  expect(written(utf8(name), serverNames.serverName)).toBe(expected)
})

test('every byte that is no letter, digit, dot, hyphen or underscore is replaced', () => {
  const all = latin1(Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join(''))
  const expected = Buffer.from(all)
    .toString('latin1')
    .replace(/[^A-Za-z0-9._-]/g, '_')
  expect(written(all, serverNames.serverName)).toBe(`invalid:${expected}`)
})
