/**
 * What every writer owes to the outbox, whatever its destination; each runs through this against real ones. A destination that
 * cannot be brought into some state says why instead.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { WriteError } from '../../src/errors.ts'
import type { Writer } from '../../src/writers/writer.ts'
import { batchOf, lines } from './batches.ts'

export interface Destination {
  readonly writer: Writer
  /** All entries that have arrived, side by side; waits for `bytes` of them, for those on their way. */
  received(bytes: number): Promise<string>
  /** After the writer has been closed. */
  close(): Promise<void>
}

/** Takes some bytes and then none, until it is told to go on. */
export interface StuckDestination extends Destination {
  resume(): void
}

/** Refuses everything in a way that may pass, until it is mended. */
export interface RefusingDestination extends Destination {
  mend(): void
}

export interface WriterContract {
  readonly name: string
  open(): Promise<Destination>
  readonly openStuck: (() => Promise<StuckDestination>) | { readonly never: string }
  readonly openRefusing: (() => Promise<RefusingDestination>) | { readonly never: string }
}

const patience = () => new AbortController().signal

export function describeWriter({ name, open, openStuck, openRefusing }: WriterContract): void {
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
      for (const entries of texts) expect(await writer.write(batchOf(entries), patience())).toEqual({ rejected: 0 })
      const all = texts.flat().join('')
      expect(await received(Buffer.byteLength(all))).toBe(all)
    })

    test('a batch may be used again as soon as its write has settled', async () => {
      const { writer, received } = use(await open())
      const batch = batchOf(lines(50, 1000))
      await writer.write(batch, patience())
      batch.bytes.fill(0x21)
      expect(await received(50_000)).toBe(lines(50, 1000).join(''))
    })

    test('an empty batch is written by doing nothing', async () => {
      const { writer, received } = use(await open())
      expect(await writer.write(batchOf([]), patience())).toEqual({ rejected: 0 })
      expect(await received(0)).toBe('')
    })

    test('reopen and flush between and before writes lose nothing', async () => {
      const { writer, received } = use(await open())
      await writer.flush()
      await writer.reopen()
      await writer.write(batchOf(['a\n']), patience())
      await writer.flush()
      await writer.reopen()
      await writer.write(batchOf(['b\n']), patience())
      expect(await received(4)).toBe('a\nb\n')
    })

    test('reopen during a write keeps both halves in order', async () => {
      const { writer, received } = use(await open())
      const first = writer.write(batchOf(lines(100, 500)), patience())
      const reopened = writer.reopen()
      const second = writer.write(batchOf(lines(100, 500, 100)), patience())
      await Promise.all([first, reopened, second])
      expect(await received(100_000)).toBe(lines(200, 500).join(''))
    })

    test('close may be called twice, and before anything was written; nothing is taken after it', async () => {
      const { writer } = use(await open())
      await writer.close()
      await writer.close()
      const late = writer.write(batchOf(['late\n']), patience())
      await expect(late).rejects.toThrow(WriteError)
      await expect(late).rejects.toMatchObject({ retryable: false, entriesWritten: 0 })
    })

    test('a refusal may be tried again once it is mended', async ({ skip }) => {
      if (typeof openRefusing !== 'function') return skip(openRefusing.never)
      const { writer, received, mend } = use(await openRefusing())
      const batch = batchOf(lines(5, 100))
      const error = await writer.write(batch, patience()).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(WriteError)
      expect(error).toMatchObject({ retryable: true, entriesWritten: 0 })
      expect((error as WriteError).message).toContain(writer.name)
      mend()
      await writer.write(batch, patience())
      expect(await received(500)).toBe(lines(5, 100).join(''))
    })

    test('a write that is called off settles, and its rest can follow', async ({ skip }) => {
      if (typeof openStuck !== 'function') return skip(openStuck.never)
      const { writer, received, resume } = use(await openStuck())
      const entries = lines(3000, 997)
      const error = await writer.write(batchOf(entries), AbortSignal.timeout(100)).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(WriteError)
      expect(error).toMatchObject({ retryable: true })
      const { entriesWritten } = error as WriteError
      expect(entriesWritten).toBeLessThan(3000)
      resume()
      await writer.write(batchOf(entries.slice(entriesWritten)), patience())
      expect(await received(3000 * 997)).toBe(entries.join(''))
    })

    test('close does not wait for a destination that takes nothing', async ({ skip }) => {
      if (typeof openStuck !== 'function') return skip(openStuck.never)
      const { writer } = use(await openStuck())
      const write = writer.write(batchOf(lines(3000, 997)), patience()).catch((reason: unknown) => reason)
      await writer.close()
      expect(await write).toMatchObject({ name: 'WriteError' })
    })
  })
}
