/** Catalogue rows for what an HTTP request and its response say: headers, protocol, code, details. */
import type { ByteString } from '../byte-string.ts'
import { ArgumentFault, type Carriage, exact, httpOnly, type Operator, plainOperator } from '../operator.ts'
import type { FieldPath, Source } from '../source.ts'

/** Request headers that an entry carries in fields of their own; Envoy lists them even when nobody asks. */
const requestHeaderFields: Readonly<Record<string, Source>> = {
  ':method': { kind: 'enum', field: 'request.request_method', names: null },
  ':scheme': { kind: 'string', field: 'request.scheme' },
  ':authority': { kind: 'string', field: 'request.authority' },
  host: { kind: 'string', field: 'request.authority' },
  ':path': { kind: 'string', field: 'request.path' },
  'user-agent': { kind: 'string', field: 'request.user_agent' },
  referer: { kind: 'string', field: 'request.referer' },
  'x-forwarded-for': { kind: 'string', field: 'request.forwarded_for' },
  'x-request-id': { kind: 'string', field: 'request.request_id' },
  'x-envoy-original-path': { kind: 'string', field: 'request.original_path' },
}

const responseHeaderFields: Readonly<Record<string, Source>> = {
  ':status': { kind: 'wrappedUint', field: 'response.response_code', as: 'string' },
}

interface HeaderFamily {
  readonly names: readonly string[]
  readonly what: string
  readonly map: FieldPath
  readonly fields: Readonly<Record<string, Source>>
  readonly setting: string
  readonly example: { readonly use: string; readonly gives: string }
}

const headerFamilies: readonly HeaderFamily[] = [
  {
    names: ['REQ', 'REQUEST_HEADER'],
    what: 'Request header X, or Y when X is absent',
    map: 'request.request_headers',
    fields: requestHeaderFields,
    setting: 'additional_request_headers_to_log',
    example: { use: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', gives: '/api?id=7' },
  },
  {
    names: ['RESP', 'RESPONSE_HEADER'],
    what: 'Response header X, or Y when X is absent',
    map: 'response.response_headers',
    fields: responseHeaderFields,
    setting: 'additional_response_headers_to_log',
    example: { use: '%RESP(SERVER):3%', gives: 'Tom' },
  },
  {
    names: ['TRAILER', 'RESPONSE_TRAILER'],
    what: 'Response trailer X, or Y when X is absent',
    map: 'response.response_trailers',
    fields: {},
    setting: 'additional_response_trailers_to_log',
    example: { use: '%TRAILER(GRPC-STATUS)%', gives: '14' },
  },
]

const httpVersions = { HTTP10: 'HTTP/1.0', HTTP11: 'HTTP/1.1', HTTP2: 'HTTP/2', HTTP3: 'HTTP/3' }

export const httpOperators: readonly Operator[] = [
  ...headerFamilies.flatMap((family) => family.names.map((name) => headerOperator(name, family))),
  plainOperator(
    'PROTOCOL',
    'The HTTP version of the request',
    'HTTP/1.1',
    httpOnly({ kind: 'enum', field: 'protocol_version', names: httpVersions }),
  ),
  plainOperator('RESPONSE_CODE', 'The HTTP status of the response, 0 when there was none', '200', {
    http: { kind: 'uint', field: 'response.response_code.value' },
    tcp: { kind: 'constantNumber', value: 0 },
  }),
  {
    name: 'RESPONSE_CODE_DETAILS',
    argument: 'optional',
    truncates: false,
    meaning: 'Who set the status and why, white space as _ unless X is ALLOW_WHITESPACES',
    argumentHint: 'X',
    example: { use: '%RESPONSE_CODE_DETAILS%', gives: 'via_upstream' },
    carriage: exact,
    sources: (argument) => {
      const field = 'response.response_code_details'
      if (argument === 'ALLOW_WHITESPACES') return httpOnly({ kind: 'string', field })
      return httpOnly({ kind: 'string', field, clean: 'whitespace' })
    },
  },
]

function headerOperator(name: string, family: HeaderFamily): Operator {
  const own = Object.keys(family.fields)
  const carriage: Carriage = {
    verdict: 'needsSetting',
    note: `list the header in ${family.setting}${own.length > 0 ? ` (carried without: ${own.join(', ')})` : ''}; repeated headers arrive joined by a comma, invalid UTF-8 as !`,
  }
  return {
    name,
    argument: 'required',
    truncates: true,
    meaning: name === family.names[0] ? family.what : `The same as ${family.names[0]}`,
    argumentHint: 'X?Y',
    example: { ...family.example, use: family.example.use.replace(`%${family.names[0]}(`, `%${name}(`) },
    carriage,
    ...(name === family.names[0] ? {} : { since: '1.37' }),
    setting: (argument) => ({
      list: family.setting,
      names: headerNames(argument).filter((header) => !Object.hasOwn(family.fields, header)),
    }),
    sources: (argument) => httpOnly(header(argument, family)),
  }
}

/** `X` or `X?Y`. The map of listed headers comes first, for there an empty value can be told from none. */
function header(argument: ByteString, { map, fields }: HeaderFamily): Source {
  const names = argument.split('?')
  if (names.length > 2) {
    const second = names[0]!.length + names[1]!.length + 1
    throw new ArgumentFault('header_names', `More than one "?": a header takes one alternative, X?Y.`, {
      offset: second,
      length: 1,
    })
  }
  let offset = 0
  for (const name of names) {
    const bad = illegalAt(name)
    if (bad >= 0) {
      throw new ArgumentFault('header_name', `A header name cannot hold ${show(name.charCodeAt(bad))}.`, {
        offset: offset + bad,
        length: 1,
      })
    }
    offset += name.length + 1
  }
  const sources = headerNames(argument).flatMap((name): Source[] => {
    const listed: Source = { kind: 'mapValue', field: map, key: name }
    return Object.hasOwn(fields, name) ? [listed, fields[name]!] : [listed]
  })
  return { kind: 'firstOf', sources }
}

/** The names that are asked for, as the entry spells them; an empty one is never present. */
function headerNames(argument: ByteString): ByteString[] {
  return argument
    .split('?')
    .map((name) => name.toLowerCase())
    .filter((name) => name !== '')
}

/** First byte that no HTTP header name may hold (RFC 9110 token; a leading colon marks a pseudo-header), or -1. */
function illegalAt(name: ByteString): number {
  for (let i = 0; i < name.length; i++) {
    if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(name[i]!)) continue
    if (name[i] === ':' && i === 0 && name.length > 1) continue
    return i
  }
  return -1
}

function show(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`
}
