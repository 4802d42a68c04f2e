/**
 * Lines of records, as bytes in memory that serves one batch after the next. What they say is told in `seal.ts`; they are as JSON.stringify
 * would write them.
 *
 * As strings they cost garbage that lives: text that grows piece by piece is a tree, and V8 remembers every number that it has ever made
 * text of. That is 2.5 ms for each time that young garbage is collected, while a batch waits for its answer. So the digits are written here.
 *
 * A line is made where its facts lie right behind what else its hash is of, and then laid behind the others:
 *
 *      desk    | tag | hash of the line before | \n | facts |
 *      lines   | line | line | …
 */
import { hash } from 'node:crypto'
import { noHash, type RecordFacts, tags } from './seal.ts'

const previousAt = tags.seal.length
const factsAt = previousAt + noHash.length + 1
const newline = 0x0a
const quote = 0x22
const digitZero = 0x30
const braceClose = 0x7d

/** The members of a line that have another value in each. */
const sequenceHead = Buffer.from('{"kind":"record","sequence":')
const lengthHead = Buffer.from(',"length":')
const hashHead = Buffer.from(',"hash":"')
/** Of a line, besides what its envelope says: names, four numbers, two hashes. */
const plainBytesMax = 512
/** Lines of a usual batch need 130 KiB; memory that many thousands of tiny records have needed is given back. */
const keptBytesMax = 1024 * 1024

export class RecordLines {
  #desk = deskFor(0)
  #lines = Buffer.allocUnsafeSlow(64 * 1024)
  #end = 0
  #envelope: EnvelopePieces | undefined

  /** Forgets the lines. */
  clear(): void {
    if (this.#lines.length > keptBytesMax) this.#lines = Buffer.allocUnsafeSlow(keptBytesMax)
    this.#end = 0
  }

  /** All lines since `clear`. Lent until something is added or cleared. */
  get bytes(): Uint8Array {
    return this.#lines.subarray(0, this.#end)
  }

  /** What is known of the records that are added from now on. */
  describe(facts: RecordFacts): void {
    this.#envelope = new EnvelopePieces(facts, this.#envelope)
    const lineBytes = plainBytesMax + this.#envelope.bytes
    if (this.#desk.length < factsAt + lineBytes) this.#desk = deskFor(lineBytes)
  }

  /**
   * Adds the line of a record behind the one with hash `previous`, after `describe`. Returns its hash. `sourceSequence` counts only where
   * the source is known; `offset` is in bytes from the start of the audit file. The record is borrowed during the call.
   */
  add(previous: string, sequence: number, sourceSequence: number, offset: number, record: Uint8Array): string {
    const { source, receivedAt, rest, isKnown } = this.#envelope!
    const desk = this.#desk
    desk.write(previous, previousAt, 'latin1')
    let at = putBytes(desk, factsAt, sequenceHead)
    at = putNumber(desk, at, sequence)
    at = putBytes(desk, at, source)
    if (isKnown) at = putNumber(desk, at, sourceSequence)
    at = putBytes(desk, at, receivedAt)
    at = putNumber(desk, at, offset)
    at = putBytes(desk, at, lengthHead)
    at = putNumber(desk, at, record.length)
    at = putBytes(desk, at, rest)
    at += desk.write(hash('sha256', record, 'hex'), at, 'latin1')
    desk[at++] = quote
    return this.#close(at)
  }

  /** The line whose facts end at `factsEnd` of the desk goes to the others, with its hash. */
  #close(factsEnd: number): string {
    const chained = this.#desk.subarray(0, factsEnd)
    const own = hash('sha256', chained, 'hex')
    const lines = this.#roomFor(factsEnd + plainBytesMax)
    lines.set(chained.subarray(factsAt), this.#end)
    let at = putBytes(lines, this.#end + factsEnd - factsAt, hashHead)
    at += lines.write(own, at, 'latin1')
    lines[at++] = quote
    lines[at++] = braceClose
    lines[at++] = newline
    this.#end = at
    return own
  }

  #roomFor(bytes: number): Buffer {
    if (this.#lines.length >= this.#end + bytes) return this.#lines
    const larger = Buffer.allocUnsafeSlow(2 * (this.#end + bytes))
    this.#lines.copy(larger, 0, 0, this.#end)
    this.#lines = larger
    return larger
  }
}

/** What stands between the numbers of a line: the members that neighbours share. */
class EnvelopePieces {
  readonly facts: RecordFacts
  readonly isKnown: boolean
  readonly source: Uint8Array
  readonly receivedAt: Uint8Array
  readonly rest: Uint8Array

  /** `before`: of neighbours, which mostly differ in little. */
  constructor(facts: RecordFacts, before: EnvelopePieces | undefined) {
    const { source, receivedAt } = facts
    this.facts = facts
    this.isKnown = source !== null
    this.source =
      before?.facts.source === source
        ? before.source
        : Buffer.from(`,"source":${JSON.stringify(source)},"sourceSequence":${source === null ? null : ''}`)
    this.receivedAt =
      before?.facts.receivedAt === receivedAt
        ? before.receivedAt
        : Buffer.from(`,"receivedAt":${JSON.stringify(receivedAt)},"offset":`)
    const rest = restOf(facts)
    this.rest = rest === '' ? restOfMost : Buffer.from(`${rest},"record":"`)
  }

  get bytes(): number {
    return this.source.length + this.receivedAt.length + this.rest.length
  }
}

const restOfMost = Buffer.from(',"record":"')

/** The members that most records do not have. */
function restOf({ source, reducedFrom, redacted = [] }: RecordFacts): string {
  if (source !== null && reducedFrom === undefined && redacted.length === 0) return ''
  const rest = {
    ...(reducedFrom === undefined ? {} : { reducedFrom }),
    ...(redacted.length === 0 ? {} : { redacted }),
    ...(source === null ? { recovered: true } : {}),
  }
  return `,${JSON.stringify(rest).slice(1, -1)}`
}

function deskFor(lineBytes: number): Buffer {
  const desk = Buffer.allocUnsafeSlow(factsAt + Math.max(lineBytes, 1024))
  desk.write(`${tags.seal}${noHash}\n`, 'latin1')
  return desk
}

/** Returns where it ends. */
function putBytes(into: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) into[at + i] = bytes[i]!
  return at + bytes.length
}

/** A whole number from 0 up, in decimal. Returns where it ends. */
function putNumber(into: Uint8Array, at: number, value: number): number {
  let end = at + 1
  for (let bound = 10; bound <= value; bound *= 10) end++
  let rest = value
  let digitAt = end
  // Whole numbers of 31 bits are divided several times as fast as others.
  for (; rest > 0x3fffffff; rest = Math.floor(rest / 10)) into[--digitAt] = digitZero + (rest % 10)
  for (; digitAt > at; rest = (rest / 10) | 0) into[--digitAt] = digitZero + (rest % 10)
  return end
}
