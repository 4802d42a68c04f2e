/**
 * What every writer owes to the outbox, whatever its destination; each runs through this against real ones. A destination that
 * cannot be brought into some state says why instead.
 *
 * Where a destination breaks off, it alone knows what it has read. What is owed then: entries stay whole and in order, those that were
 * reported as written have arrived, and what comes twice lies at a seam.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { Batch } from '../../src/batch.ts'
import { WriteError } from '../../src/errors.ts'
import type { Writer } from '../../src/writers/writer.ts'
import { batchOf, lines } from './batches.ts'

export interface Destination {
  readonly writer: Writer
  /** All whole entries that have arrived, side by side; waits for `bytes` of them, for those on their way. */
  received(bytes: number): Promise<string>
  /** After the writer has been closed. */
  close(): Promise<void>
}

/** Takes some bytes and then none, or reads everything and never answers, until it is told to go on. */
export interface StuckDestination extends Destination {
  resume(): void
}

/** Refuses or breaks off whatever comes, in a way that may pass, until it is mended. */
export interface FaultyDestination extends Destination {
  mend(): void
}

export interface HangingUpDestination extends Destination {
  /** Ends its connections in good order, with nothing unread; takes new ones. */
  hangUp(): void
}

export interface Unable {
  readonly never: string
}

export interface WriterHarness {
  open(): Promise<Destination>
  /** Nobody listens, or nothing may be taken. */
  readonly openRefusing: (() => Promise<FaultyDestination>) | Unable
  readonly openStuck: (() => Promise<StuckDestination>) | Unable
  /** More than what pipes and kernels on the way to a stuck destination can hold, in bytes. Default 3 MB. */
  readonly stuckBytes?: number
  /** Takes a little at a time. */
  readonly openSlow?: (() => Promise<Destination>) | Unable
  /** Accepts a connection and breaks it before anything was read. */
  readonly openResetting?: (() => Promise<FaultyDestination>) | Unable
  /** Reads a part of what comes over a connection and then breaks it, within 300 kB. */
  readonly openHalfReading?: (() => Promise<FaultyDestination>) | Unable
  readonly openHangingUp?: (() => Promise<HangingUpDestination>) | Unable
  /** Entries of these texts, where an entry is more than a text. */
  readonly batch?: (texts: readonly string[]) => Batch
  /** An entry as `received` tells it, where the writer puts something around it. */
  readonly asReceived?: (text: string) => string
}

const noConnection: Unable = { never: 'there is no connection that could break' }
const patience = () => new AbortController().signal

/** Declares the suite for one kind of destination. */
export function describeWriterContract(name: string, harness: WriterHarness): void {
  const { open, openStuck, openRefusing, stuckBytes = 3_000_000, asReceived = (text) => text } = harness
  const { openSlow = noConnection, openResetting = noConnection } = harness
  const { openHalfReading = noConnection, openHangingUp = noConnection } = harness
  const batch = harness.batch ?? batchOf
  let destination: Destination | undefined
  const use = <T extends Destination>(opened: T): T => {
    destination = opened
    return opened
  }
  afterEach(async () => {
    await destination?.writer.close()
    await destination?.close()
    destination = undefined
  })

  describe(`the writer's contract: ${name}`, () => {
    test('batches arrive in order, byte for byte', async () => {
      const { writer, received } = use(await open())
      const texts = [lines(3, 20), ['ä\0\x7f\n', 'no newline', ''], lines(200, 400, 3)]
      for (const entries of texts) expect(await writer.write(batch(entries), patience())).toEqual({ rejected: 0 })
      const all = texts.flat().map(asReceived).join('')
      expect(await received(Buffer.byteLength(all))).toBe(all)
    })

    test('a batch may be used again as soon as its write has settled', async () => {
      const { writer, received } = use(await open())
      const borrowed = batch(lines(50, 1000))
      await writer.write(borrowed, patience())
      borrowed.bytes.fill(0x21)
      expect(await received(50_000)).toBe(lines(50, 1000).join(''))
    })

    test('an empty batch is written by doing nothing', async () => {
      const { writer, received } = use(await open())
      expect(await writer.write(batch([]), patience())).toEqual({ rejected: 0 })
      expect(await received(0)).toBe('')
    })

    test('reopen and flush between and before writes lose nothing', async () => {
      const { writer, received } = use(await open())
      await writer.flush()
      await writer.reopen()
      await writer.write(batch(['a\n']), patience())
      await writer.flush()
      await writer.reopen()
      await writer.write(batch(['b\n']), patience())
      expect(await received(4)).toBe('a\nb\n')
    })

    test('reopen during a write keeps both halves in order', async () => {
      const { writer, received } = use(await open())
      const first = writer.write(batch(lines(100, 500)), patience())
      const reopened = writer.reopen()
      const second = writer.write(batch(lines(100, 500, 100)), patience())
      await Promise.all([first, reopened, second])
      expect(await received(100_000)).toBe(lines(200, 500).join(''))
    })

    test('close may be called twice, and before anything was written; nothing is taken after it', async () => {
      const { writer } = use(await open())
      await writer.close()
      await writer.close()
      const late = writer.write(batch(['late\n']), patience())
      await expect(late).rejects.toThrow(WriteError)
      await expect(late).rejects.toMatchObject({ retryable: false, entriesWritten: 0 })
    })

    test('a write that was called off before it begins sends nothing', async () => {
      const { writer, received } = use(await open())
      const error = await errorOf(writer.write(batch(['never\n']), AbortSignal.abort()))
      expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
      await writer.write(batch(['a\n']), patience())
      expect(await received(2)).toBe('a\n')
    })

    test('a slow destination gets everything once and in order', async ({ skip }) => {
      if (typeof openSlow !== 'function') return skip(openSlow.never)
      const { writer, received } = use(await openSlow())
      for (const first of [0, 700]) await writer.write(batch(lines(700, 500, first)), patience())
      expect(await received(700_000)).toBe(lines(1400, 500).join(''))
    })

    test('a refusal may be tried again once it is mended', async ({ skip }) => {
      if (typeof openRefusing !== 'function') return skip(openRefusing.never)
      const { writer, received, mend } = use(await openRefusing())
      const again = batch(lines(5, 100))
      const error = await errorOf(writer.write(again, patience()))
      expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
      expect(error.message).toContain(writer.name)
      mend()
      await writer.write(again, patience())
      expect(await received(500)).toBe(lines(5, 100).join(''))
    })

    test('what a destination breaks off unread is not counted, and arrives once when it comes again', async ({
      skip,
    }) => {
      if (typeof openResetting !== 'function') return skip(openResetting.never)
      const { writer, received, mend } = use(await openResetting())
      const again = batch(lines(500, 100))
      for (let times = 0; times < 3; times++) {
        const error = await errorOf(writer.write(again, patience()))
        expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
        expect(error.message).toContain(writer.name)
      }
      mend()
      await writer.write(again, patience())
      expect(await received(50_000)).toBe(lines(500, 100).join(''))
    })

    test('of what a destination breaks off half read, entries that count have arrived, and the others come again whole', async ({
      skip,
    }) => {
      if (typeof openHalfReading !== 'function') return skip(openHalfReading.never)
      const { writer, received, mend } = use(await openHalfReading())
      const entries = lines(20_000, 100)
      let written = 0
      for (let times = 0; times < 2; times++) {
        const error = await errorOf(writer.write(batch(entries.slice(written)), patience()))
        expect(error.retryable).toBe(true)
        written += error.entriesWritten
        expect(seamlessCount(await received(0))).toBeGreaterThanOrEqual(written)
      }
      mend()
      await writer.write(batch(entries.slice(written)), patience())
      expect(written).toBeLessThan(20_000)
      await received((20_000 - written) * 100)
      expect(await arrived(received, 20_000)).toBe(20_000)
    })

    test('a destination that hangs up between two writes loses nothing and gets nothing twice', async ({ skip }) => {
      if (typeof openHangingUp !== 'function') return skip(openHangingUp.never)
      const { writer, received, hangUp } = use(await openHangingUp())
      const entries = lines(60, 100)
      for (let first = 0; first < 60; first += 10) {
        await deliver(writer, batch(entries.slice(first, first + 10)))
        await received((first + 10) * 100)
        hangUp()
      }
      expect(await received(6_000)).toBe(entries.join(''))
    })

    test('a write that is called off settles, and its rest can follow', async ({ skip }) => {
      if (typeof openStuck !== 'function') return skip(openStuck.never)
      const { writer, received, resume } = use(await openStuck())
      const entries = lines(Math.ceil(stuckBytes / 997), 997)
      const error = await errorOf(writer.write(batch(entries), AbortSignal.timeout(400)))
      expect(error.retryable).toBe(true)
      const { entriesWritten } = error
      expect(entriesWritten).toBeLessThan(entries.length)
      resume()
      await writer.write(batch(entries.slice(entriesWritten)), patience())
      expect(await received(entries.length * 997)).toBe(entries.join(''))
    })

    test('close does not wait for a destination that takes nothing', async ({ skip }) => {
      if (typeof openStuck !== 'function') return skip(openStuck.never)
      const { writer } = use(await openStuck())
      const write = errorOf(writer.write(batch(lines(Math.ceil(stuckBytes / 997), 997)), patience()))
      await writer.close()
      await write
    })
  })
}

/** The same, with its name inside. */
export function describeWriter({ name, ...harness }: WriterHarness & { readonly name: string }): void {
  describeWriterContract(name, harness)
}

/** The WriteError that a write must end with. */
export async function errorOf(work: Promise<unknown>): Promise<WriteError> {
  const outcome = await work.then(
    () => 'it should have failed',
    (reason: unknown) => reason,
  )
  expect(outcome).toBeInstanceOf(WriteError)
  return outcome as WriteError
}

/** As an outbox would, for a destination that is only for a moment in the way. */
async function deliver(writer: Writer, batch: Batch): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await writer.write(batch, patience())
      return
    } catch (error) {
      expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
      if (tries === 5) throw error
    }
  }
}

/**
 * How many entries of `lines` have arrived, from the first one without a gap. Each must be whole; where one comes that is not the next,
 * it must be one that was there already.
 */
export function seamlessCount(text: string): number {
  let next = 0
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = Number(/^entry (\d+) \.+$/.exec(line)?.[1])
    if (!(entry <= next)) throw new Error(`entry ${next} was due, this came: ${line}`)
    next = entry + 1
  }
  return next
}

/** Waits until so many have arrived, however often. */
async function arrived(received: Destination['received'], count: number): Promise<number> {
  let bytes = 0
  for (;;) {
    const text = await received(bytes)
    if (seamlessCount(text) >= count) return seamlessCount(text)
    bytes = Buffer.byteLength(text) + 1
  }
}
