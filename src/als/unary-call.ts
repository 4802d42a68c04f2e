/**
 * One call of a unary method: its message is put together, handed over, and the answer sent.
 *
 *     the message comes ─► the peer half-closes ─► at work ─► answered
 *
 * The message waits in memory until its answer, counted in the budget. It has `unaryRequestMsMax` to come.
 */
import type { Http2Stream, StreamConsumer } from '../http2/stream.ts'
import { unaryRequestMsMax } from '../limits.ts'
import type { Budget } from '../pipeline/budget.ts'
import { Deframer } from './deframer.ts'
import type { Desk } from './desk.ts'
import { inflateMessage, type MessageEncoding } from './inflate.ts'
import { refusalFields } from './manners.ts'
import { grpcStatus } from './status.ts'
import type { UnaryAnswer, UnaryRefusal, UnaryTask } from './unary.ts'

export interface UnaryShared {
  readonly desk: Desk
  readonly budget: Budget
  /** Compressed or inflated, in bytes. */
  readonly messageBytesMax: number
}

export interface UnaryCallOptions {
  readonly stream: Http2Stream
  readonly encoding: MessageEncoding
  readonly task: UnaryTask
  readonly shared: UnaryShared
  /** The stream is gone, and nothing is held any more. */
  readonly onClose: (call: UnaryCall) => void
}

const frameHeadBytes = 5
const responseFields = { ':status': '200', 'content-type': 'application/grpc' }

export class UnaryCall implements StreamConsumer {
  /** Resolves when the answer has been handed to HTTP/2 to its last byte, or the stream is gone. */
  readonly answered: Promise<void>
  readonly #stream: Http2Stream
  readonly #encoding: MessageEncoding
  readonly #task: UnaryTask
  readonly #shared: UnaryShared
  readonly #deframer: Deframer
  readonly #timer: NodeJS.Timeout
  readonly #onClose: (call: UnaryCall) => void
  #onAnswered: () => void = () => {}
  #message: Buffer | null = null
  #atWork = false
  #finished = false
  #gone = false

  constructor({ stream, encoding, task, shared, onClose }: UnaryCallOptions) {
    this.#stream = stream
    this.#encoding = encoding
    this.#task = task
    this.#shared = shared
    this.#deframer = new Deframer(shared.desk, shared.budget, shared.messageBytesMax)
    this.#onClose = onClose
    this.#timer = setTimeout(() => this.#refuse('deadlineExceeded', 'the message did not come'), unaryRequestMsMax)
    this.answered = new Promise((resolve) => {
      this.#onAnswered = resolve
    })
    stream.consumer = this
  }

  /** The door closes: what has not all come yet is not waited for. */
  drain(): void {
    if (!this.#atWork) this.#refuse('unavailable', 'the sink stops')
  }

  onData(data: Uint8Array): void {
    const deframer = this.#deframer
    for (let at = 0; at < data.length && !this.#finished; ) {
      if (this.#message !== null) {
        this.#refuse('unimplemented', 'the method takes one message')
        return
      }
      at = deframer.take(data, at)
      if (deframer.complete) this.#keep()
      else if (deframer.fault !== null) this.#refuse('resourceExhausted', this.#faultText())
    }
  }

  onEnd(): void {
    if (this.#finished) return
    if (this.#message === null) {
      this.#refuse('invalidArgument', 'the stream ended before its message')
      return
    }
    clearTimeout(this.#timer)
    this.#atWork = true
    void this.#task(this.#message).then((answer) => this.#finish(answer))
  }

  onAnswered(): void {
    this.#onAnswered()
  }

  onClose(): void {
    this.#gone = true
    this.#onAnswered()
    // The task still has the message, and somebody may want what it brings.
    if (!this.#atWork) this.#leave()
  }

  /** The message lies on the desk. */
  #keep(): void {
    const { desk, budget } = this.#shared
    const { flags, length } = this.#deframer
    const { bytes, inputAt } = desk.memory
    const sent = bytes.subarray(inputAt, inputAt + length)
    const message = flags === 0 ? sent : this.#inflate(sent, flags)
    if (message === null) return
    this.#message = Buffer.from(message)
    budget.take(this.#message.length)
  }

  /** Null: the call is refused. */
  #inflate(sent: Uint8Array, flags: number): Uint8Array | null {
    const { messageBytesMax } = this.#shared
    if (this.#encoding === 'identity' || flags !== 1) {
      this.#refuse('internal', `message flags ${flags} without a grpc-encoding that explains them`)
      return null
    }
    const inflated = inflateMessage(this.#encoding, sent, messageBytesMax)
    if (typeof inflated !== 'string') return inflated
    const size = `a message of ${sent.length} bytes inflates above the limit of ${messageBytesMax} bytes`
    if (inflated === 'too_large') this.#refuse('resourceExhausted', size)
    else this.#refuse('invalidArgument', 'the message cannot be inflated')
    return null
  }

  #faultText(): string {
    const { fault, length } = this.#deframer
    const { messageBytesMax, budget } = this.#shared
    return fault === 'message_too_large'
      ? `a message of ${length} bytes is above the limit of ${messageBytesMax} bytes`
      : `the ${budget.bytesMax} bytes of memory for waiting data are used up`
  }

  #refuse(status: Exclude<keyof typeof grpcStatus, 'ok'>, message: string): void {
    this.#finish({ status: grpcStatus[status], message })
  }

  #finish(answer: UnaryAnswer): void {
    if (this.#finished) return
    this.#finished = true
    this.#atWork = false
    clearTimeout(this.#timer)
    if (this.#gone) this.#leave()
    else if ('reply' in answer) {
      this.#stream.respond(responseFields, { endStream: false })
      this.#stream.data(frameOf(answer.reply))
      this.#stream.trailers({ 'grpc-status': '0' })
    } else refuse(this.#stream, answer)
  }

  #leave(): void {
    clearTimeout(this.#timer)
    this.#finished = true
    this.#deframer.drop()
    if (this.#message !== null) this.#shared.budget.give(this.#message.length)
    this.#message = null
    this.#onClose(this)
  }
}

/** Answers with a status alone, and asks the peer to stop sending. */
export function refuse(stream: Http2Stream, { status, message, trailers = {} }: UnaryRefusal): void {
  stream.respond({ ...refusalFields(status, message), ...trailers }, { endStream: true })
  stream.reset('no_error')
}

function frameOf(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(frameHeadBytes + message.length)
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, frameHeadBytes)
  return framed
}
