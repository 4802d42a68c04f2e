/**
 * The status of a gRPC call: from the trailer, else from the response header, else from the HTTP code of a response that never
 * became gRPC. Envoy prints it for gRPC requests only, which it knows by their content type.
 */
import type { Memory } from '../wire/memory.ts'
import { writeInt } from './decimal.ts'
import { createWords, writeWord } from './words.ts'

/** Longest output of `grpcStatus`, in bytes: the longest name, or a negative 64-bit number. */
export const grpcStatusBytesMax = 24

/** How a status is printed: `NotFound`, `NOT_FOUND`, `5`. */
export const grpcStatusForms = { camel: 0, snake: 1, number: 2 } as const

export interface GrpcStatuses {
  /**
   * Writes the status at `o`; -1 when there is none. The spans are the values of the trailer `grpc-status`, of the response header
   * `grpc-status` and of the request header `content-type`; 0, 0 for a header that is not there. `code`: the HTTP code, -1 when
   * unset. `contentTypeListed`: the logger is known to send the content type, so a missing one was missing in the request too.
   */
  grpcStatus(
    o: number,
    form: number,
    trailerAt: number,
    trailerEnd: number,
    headerAt: number,
    headerEnd: number,
    contentTypeAt: number,
    contentTypeEnd: number,
    code: number,
    contentTypeListed: boolean,
  ): number
}

const camelNames = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
]

/** `DeadlineExceeded` is `DEADLINE_EXCEEDED`; only one word has two spellings. */
function snakeName(camel: string): string {
  if (camel === 'OK') return camel
  if (camel === 'Canceled') return 'CANCELLED'
  return camel.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

const statusMax = camelNames.length - 1

const camelWords = createWords([...camelNames.entries()])
const snakeWords = createWords([...camelNames.entries()].map(([number, name]) => [number, snakeName(name)]))

const grpcType = Buffer.from('application/grpc')
const plus = 0x2b
/** Statuses are unsigned 64-bit numbers that Envoy keeps in signed ones; what is none of them is this. */
const invalidStatus = -1
/** So many digits are always a safe integer. */
const safeDigits = 15
const uint64Digits = 20

export function createGrpcStatuses({ bytes, view }: Memory): GrpcStatuses {
  /** `application/grpc`, alone or with a `+` behind it, and in no other case. */
  const isGrpc = (at: number, end: number): boolean => {
    if (end - at < grpcType.length) return false
    for (let i = 0; i < grpcType.length; i++) if (bytes[at + i] !== grpcType[i]) return false
    return at + grpcType.length === end || bytes[at + grpcType.length] === plus
  }

  /** The status when `readStatus` answered NaN: beyond the numbers that are exact. */
  let large = 0n

  /** A decimal number with space around it and a plus before it, as Envoy reads it. */
  const readStatus = (at: number, end: number): number => {
    while (at < end && isSpace(bytes[at]!)) at++
    while (at < end && isSpace(bytes[end - 1]!)) end--
    if (bytes[at] === plus && at < end) at++
    if (at === end) return invalidStatus
    let status = 0
    for (let i = at; i < end; i++) {
      const digit = bytes[i]! - 0x30
      if (digit < 0 || digit > 9) return invalidStatus
      status = status * 10 + digit
    }
    return end - at <= safeDigits ? status : readLarge(at, end)
  }

  const readLarge = (at: number, end: number): number => {
    while (at < end - 1 && bytes[at] === 0x30) at++
    if (end - at > uint64Digits) return invalidStatus
    const unsigned = BigInt(String.fromCharCode(...bytes.subarray(at, end)))
    if (unsigned >= 2n ** 64n) return invalidStatus
    large = BigInt.asIntN(64, unsigned)
    return large >= Number.MIN_SAFE_INTEGER && large <= Number.MAX_SAFE_INTEGER ? Number(large) : Number.NaN
  }

  /** The word, or the number itself. SNAKE_STRING looks at the low 32 bits only. */
  const write = (o: number, form: number, status: number): number => {
    if (form === grpcStatusForms.camel && status >= 0 && status <= statusMax)
      return writeWord(view, o, camelWords, status)
    if (form === grpcStatusForms.snake) {
      const next = writeWord(view, o, snakeWords, Number.isNaN(status) ? Number(BigInt.asIntN(32, large)) : status | 0)
      if (next >= 0) return next
    }
    if (!Number.isNaN(status)) return writeInt(bytes, o, status)
    for (const char of String(large)) bytes[o++] = char.charCodeAt(0)
    return o
  }

  return {
    grpcStatus(
      o,
      form,
      trailerAt,
      trailerEnd,
      headerAt,
      headerEnd,
      contentTypeAt,
      contentTypeEnd,
      code,
      contentTypeListed,
    ) {
      const knowsType = contentTypeAt !== 0
      if (knowsType ? !isGrpc(contentTypeAt, contentTypeEnd) : contentTypeListed) return -1
      // An empty value counts as missing.
      if (trailerAt < trailerEnd) return write(o, form, readStatus(trailerAt, trailerEnd))
      if (headerAt < headerEnd) return write(o, form, readStatus(headerAt, headerEnd))
      // The HTTP code says something about gRPC only when the request is known to be gRPC.
      return knowsType && code >= 0 ? write(o, form, statusOfHttp(code)) : -1
    },
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/** What gRPC takes an HTTP response for that is not gRPC. */
function statusOfHttp(code: number): number {
  switch (code) {
    case 400:
      return 13
    case 401:
      return 16
    case 403:
      return 7
    case 404:
      return 12
    case 429:
    case 502:
    case 503:
    case 504:
      return 14
    default:
      return 2
  }
}
