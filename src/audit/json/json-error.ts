/** What is said of bytes that should be JSON and are not, or not of a kind that the room takes. */

/**
 * - `syntax`: not JSON
 * - `encoding`: not UTF-8
 * - `depth`: deeper than `limits.auditJsonDepthMax`
 * - `incomplete`: ends before it is complete
 * - `shape`: JSON, but neither events nor a list of them
 * - `too_large`: what stands around the items of a list is larger than an item may be
 */
export type JsonErrorCode = 'syntax' | 'encoding' | 'depth' | 'incomplete' | 'shape' | 'too_large'

export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly code: JsonErrorCode
  /** Of the first bad byte, from the beginning of what was read. */
  readonly offset: number
  /** The message without the place. */
  readonly detail: string

  constructor(code: JsonErrorCode, offset: number, detail: string) {
    // Where in the sink it was found says nothing, and takes longer to find out than the JSON to read: lists are told by one (`list-head.ts`).
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(`byte ${offset}: ${detail}`)
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.offset = offset
    this.detail = detail
  }

  /** The same, counted from a beginning that lies so many bytes further ahead. */
  behind(bytes: number): JsonError {
    return new JsonError(this.code, this.offset + bytes, this.detail)
  }
}
