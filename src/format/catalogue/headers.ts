/** Catalogue rows for headers and trailers, and which of them an entry carries in fields of its own. */
import type { ByteString } from '../byte-string.ts'
import { ArgumentFault, type Carriage, httpOnly, type Operator, type Setting } from '../operator.ts'
import type { Change, FieldPath, Source } from '../source.ts'

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
  readonly name: string
  readonly what: string
  readonly map: FieldPath
  readonly fields: Readonly<Record<string, Source>>
  readonly list: Setting['list']
  readonly example: { readonly argument: string; readonly gives: string }
}

const request: HeaderFamily = {
  name: 'REQ',
  what: 'Request header X, or Y when X is absent',
  map: 'request.request_headers',
  fields: requestHeaderFields,
  list: 'additional_request_headers_to_log',
  example: { argument: '(X-ENVOY-ORIGINAL-PATH?:PATH)', gives: '/api?id=7' },
}
const response: HeaderFamily = {
  name: 'RESP',
  what: 'Response header X, or Y when X is absent',
  map: 'response.response_headers',
  fields: responseHeaderFields,
  list: 'additional_response_headers_to_log',
  example: { argument: '(SERVER):3', gives: 'Tom' },
}
const trailer: HeaderFamily = {
  name: 'TRAILER',
  what: 'Response trailer X, or Y when X is absent',
  map: 'response.response_trailers',
  fields: {},
  list: 'additional_response_trailers_to_log',
  example: { argument: '(GRPC-STATUS)', gives: '14' },
}

export const headerOperators: readonly Operator[] = [
  headerOperator(request),
  { ...alias(request, 'REQUEST_HEADER'), since: '1.37' },
  headerOperator(response),
  { ...alias(response, 'RESPONSE_HEADER'), since: '1.37' },
  headerOperator(trailer),
  { ...alias(trailer, 'RESPONSE_TRAILER'), since: '1.37' },
  alias(request, 'STREAM_INFO_REQ'),
  {
    ...headerOperator({ ...request, name: 'REQ_WITHOUT_QUERY' }, 'withoutQuery'),
    meaning: 'The same as REQ, cut at the first question mark; Envoy has it as an extension only',
    example: { use: '%REQ_WITHOUT_QUERY(:PATH)%', gives: '/api' },
    dialect: 'sink',
  },
]

function alias(family: HeaderFamily, name: string): Operator {
  return { ...headerOperator({ ...family, name }), meaning: `The same as ${family.name}` }
}

/** For what the entry has a field, an empty value is none. */
const ownField: Carriage = {
  verdict: 'differs',
  note: 'an empty value arrives as none, a verb that HTTP does not name as none, repeated headers joined by a comma, invalid UTF-8 as !',
}

function headerOperator(family: HeaderFamily, change?: Change): Operator {
  const { name, list, fields } = family
  const own = Object.keys(fields)
  const listed: Carriage = {
    verdict: 'needsSetting',
    note: `list the header in ${list}${own.length > 0 ? ` (carried without: ${own.join(', ')})` : ''}; repeated headers arrive joined by a comma, invalid UTF-8 as !`,
    stillDiffers: true,
  }
  const unlisted = (argument: ByteString) => headerNames(argument).filter((header) => !Object.hasOwn(fields, header))
  return {
    name,
    argument: 'required',
    truncates: true,
    meaning: family.what,
    argumentHint: 'X?Y',
    example: {
      use: `%${name}${family.example.argument}%`,
      gives: family.example.gives,
    },
    carriage: listed,
    carriageOf: (argument) => (unlisted(argument).length > 0 ? listed : ownField),
    settings: (argument) => [{ list, names: unlisted(argument) }],
    emptyIn: (argument) => [{ list, names: headerNames(argument) }],
    sources: (argument) => httpOnly(header(argument, family, change)),
  }
}

/** `X` or `X?Y`. The map of listed headers comes first, for there an empty value can be told from none. */
function header(argument: ByteString, { map, fields }: HeaderFamily, change: Change | undefined): Source {
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
  const changed = change ? { change } : {}
  const sources = headerNames(argument).flatMap((name): Source[] => {
    const listed: Source = { kind: 'header', field: map, key: name, ...changed }
    if (!Object.hasOwn(fields, name)) return [listed]
    const field = fields[name]!
    return [listed, field.kind === 'string' ? { ...field, ...changed } : field]
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
