/** Headers and trailers by name (operators.md B.4, B.5). */
import { type Bytes, textOf } from './bytes.ts'
import { absent, type Entry, type Row, type Rows, stringValue } from './value.ts'

/** Undefined: not there. "" is there. */
type Lookup = (entry: Entry, name: Bytes) => Bytes | undefined

/** B.5: names that have a field of their own in the entry. */
const requestFields: Readonly<Record<string, string>> = {
  ':scheme': 'scheme',
  ':authority': 'authority',
  host: 'authority',
  ':path': 'path',
  'user-agent': 'user_agent',
  referer: 'referer',
  'x-forwarded-for': 'forwarded_for',
  'x-request-id': 'request_id',
  'x-envoy-original-path': 'original_path',
}

/** The map first, where presence is known; a field of its own counts when it is not empty. */
const requestHeader: Lookup = ({ request }, name) => {
  const listed = request.strings('request_headers').get(name)
  if (listed !== undefined) return listed
  if (name === ':method') return request.number('request_method') === 0 ? undefined : request.enumName('request_method')
  if (!Object.hasOwn(requestFields, name)) return undefined
  return request.bytes(requestFields[name]!) || undefined
}

const responseHeader: Lookup = ({ response }, name) => {
  const listed = response.strings('response_headers').get(name)
  if (listed !== undefined || name !== ':status') return listed
  return response.message('response_code') && String(response.message('response_code')!.number('value'))
}

const responseTrailer: Lookup = ({ response }, name) => response.strings('response_trailers').get(name)

/** C.2: a pseudo header's colon comes first and alone; else the characters of a token. */
const headerName = /^(?::?[A-Za-z0-9!#$%&'*+\-.^_`|~]+)?$/

/** `X?Y`: Y only when X is not there at all (B.5). */
function headerRow(lookup: Lookup, more: Partial<Row> & { withoutQuery?: true } = {}): Row {
  const { withoutQuery, ...rest } = more
  return {
    argument: 'required',
    length: true,
    tag: 'string',
    ...rest,
    make: (argument) => {
      const names = argument.toLowerCase().split('?')
      if (names.length > 2) throw new Error(`more than one alternative header in ${textOf(argument)}`)
      const bad = names.find((name) => !headerName.test(name))
      if (bad !== undefined) throw new Error(`no header is called ${textOf(bad)}`)
      return (entry) => {
        if (entry.kind === 'tcp') return absent
        const found = names.map((name) => lookup(entry, name)).find((value) => value !== undefined)
        if (found === undefined) return absent
        return stringValue(withoutQuery ? found.replace(/\?[\s\S]*/, '') : found)
      }
    },
  }
}

export const headerRows: Rows = {
  REQ: headerRow(requestHeader),
  REQUEST_HEADER: headerRow(requestHeader),
  STREAM_INFO_REQ: headerRow(requestHeader),
  REQ_WITHOUT_QUERY: headerRow(requestHeader, { withoutQuery: true, ours: true }),
  RESP: headerRow(responseHeader),
  RESPONSE_HEADER: headerRow(responseHeader),
  TRAILER: headerRow(responseTrailer),
  RESPONSE_TRAILER: headerRow(responseTrailer),
}
