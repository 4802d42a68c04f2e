/**
 * What the messages of one stream mean: who is speaking, and which entries go to that speaker's route. Envoy names itself in the
 * first message only; other clients may do so late, again, or never.
 */
import { type Identifier, unidentified } from '../identifier.ts'
import type { Intake } from '../pipeline/intake.ts'
import type { Route } from '../pipeline/route.ts'
import type { Desk } from './desk.ts'
import { inflateMessage, type MessageEncoding } from './inflate.ts'
import { cutMessage, type MessageParts, type MessageTags } from './message.ts'
import { type GrpcStatus, grpcStatus } from './status.ts'

/** What all streams of a process share to read their messages. */
export interface ReaderShared {
  readonly desk: Desk
  /** Scratch for cutting messages. */
  readonly parts: MessageParts
  readonly tags: MessageTags
  readonly intake: Intake
  /** Largest message, compressed or inflated, in bytes; at most `desk.memory.inputBytesMax`. */
  readonly messageBytesMax: number
  /** The route of a stream that speaks for `identifier`; called anew when a stream changes its identifier. */
  readonly attach: (identifier: Identifier) => Route
  /** Decodes an `Identifier` message; the bytes are borrowed. Throws when they are damaged. */
  readonly decodeIdentifier: (bytes: Uint8Array) => Identifier
}

/** Why a call cannot go on: a word for the counter, and what the peer is told. */
export interface Failure {
  readonly reason: string
  readonly status: GrpcStatus
  readonly message: string
}

export class MessageReader {
  readonly #shared: ReaderShared
  readonly #encoding: MessageEncoding
  #identifier: Identifier | null = null
  #route: Route | null = null

  constructor(shared: ReaderShared, encoding: MessageEncoding) {
    this.#shared = shared
    this.#encoding = encoding
  }

  /** Null before the first message. */
  get route(): Route | null {
    return this.#route
  }

  /** As the stream has said last; null before the first message. */
  get identifier(): Identifier | null {
    return this.#identifier
  }

  /**
   * Reads the message of `length` bytes on the desk and hands its entries to the route. A damaged message is counted and costs its
   * damaged part; a failure is returned when the call cannot go on.
   */
  read(flags: number, length: number, receivedAtMs: number): Failure | null {
    const { desk, intake, parts, tags } = this.#shared
    const { bytes, inputAt } = desk.memory
    intake.messages++
    if (flags !== 0) {
      const inflated = this.#inflate(flags, length)
      if (typeof inflated !== 'number') return inflated
      length = inflated
    }
    cutMessage(bytes, inputAt, inputAt + length, tags, parts)
    if (parts.fault !== null) intake.addMalformed(parts.fault)
    if (parts.identifier.count > 0) this.#identify()
    else if (this.#route === null) this.#attach(unidentified)
    const count = parts.entries.count
    if (parts.kind === null || count === 0) intake.emptyMessages++
    else {
      if (parts.kind === 'http') intake.httpEntries += count
      else intake.tcpEntries += count
      this.#route!.put(parts.kind, parts.entries, receivedAtMs)
    }
    return null
  }

  close(): void {
    this.#route?.close()
    this.#route = null
  }

  /** Inflates the message on the desk in its place and returns its new length. */
  #inflate(flags: number, length: number): number | Failure {
    const { desk, messageBytesMax, intake } = this.#shared
    const { bytes, inputAt } = desk.memory
    if (this.#encoding === 'identity' || flags !== 1) {
      const message = `message flags ${flags} without a grpc-encoding that explains them`
      return { reason: 'frame_flags', status: grpcStatus.internal, message }
    }
    const inflated = inflateMessage(this.#encoding, bytes.subarray(inputAt, inputAt + length), messageBytesMax)
    if (inflated === 'too_large') {
      const message = `a message of ${length} bytes inflates above the limit of ${messageBytesMax} bytes`
      return { reason: 'message_too_large', status: grpcStatus.resourceExhausted, message }
    }
    if (inflated === 'damaged') {
      // The framing holds, so the next message may be sound: this one costs itself alone.
      intake.addMalformed('compression')
      return 0
    }
    bytes.set(inflated, inputAt)
    return inflated.length
  }

  /** The message on the desk says who is speaking: at first, or anew. */
  #identify(): void {
    const { desk, parts, intake, decodeIdentifier } = this.#shared
    const { at, end, count } = parts.identifier
    const pieces = Array.from({ length: count }, (_, i) => desk.memory.bytes.subarray(at[i], end[i]))
    let identifier: Identifier
    try {
      identifier = decodeIdentifier(count === 1 ? pieces[0]! : Buffer.concat(pieces))
    } catch {
      // Counted; the stream goes on under its last good name, for its entries are sound.
      intake.addMalformed('identifier')
      identifier = this.#identifier ?? unidentified
    }
    if (this.#route === null || !same(identifier, this.#identifier!)) this.#attach(identifier)
  }

  #attach(identifier: Identifier): void {
    this.#route?.close()
    this.#identifier = identifier
    this.#route = this.#shared.attach(identifier)
  }
}

function same(a: Identifier, b: Identifier): boolean {
  return a.logName === b.logName && a.nodeId === b.nodeId && a.nodeCluster === b.nodeCluster
}
