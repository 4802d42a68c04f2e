/** JSON values that have nothing in them: numbers, `true`, `false`, `null`. */
import { digits } from './bytes.ts'
import { JsonError } from './json-error.ts'

/** Judges the value that begins at `at`, which is none with quotes or brackets; returns the position behind it. Throws JsonError. */
export function skipScalar(bytes: Buffer, at: number): number {
  switch (bytes[at]) {
    case 0x74:
      return skipWord(bytes, at, 'true')
    case 0x66:
      return skipWord(bytes, at, 'false')
    case 0x6e:
      return skipWord(bytes, at, 'null')
    default:
      return skipNumber(bytes, at)
  }
}

function skipWord(bytes: Buffer, at: number, word: string): number {
  for (let i = 1; i < word.length; i++) {
    if (bytes[at + i] !== word.charCodeAt(i)) fail(bytes, at + i, `${word} is expected`)
  }
  return at + word.length
}

/** `-? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)?` */
function skipNumber(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x2d) at++
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at)
  if (bytes[at] === 0x2e) at = skipDigits(bytes, at + 1)
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at
  const sign = bytes[at + 1]
  return skipDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1)
}

function skipDigits(bytes: Buffer, at: number): number {
  const { length } = bytes
  if (at >= length || digits[bytes[at]!] !== 1) fail(bytes, at, 'a value is expected')
  while (at < length && digits[bytes[at]!] === 1) at++
  return at
}

function fail(bytes: Buffer, at: number, message: string): never {
  if (at >= bytes.length) throw new JsonError('incomplete', bytes.length, 'the text ends here')
  throw new JsonError('syntax', at, message)
}
