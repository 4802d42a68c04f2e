/**
 * A history of a spool, played beside a plain list of what it should hold. Where the spool lives, and so what a crash leaves of it, is
 * the world's business; random histories are in `model.test.ts`.
 */
import { expect } from 'vitest'
import type { SpoolError } from '../../src/errors.ts'
import { recordBytesOf } from '../../src/spool/record.ts'
import type { Spool } from '../../src/spool/spool.ts'
import type { ForgetfulFiles } from './forgetful-files.ts'
import { batchOf, randomOf, textsOf } from './kit.ts'

export const bytesMax = 6_000
export const segmentBytesMax = 900

export type Action =
  | { readonly do: 'append'; readonly sizes: readonly number[] }
  | { readonly do: 'burst'; readonly count: number }
  | { readonly do: 'sync' }
  | { readonly do: 'read' }
  | { readonly do: 'readAll' }
  | { readonly do: 'rewind' }
  | { readonly do: 'reopen' }
  | { readonly do: 'kill' }
  | { readonly do: 'release'; readonly part: number }
  | { readonly do: 'losePower'; readonly seed: number }
  | { readonly do: 'failSync' }
  | { readonly do: 'fill'; readonly bytesFree: number }

interface HeldEntry {
  readonly text: string
  readonly record: number
  readonly isDurable: boolean
  /** A sync failed over it and none came after in the same run: the disk may lack it, and no run can know. */
  readonly isDoubtful?: boolean
}

/** Where the spool lives. */
export interface World {
  open(damaged: (entries: number) => void): Promise<Spool>
  /** The process is gone. */
  kill(spool: Spool): Promise<void>
  readonly files?: ForgetfulFiles
}

export class Play {
  readonly #world: World
  #spool!: Spool
  /** Not released, in order; the first `#lent` of them were read. */
  #held: HeldEntry[] = []
  #lent = 0
  /** What was released earlier may come back when the power goes. */
  readonly #released = new Map<string, number>()
  #records = 0
  #syncFailed = false
  /** Told by this run. */
  #damaged = 0
  /** Damaged by losses of power. */
  #lost = 0

  constructor(world: World) {
    this.#world = world
  }

  async run(actions: readonly Action[]): Promise<void> {
    await this.#open()
    for (const action of actions) {
      await this.#do(action)
      expect(this.#spool.entries).toBe(this.#held.length)
    }
    await this.#do({ do: 'reopen' })
    await this.#spool.close()
  }

  async #open(): Promise<void> {
    this.#damaged = 0
    this.#lent = 0
    this.#spool = await this.#world.open((entries) => {
      this.#damaged += entries
    })
  }

  async #do(action: Action): Promise<void> {
    const { files } = this.#world
    if (action.do === 'append') await this.#append(action.sizes)
    else if (action.do === 'burst') {
      await Promise.all(
        Array.from({ length: action.count }, async (_, i) => (i % 2 ? this.#sync() : this.#append([20]))),
      )
    } else if (action.do === 'sync') await this.#sync()
    else if (action.do === 'read') await this.#read()
    else if (action.do === 'readAll') while (await this.#read());
    else if (action.do === 'release') await this.#release(Math.round(action.part * this.#lent))
    else if (action.do === 'rewind') {
      this.#spool.rewind()
      this.#lent = 0
    } else if (action.do === 'reopen') {
      await this.#spool.close()
      this.#syncFailed = false
      await this.#open()
      await this.#expectAll()
    } else if (action.do === 'kill') {
      await this.#world.kill(this.#spool)
      await this.#open()
      await this.#expectAll()
      this.#held = this.#held.map((entry) => {
        const isDoubtful = entry.isDoubtful === true || (this.#syncFailed && !entry.isDurable)
        return { ...entry, isDoubtful, isDurable: !isDoubtful }
      })
      this.#syncFailed = false
    } else if (action.do === 'losePower') {
      files!.losePower(randomOf(action.seed))
      await this.#open()
      await this.#takeSurvivors()
    } else if (action.do === 'failSync') {
      files!.failingSyncs = 1
      await this.#sync()
      files!.failingSyncs = 0
    } else {
      files!.bytesFree = action.bytesFree
      await this.#append([200])
      await this.#append([10])
      files!.bytesFree = Number.POSITIVE_INFINITY
    }
  }

  async #append(sizes: readonly number[]): Promise<void> {
    const record = this.#records++
    const texts = sizes.map((bytes, i) => `${record}.${i} `.padEnd(bytes, '.'))
    const batch = batchOf(texts)
    const bytesBefore = this.#spool.bytes
    try {
      await this.#spool.append(batch)
      this.#held.push(...texts.map((text) => ({ text, record, isDurable: false })))
    } catch (error) {
      const { code } = error as SpoolError
      if (code === 'too_large') expect(recordBytesOf(batch)).toBeGreaterThan(bytesMax)
      else if (code === 'full')
        expect(Math.max(bytesBefore, this.#spool.bytes) + recordBytesOf(batch)).toBeGreaterThan(bytesMax)
      else if (code !== 'no_space' || this.#world.files?.bytesFree === Number.POSITIVE_INFINITY) throw error
    }
    if (this.#world.files === undefined) expect(this.#spool.bytes).toBeLessThanOrEqual(bytesMax)
  }

  async #sync(): Promise<void> {
    const before = this.#held.length
    const failing = this.#world.files?.failingSyncs === 1
    try {
      await this.#spool.sync()
      this.#held = this.#held.map((entry, i) => (i < before ? { ...entry, isDurable: !entry.isDoubtful } : entry))
      this.#syncFailed = false
    } catch (error) {
      expect((error as SpoolError).code).toBe('sync_failed')
      if (!failing) throw error
      this.#syncFailed = true
    }
  }

  async #read(): Promise<boolean> {
    const batch = await this.#spool.read()
    const rest = this.#held.slice(this.#lent)
    const expected = rest.filter(({ record }) => record === rest[0]!.record).map(({ text }) => text)
    expect(batch && textsOf(batch)).toEqual(rest.length > 0 ? expected : undefined)
    this.#lent += expected.length
    return batch !== undefined
  }

  async #release(entries: number): Promise<void> {
    await this.#spool.release(entries)
    for (const { text, record } of this.#held.splice(0, entries)) this.#released.set(text, record)
    this.#lent -= entries
  }

  /** Nothing is missing and nothing comes twice; then begin anew. */
  async #expectAll(): Promise<void> {
    while (await this.#read());
    expect(this.#damaged, 'what an earlier run has told, while entries before it are held').toBeLessThanOrEqual(
      this.#lost,
    )
    expect(this.#spool.recovered.entries).toBe(this.#held.length + this.#damaged)
    await this.#do({ do: 'rewind' })
  }

  /** After a loss of power the spool says what it holds, and that must be right. */
  async #takeSurvivors(): Promise<void> {
    const known = new Map([...this.#released, ...this.#held.map(({ text, record }) => [text, record] as const)])
    const survivors: HeldEntry[] = []
    for (let batch = await this.#spool.read(); batch !== undefined; batch = await this.#spool.read()) {
      const texts = textsOf(batch)
      const record = known.get(texts[0]!)!
      const whole = [...known].filter(([, of]) => of === record).map(([text]) => text)
      expect(texts, 'a record is whole, without what was released of it').toEqual(whole.slice(-texts.length))
      survivors.push(...texts.map((text) => ({ text, record, isDurable: true })))
    }
    const records = survivors.map(({ record }) => record)
    expect(records, 'in order').toEqual(records.toSorted((a, b) => a - b))
    const texts = new Set(survivors.map(({ text }) => text))
    expect(texts.size, 'once').toBe(survivors.length)
    for (const { text, isDurable } of this.#held) if (isDurable) expect(texts).toContain(text)
    expect(survivors.length + this.#damaged).toBe(this.#spool.recovered.entries)
    this.#held = survivors
    this.#syncFailed = false
    this.#lost = this.#damaged
    await this.#do({ do: 'rewind' })
  }
}
