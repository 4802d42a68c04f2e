/**
 * The error classes of the house, one per kind. Each has a stable `code` for programs, data fields for tests and tools, and a
 * message for people that says where, what and how to mend. Rooms throw these; only `cli/` prints them.
 */

/** Where in a document or a format a fault lies. */
export interface Place {
  /** Path of the value inside the document, e.g. `pipelines[1].backends[0].file.path`; empty for the document itself. */
  readonly path: string
  /** 1-based, in code points; absent where the value has no text of its own. */
  readonly line?: number
  readonly column?: number
}

/** The text to print above the caret, when it is not the document's own line: a format string. */
export interface Excerpt {
  readonly text: string
  /** 0-based UTF-16 index of the fault in `text`, and its length in UTF-16 units (at least 1). */
  readonly index: number
  readonly length: number
}

/** One fault of a document, with everything a person or a program needs to find and mend it. */
export interface Fault extends Place {
  readonly code: string
  /** The first line says what is wrong; further lines say how to mend it and are printed below the caret. */
  readonly message: string
  readonly excerpt?: Excerpt
}

/** A configuration document cannot be used. Holds all its faults, never only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'config'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[], options?: ErrorOptions) {
    super(faults.map((fault) => (fault.path ? `${fault.path}: ${fault.message}` : fault.message)).join('\n'), options)
    this.faults = faults
  }
}

/** A format string or a JSON format does not compile. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code: string
  /** The text that holds the fault: the whole format string, or one string of a JSON format. */
  readonly text: string
  /** 0-based UTF-8 byte offset of the fault in `text`, as Envoy counts. */
  readonly byteOffset: number
  /** Length of the faulty piece in UTF-16 units of `text`, for the caret line; at least 1. */
  readonly length: number
  /** 0-based UTF-16 index of the fault in `text`. */
  readonly index: number
  /** Path of the string inside a JSON format (`a.b[2]`); empty for a text format. */
  readonly path: string
  /** Further faults of the same format, in order; this error is the first. */
  readonly more: readonly FormatError[]

  constructor(fault: {
    code: string
    message: string
    text: string
    index: number
    length?: number
    path?: string
    more?: readonly FormatError[]
  }) {
    super(fault.message)
    this.more = fault.more ?? []
    this.code = fault.code
    this.text = fault.text
    this.index = fault.index
    this.byteOffset = Buffer.byteLength(fault.text.slice(0, fault.index))
    this.length = Math.max(1, fault.length ?? 1)
    this.path = fault.path ?? ''
  }

  /** 1-based line of the fault within `text`. */
  get line(): number {
    return this.text.slice(0, this.index).split('\n').length
  }

  /** 1-based column of the fault within its line, in code points. */
  get column(): number {
    return [...this.text.slice(this.text.lastIndexOf('\n', this.index - 1) + 1, this.index)].length + 1
  }
}

/** `proto/` lacks something that a caller asked for: a fault of the program, not of its input. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  readonly code = 'schema'
}

/** Bytes that should be protobuf or gRPC framing are not. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A destination did not take a batch. */
export class WriteError extends Error {
  override readonly name = 'WriteError'
  readonly code: string
  /** Whether the same batch may succeed later. */
  readonly retryable: boolean
  /** Whole entries of the batch that did arrive, counted from its start. */
  readonly entriesWritten: number
  /** How many of those were refused for good (OTLP partial success). */
  readonly entriesRejected: number
  /** Not retryable because of something in the batch: parts of it may be taken. */
  readonly blamesEntries: boolean
  /** The destination asks not to be tried again before this many milliseconds have passed. */
  readonly retryAfterMs: number | undefined

  constructor(
    fault: {
      readonly code: string
      readonly message: string
      readonly retryable: boolean
      readonly entriesWritten?: number
      readonly entriesRejected?: number
      readonly blamesEntries?: boolean
      readonly retryAfterMs?: number | undefined
    },
    options?: ErrorOptions,
  ) {
    super(fault.message, options)
    this.code = fault.code
    this.retryable = fault.retryable
    this.entriesWritten = fault.entriesWritten ?? 0
    this.entriesRejected = fault.entriesRejected ?? 0
    this.blamesEntries = fault.blamesEntries ?? false
    this.retryAfterMs = fault.retryAfterMs
  }
}

/** The spool could not keep a batch, give one back, or be opened. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError'
  /** What went wrong; `spool/spool.ts` lists the codes, and which of them time may mend. */
  readonly code: string
  readonly folder: string

  constructor(
    fault: { readonly code: string; readonly folder: string; readonly message: string },
    options?: ErrorOptions,
  ) {
    super(fault.message, options)
    this.code = fault.code
    this.folder = fault.folder
  }
}

/** Audit files cannot be sealed, or their seals not be read: a key that will not do, files that are not what they should be. */
export class SealError extends Error {
  override readonly name = 'SealError'
  /** `key_unreadable`, `key_exposed`, `not_a_key`, `no_checkpoint`. */
  readonly code: string
  readonly path: string

  constructor(
    fault: { readonly code: string; readonly path: string; readonly message: string },
    options?: ErrorOptions,
  ) {
    super(fault.message, options)
    this.code = fault.code
    this.path = fault.path
  }
}

/** What the operating system calls a failure: `ENOSPC`, `EACCES` …; `EUNKNOWN` for what is none of its errors. */
export function systemCode(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'EUNKNOWN'
}
