/** Why a destination that gives answers did not take a request, in the words in which its protocol says so. */

export interface Refused {
  readonly kind: 'refused'
  /** A gRPC status (`UNAVAILABLE`), an HTTP status (`http_503`), the system's code (`ECONNREFUSED`), `timeout` or `called_off`. */
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  /** It may be about some entries, so that others would be taken. */
  readonly blamesEntries: boolean
  /** Pause that the destination asks for. */
  readonly retryAfterMs: number | undefined
  readonly cause?: unknown
}

/** No answer, for a reason on the way there: the request may succeed later. */
export function unanswered(code: string, message: string, cause?: unknown): Refused {
  return { kind: 'refused', code, message, retryable: true, blamesEntries: false, retryAfterMs: undefined, cause }
}

export function calledOff(): Refused {
  return unanswered('called_off', 'the export was called off before it was answered.')
}

/** What others say goes into our log: on one line, and no longer than a line of it should be. */
export function quote(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
