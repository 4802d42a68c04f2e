/** Catalogue rows for what an HTTP request and its response say beside their headers: protocol, code, path, query, gRPC status. */
import type { ByteString } from '../byte-string.ts'
import {
  ArgumentFault,
  both,
  type Carriage,
  exact,
  httpOnly,
  inNoEntry,
  notCarried,
  type Operator,
  plainOperator,
  type Setting,
} from '../operator.ts'
import type { Source } from '../source.ts'
import { oneWord } from './words.ts'

const httpVersions = { HTTP10: 'HTTP/1.0', HTTP11: 'HTTP/1.1', HTTP2: 'HTTP/2', HTTP3: 'HTTP/3' }

const pathCarriage: Carriage = { verdict: 'differs', note: 'invalid UTF-8 arrives as !' }

/** No list is needed: a query is looked up in the path, which is always carried. */
const pathTellsEmpty: readonly Setting[] = []

const grpcCarriage: Carriage = {
  verdict: 'needsSetting',
  note: 'list content-type for requests, grpc-status for responses and trailers; a request without content-type is taken as one whose logger does not list it, unless `contentTypeListed` says otherwise',
  stillDiffers: true,
}

export const httpOperators: readonly Operator[] = [
  plainOperator(
    'PROTOCOL',
    'The HTTP version of the request',
    'HTTP/1.1',
    httpOnly({ kind: 'enum', field: 'protocol_version', names: httpVersions }),
    { verdict: 'differs', note: "a listener's own logger sends TCP entries, which have none" },
  ),
  plainOperator(
    'UPSTREAM_PROTOCOL',
    'The HTTP version towards the upstream',
    'HTTP/2',
    notCarried('string'),
    inNoEntry,
  ),
  plainOperator('RESPONSE_CODE', 'The HTTP status of the response, 0 when there was none', '200', {
    http: { kind: 'uint', field: 'response.response_code.value' },
    tcp: { kind: 'constant', text: '0', type: 'number' },
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
      return httpOnly({ kind: 'string', field, change: 'whitespace' })
    },
  },
  {
    name: 'PATH',
    argument: 'optional',
    truncates: true,
    meaning:
      'The path: with its query (X is WQ) or without (NQ); the original one, the one sent upstream, or the first there is',
    argumentHint: 'WQ|NQ:ORIG|PATH|ORIG_OR_PATH',
    example: { use: '%PATH(NQ)%', gives: '/api' },
    carriage: pathCarriage,
    sources: (argument) => httpOnly(path(argument)),
  },
  {
    name: 'QUERY_PARAM',
    argument: 'required',
    truncates: true,
    meaning: 'The first parameter X in the query of the path, decoded',
    argumentHint: 'X',
    example: { use: '%QUERY_PARAM(id)%', gives: '7' },
    carriage: pathCarriage,
    emptyIn: () => pathTellsEmpty,
    sources: (name) => httpOnly({ kind: 'queryParameter', field: 'request.path', name }),
  },
  {
    name: 'QUERY_PARAMS',
    argument: 'optional',
    truncates: true,
    meaning: 'The query of the path as it came (ORIG), or with the escapes of visible characters taken out (DECODED)',
    argumentHint: 'ORIG|DECODED',
    example: { use: '%QUERY_PARAMS%', gives: 'id=7&q=a%20b' },
    carriage: pathCarriage,
    emptyIn: () => pathTellsEmpty,
    since: '1.37',
    sources: (argument) => {
      const word = oneWord('QUERY_PARAMS', argument, ['ORIG', 'DECODED'])
      return httpOnly({ kind: 'query', field: 'request.path', decoded: word === 'DECODED' })
    },
  },
  {
    name: 'GRPC_STATUS',
    argument: 'optional',
    truncates: false,
    meaning: 'The gRPC status of the response as CAMEL_STRING, SNAKE_STRING or NUMBER',
    argumentHint: 'CAMEL_STRING|SNAKE_STRING|NUMBER',
    example: { use: '%GRPC_STATUS(SNAKE_STRING)%', gives: 'UNAVAILABLE' },
    carriage: grpcCarriage,
    settings: () => grpcSettings,
    sources: (argument) => {
      const word = oneWord('GRPC_STATUS', argument, ['CAMEL_STRING', 'SNAKE_STRING', 'NUMBER'])
      return httpOnly({ kind: 'grpcStatus', form: grpcForms[word] })
    },
  },
  {
    ...plainOperator(
      'GRPC_STATUS_NUMBER',
      'The gRPC status of the response as a number',
      '14',
      httpOnly({ kind: 'grpcStatus', form: 'number' }),
      grpcCarriage,
    ),
    settings: () => grpcSettings,
  },
  plainOperator(
    'CONNECTION_TERMINATION_DETAILS',
    'Why the proxy ended the connection',
    'access_denied',
    both({ kind: 'string', field: 'common_properties.connection_termination_details' }),
  ),
  {
    ...plainOperator(
      'LOCAL_REPLY_BODY',
      'The body that the proxy itself answered with',
      'overload',
      notCarried('string'),
      inNoEntry,
    ),
    neverAbsent: true,
  },
]

const grpcForms = { CAMEL_STRING: 'camel', SNAKE_STRING: 'snake', NUMBER: 'number' } as const

const grpcSettings = [
  { list: 'additional_request_headers_to_log', names: ['content-type'] },
  { list: 'additional_response_headers_to_log', names: ['grpc-status'] },
  { list: 'additional_response_trailers_to_log', names: ['grpc-status'] },
] as const

/** `X:Y`, either of which may be empty or missing; what follows is ignored, as in Envoy. */
function path(argument: ByteString): Source {
  const [query = '', which = ''] = argument.split(':')
  const bare = oneWord('PATH', query, ['WQ', 'NQ']) === 'NQ'
  const change = bare ? ({ change: 'withoutQuery' } as const) : {}
  const original: Source = { kind: 'string', field: 'request.original_path', ...change }
  const sent: Source = { kind: 'string', field: 'request.path', ...change }
  switch (oneWord('PATH', which, ['ORIG_OR_PATH', 'ORIG', 'PATH'], query.length + 1)) {
    case 'ORIG':
      return original
    case 'PATH':
      return sent
    case 'ORIG_OR_PATH':
      return { kind: 'firstOf', sources: [original, sent] }
    default:
      throw new ArgumentFault('argument_word', 'unreachable')
  }
}
