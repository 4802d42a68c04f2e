/** Statuses of gRPC calls. Odd numbers were seen on Envoy 1.40. */
import { describe, expect, test } from 'vitest'
import { grpcStatusBytesMax, grpcStatusForms } from '../../src/render/grpc-status.ts'
import { grpcStatuses, utf8, written } from './kit.ts'

interface Call {
  readonly trailer?: string
  readonly header?: string
  readonly contentType?: string
  readonly code?: number
  readonly contentTypeListed?: boolean
}

function status(call: Call, form: keyof typeof grpcStatusForms): string | null {
  const { trailer, header, contentType, code = -1, contentTypeListed = false } = call
  const values = [trailer, header, contentType]
  const bytes = utf8(values.map((value) => value ?? '').join(''))
  return written(bytes, (o, at) => {
    const spans = values.map((value): [number, number] => {
      if (value === undefined) return [0, 0]
      const span: [number, number] = [at, at + utf8(value).length]
      at = span[1]
      return span
    })
    const [[a, b], [c, d], [e, f]] = spans as [[number, number], [number, number], [number, number]]
    return grpcStatuses.grpcStatus(o, grpcStatusForms[form], a, b, c, d, e, f, code, contentTypeListed)
  })
}

const all = (call: Call) => [status(call, 'camel'), status(call, 'snake'), status(call, 'number')]

test.each(
  [
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
  ].map((names, number) => [number, ...names] as const),
)('status %i is %s, %s', (number, camel, snake) => {
  expect(all({ trailer: String(number) })).toEqual([camel, snake, String(number)])
})

test.each([
  ['17', ['17', '17', '17']],
  ['99', ['99', '99', '99']],
  ['-1', ['-1', '-1', '-1']],
  ['-0', ['-1', '-1', '-1']],
  ['abc', ['-1', '-1', '-1']],
  ['0x5', ['-1', '-1', '-1']],
  ['1.0', ['-1', '-1', '-1']],
  ['+', ['-1', '-1', '-1']],
  ['+-5', ['-1', '-1', '-1']],
  ['   ', ['-1', '-1', '-1']],
  [' 3', ['InvalidArgument', 'INVALID_ARGUMENT', '3']],
  ['\t\v\f\r\n7 ', ['PermissionDenied', 'PERMISSION_DENIED', '7']],
  ['+5', ['NotFound', 'NOT_FOUND', '5']],
  ['007', ['PermissionDenied', 'PERMISSION_DENIED', '7']],
  [`${'0'.repeat(40)}7`, ['PermissionDenied', 'PERMISSION_DENIED', '7']],
  ['4294967296', ['4294967296', 'OK', '4294967296']],
  ['4294967301', ['4294967301', 'NOT_FOUND', '4294967301']],
  ['4294967395', ['4294967395', '4294967395', '4294967395']],
  ['9007199254740993', ['9007199254740993', 'CANCELLED', '9007199254740993']],
  ['9223372036854775808', ['-9223372036854775808', 'OK', '-9223372036854775808']],
  ['18446744073709551614', ['-2', '-2', '-2']],
  ['18446744073709551615', ['-1', '-1', '-1']],
  ['18446744073709551616', ['-1', '-1', '-1']],
  ['9'.repeat(400), ['-1', '-1', '-1']],
])('the value %j is %j', (trailer, expected) => {
  const result = all({ trailer })
  expect(result).toEqual(expected)
  for (const text of result) expect(text!.length).toBeLessThanOrEqual(grpcStatusBytesMax)
})

describe('where it is taken from', () => {
  test.each<[string, Call, string | null]>([
    ['the trailer before the header', { trailer: '5', header: '7' }, 'NotFound'],
    ['the header', { header: '7' }, 'PermissionDenied'],
    ['an empty trailer is missing', { trailer: '', header: '7' }, 'PermissionDenied'],
    ['both are empty', { trailer: '', header: '' }, null],
    ['nothing at all', {}, null],
    ['an HTTP code alone says nothing', { code: 503 }, null],
    ['a gRPC request without a response', { contentType: 'application/grpc' }, null],
    ['200 of a gRPC request', { contentType: 'application/grpc', code: 200 }, 'Unknown'],
    ['0 of a gRPC request', { contentType: 'application/grpc', code: 0 }, 'Unknown'],
    ['the trailer before the code', { contentType: 'application/grpc', code: 503, trailer: '0' }, 'OK'],
    [
      'an empty trailer leaves the code',
      { contentType: 'application/grpc+proto', code: 503, trailer: '' },
      'Unavailable',
    ],
  ])('%s', (_, call, expected) => {
    expect(status(call, 'camel')).toBe(expected)
  })

  test.each([
    [400, 13],
    [401, 16],
    [403, 7],
    [404, 12],
    [429, 14],
    [502, 14],
    [503, 14],
    [504, 14],
    [500, 2],
    [418, 2],
  ])('HTTP %i is %i', (code, number) => {
    expect(status({ contentType: 'application/grpc', code }, 'number')).toBe(String(number))
  })

  test.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc+', true],
    ['application/grpc;x', false],
    ['application/grpc-web', false],
    ['APPLICATION/GRPC', false],
    ['application/grp', false],
    ['text/html', false],
    ['', false],
  ])('the content type %j is gRPC: %j', (contentType, isGrpc) => {
    expect(status({ contentType, trailer: '0' }, 'camel')).toBe(isGrpc ? 'OK' : null)
  })

  test('a missing content type is a missing one only when it is listed', () => {
    expect(status({ trailer: '0', contentTypeListed: true }, 'camel')).toBe(null)
    expect(status({ trailer: '0', contentType: 'application/grpc', contentTypeListed: true }, 'camel')).toBe('OK')
  })
})
