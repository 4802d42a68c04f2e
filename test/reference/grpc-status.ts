/** GRPC_STATUS (operators.md B.7). */
import type { Bytes } from './bytes.ts'
import { absent, type Entry, type Evaluate, numberValue, type Rows, type Settings, stringValue } from './value.ts'

/** CamelCase and SNAKE_CASE by number. */
const names: readonly (readonly [string, string])[] = [
  ['OK', 'OK'],
  ['Canceled', 'CANCELLED'],
  ['Unknown', 'UNKNOWN'],
  ['InvalidArgument', 'INVALID_ARGUMENT'],
  ['DeadlineExceeded', 'DEADLINE_EXCEEDED'],
  ['NotFound', 'NOT_FOUND'],
  ['AlreadyExists', 'ALREADY_EXISTS'],
  ['PermissionDenied', 'PERMISSION_DENIED'],
  ['ResourceExhausted', 'RESOURCE_EXHAUSTED'],
  ['FailedPrecondition', 'FAILED_PRECONDITION'],
  ['Aborted', 'ABORTED'],
  ['OutOfRange', 'OUT_OF_RANGE'],
  ['Unimplemented', 'UNIMPLEMENTED'],
  ['Internal', 'INTERNAL'],
  ['Unavailable', 'UNAVAILABLE'],
  ['DataLoss', 'DATA_LOSS'],
  ['Unauthenticated', 'UNAUTHENTICATED'],
]

const fromHttp: ReadonlyMap<number, bigint> = new Map([
  [400, 13n],
  [401, 16n],
  [403, 7n],
  [404, 12n],
  [429, 14n],
  [502, 14n],
  [503, 14n],
  [504, 14n],
])

/** Null: absent. */
function statusOf({ kind, request, response }: Entry, { contentTypeListed }: Settings): bigint | null {
  if (kind === 'tcp') return null
  const contentType = request.strings('request_headers').get('content-type')
  const isGrpc = contentType === undefined ? undefined : /^application\/grpc(?:$|\+)/.test(contentType)
  if (isGrpc === false || (isGrpc === undefined && contentTypeListed)) return null
  const trailer = response.strings('response_trailers').get('grpc-status')
  const header = response.strings('response_headers').get('grpc-status')
  const status = trailer || header
  if (status) return parseStatus(status)
  const code = response.message('response_code')
  return isGrpc && code ? (fromHttp.get(code.number('value')) ?? 2n) : null
}

/** Surrounding white space and a leading `+` are tolerated; what is no unsigned number of 64 bits is -1. */
function parseStatus(text: Bytes): bigint {
  const [, digits] = /^[ \t\n\v\f\r]*\+?([0-9]+)[ \t\n\v\f\r]*$/.exec(text) ?? []
  if (digits === undefined) return -1n
  const status = BigInt(digits)
  return status < 2n ** 64n ? status : -1n
}

/** SNAKE_STRING looks up the low 32 bits, the other form all 64; what has no name is printed as its number. */
function named(status: bigint, style: 'camel' | 'snake'): string {
  const number = style === 'snake' ? BigInt.asIntN(32, status) : status
  const found = number >= 0n && number < names.length ? names[Number(number)] : undefined
  return found === undefined ? String(status) : found[style === 'snake' ? 1 : 0]
}

const asNumber: Evaluate = (entry, settings) => {
  const status = statusOf(entry, settings)
  return status === null ? absent : numberValue(status)
}

function asName(style: 'camel' | 'snake'): Evaluate {
  return (entry, settings) => {
    const status = statusOf(entry, settings)
    return status === null ? absent : stringValue(named(status, style))
  }
}

export const grpcRows: Rows = {
  GRPC_STATUS: {
    argument: 'optional',
    tag: (argument) => (argument === 'NUMBER' ? 'number' : 'string'),
    make: (argument) => {
      switch (argument) {
        case '':
        case 'CAMEL_STRING':
          return asName('camel')
        case 'SNAKE_STRING':
          return asName('snake')
        case 'NUMBER':
          return asNumber
        default:
          throw new Error(`GRPC_STATUS knows CAMEL_STRING, SNAKE_STRING and NUMBER, not ${argument}`)
      }
    },
  },
  GRPC_STATUS_NUMBER: { argument: 'none', tag: 'number', make: () => asNumber },
}
