/**
 * The path and its query (operators.md B.4). None of them is there for TCP. A tag is looked for, because invalid UTF-8 does not come
 * through in a path (A.5).
 */
import type { Bytes } from './bytes.ts'
import { absent, type Entry, type Evaluate, type Rows, stringValue } from './value.ts'

/** `PATH(WQ|NQ:ORIG|PATH|ORIG_OR_PATH)`; empty parts mean the default, further parts nothing. */
function path(argument: Bytes): Evaluate {
  const [query = '', source = ''] = argument.split(':')
  if (!['', 'WQ', 'NQ'].includes(query)) throw new Error(`PATH knows WQ and NQ, not ${query}`)
  if (!['', 'ORIG', 'PATH', 'ORIG_OR_PATH'].includes(source)) {
    throw new Error(`PATH knows ORIG, PATH and ORIG_OR_PATH, not ${source}`)
  }
  return (entry) => {
    if (entry.kind === 'tcp') return absent
    const whole = pathFrom(entry, source)
    if (whole === '') return absent
    return stringValue(query === 'NQ' ? whole.replace(/\?[\s\S]*/, '') : whole)
  }
}

function pathFrom({ request }: Entry, source: Bytes): Bytes {
  const original = request.bytes('original_path')
  const path = request.bytes('path')
  if (source === 'ORIG') return original
  return source === 'PATH' ? path : original || path
}

/** What follows the first `?` of the path, not of the original path. */
function queryOf(entry: Entry): Bytes | undefined {
  const path = entry.kind === 'tcp' ? '' : entry.request.bytes('path')
  const mark = path.indexOf('?')
  return mark < 0 ? undefined : path.slice(mark + 1)
}

/** The first parameter of that name, which is compared decoded with the argument as written. */
function queryParam(name: Bytes): Evaluate {
  return (entry) => {
    const query = queryOf(entry)
    if (query === undefined) return absent
    for (const parameter of query.split('&')) {
      const equals = parameter.indexOf('=')
      const [key, value] = equals < 0 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)]
      if (decodePercent(key) === name) return stringValue(decodePercent(value))
    }
    return absent
  }
}

/** Every `%XX` is its byte; what is none is left alone, and so is `+`. */
function decodePercent(bytes: Bytes): Bytes {
  return bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function queryParams(option: Bytes): Evaluate {
  if (!['', 'ORIG', 'DECODED'].includes(option)) throw new Error(`QUERY_PARAMS knows ORIG and DECODED, not ${option}`)
  return (entry) => {
    const query = queryOf(entry)
    if (query === undefined) return absent
    return stringValue(option === 'DECODED' ? decodeVisible(query) : query)
  }
}

/** B.4 (4): only what is visible is decoded; a `%` before two other characters is dropped, one nearer to the end is kept. */
function decodeVisible(bytes: Bytes): Bytes {
  let out = ''
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== '%' || at + 2 >= bytes.length) {
      out += bytes[at]
      continue
    }
    const digits = bytes.slice(at + 1, at + 3)
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) continue
    const decoded = String.fromCharCode(Number.parseInt(digits, 16))
    out += isVisible(decoded) ? decoded : `%${digits}`
    at += 2
  }
  return out
}

function isVisible(byte: Bytes): boolean {
  return byte > ' ' && byte < '\x7f' && !'"<>\\^{|}'.includes(byte)
}

export const pathRows: Rows = {
  PATH: { argument: 'optional', length: true, tag: 'string', make: path },
  QUERY_PARAM: { argument: 'required', length: true, tag: 'string', make: queryParam },
  QUERY_PARAMS: { argument: 'optional', length: true, tag: 'string', make: queryParams },
}
