/**
 * The end of the process, or of the power, at every call to the file system: in the middle of an append, a sync, a rotation, a removal. What was
 * acknowledged before is there exactly once, no line is torn, and the chain verifies.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Signer } from '../../../src/audit/seal/keys.ts'
import type { SealEvent } from '../../../src/audit/seal/sealed-file-options.ts'
import { createSealedFileWriter } from '../../../src/audit/seal/sealed-file-writer.ts'
import { verify } from '../../../src/audit/seal/verify/verify.ts'
import { systemClock } from '../../../src/pipeline/clock.ts'
import { ForgetfulFiles } from '../../spool/forgetful-files.ts'
import { batchFrom, factsOf, newSigner, noLimits, record, startMs } from './kit.ts'

const folder = '/audit'
const path = join(folder, 'audit.log')
const signer = newSigner()
const batches = 5
const perBatch = 2

interface HistoryOptions {
  readonly retained?: number
  readonly unsealed?: 'seal' | 'setAside'
}

/** One life of a history: batches until all are written or it ends. */
class History {
  readonly files = new ForgetfulFiles()
  readonly acknowledged: number[] = []
  readonly events: SealEvent[] = []
  /** What a second place was told. */
  readonly checkpoints: string[] = []
  readonly #retained: number
  readonly #unsealed: 'seal' | 'setAside'
  readonly #signer: Signer
  nowMs = startMs

  constructor({ retained = 0, unsealed = 'setAside' }: HistoryOptions = {}) {
    this.#retained = retained
    this.#unsealed = unsealed
    this.#signer = signer
  }

  /** `trouble`: called before each batch. A batch that is refused comes again, as it would from an outbox. */
  async live(trouble: (batch: number) => void = () => {}): Promise<void> {
    const writer = createSealedFileWriter({
      path,
      files: this.files,
      signer: this.#signer,
      factsOf,
      clock: { ...systemClock, after: () => () => {} },
      nowMs: () => this.nowMs,
      checkpointEveryMs: 3_000,
      rotation: { ...noLimits, maxBytes: 64 * 4, maxRetainedFiles: this.#retained },
      unsealed: this.#unsealed,
      bringsAgain: () => true,
      onEvent: (event) => {
        this.events.push(event)
        if (event.kind === 'checkpoint') this.checkpoints.push(event.line)
      },
    })
    try {
      await writer.open()
      for (let batch = this.acknowledged.length; batch < batches; batch++) {
        this.nowMs += 1_000
        const numbers = Array.from({ length: perBatch }, (_, i) => 10 + batch * perBatch + i)
        trouble(batch)
        const entries = batchFrom(numbers.map((number) => record(number)))
        for (let tries = 1; ; tries++) {
          try {
            await writer.write(entries, new AbortController().signal)
            break
          } catch (error) {
            if (tries === 5 || this.files.isDead || this.files.bytesFree < 1e6) throw error
          }
        }
        this.acknowledged.push(batch)
      }
      await writer.close()
    } catch {
      await writer.close().catch(() => {})
    }
  }

  /** Everything onto a real disk; answers the folder. */
  async dump(): Promise<string> {
    const real = mkdtempSync(join(tmpdir(), 'als-sink-crash-'))
    for (const name of await this.files.names(folder)) {
      const file = await this.files.open(join(folder, name))
      const bytes = Buffer.alloc(await file.bytes())
      await file.read(bytes, 0)
      writeFileSync(join(real, name), bytes)
    }
    writeFileSync(join(real, 'key.pub'), signer.publicKeyPem)
    writeFileSync(join(real, 'kept'), this.checkpoints.join(''))
    return real
  }

  /** How often each record is in one of the audit files. */
  async counts(): Promise<Map<number, number>> {
    const counts = new Map<number, number>()
    for (const name of await this.files.names(folder)) {
      if (!name.endsWith('.log')) continue
      const file = await this.files.open(join(folder, name))
      const bytes = Buffer.alloc(await file.bytes())
      await file.read(bytes, 0)
      const text = bytes.toString()
      expect(text === '' || text.endsWith('\n'), name).toBe(true)
      for (const line of text.split('\n').slice(0, -1)) {
        const number = Number(JSON.parse(line).auditID.slice(3))
        counts.set(number, (counts.get(number) ?? 0) + 1)
      }
    }
    return counts
  }
}

/** What was acknowledged, at once or when it came again, is there once. */
async function judge(history: History, at: string, { keepsAll = true } = {}): Promise<void> {
  const counts = await history.counts()
  for (let batch = 0; keepsAll && batch < batches; batch++) {
    for (let i = 0; i < perBatch; i++) {
      expect(counts.get(10 + batch * perBatch + i), `${at}, batch ${batch}`).toBe(1)
    }
  }
  const real = await history.dump()
  try {
    const checkpoints = history.checkpoints.length > 0 ? [join(real, 'kept')] : []
    const result = await verify([join(real, 'audit.log')], {
      publicKeys: [join(real, 'key.pub')],
      checkpoints,
      settleMs: 0,
    })
    expect(result.problems, at).toEqual([])
  } finally {
    rmSync(real, { recursive: true })
  }
  expect(
    history.events.filter(({ kind }) => kind === 'damaged'),
    at,
  ).toEqual([])
}

async function callsOf(options: HistoryOptions): Promise<number> {
  const history = new History(options)
  await history.live()
  await judge(history, 'undisturbed', { keepsAll: !options.retained })
  return history.files.calls
}

test.each<[string, HistoryOptions & { retained: number }]>([
  ['killed', { retained: 0 }],
  ['killed, with retention', { retained: 1 }],
  ['without power', { retained: 0 }],
  ['without power, with retention', { retained: 1 }],
  ['killed, with what was not sealed sealed', { retained: 0, unsealed: 'seal' }],
  ['without power, with what was not sealed sealed', { retained: 0, unsealed: 'seal' }],
])(
  '%s at every call',
  async (how, options) => {
    const { retained } = options
    const calls = await callsOf(options)
    expect(calls).toBeGreaterThan(60)
    let random = 12345
    const next = () => (random = (random * 48271) % 2147483647) / 2147483647
    for (let fatal = 1; fatal <= calls; fatal++) {
      // Retention only adds calls to those of the other rounds.
      for (const fatalCallIsDone of retained === 0 ? [false, true] : [fatal % 2 === 0]) {
        const history = new History(options)
        Object.assign(history.files, { fatalCall: fatal, fatalCallIsDone })
        await history.live()
        if (how.startsWith('killed')) history.files.kill()
        else history.files.losePower(next)
        await history.live()
        expect(history.acknowledged).toHaveLength(batches)
        await judge(history, `${how} at call ${fatal}${fatalCallIsDone ? ', done' : ''}`, {
          keepsAll: !retained,
        })
      }
    }
  },
  120_000,
)

test.each([
  [1, 0],
  [2, 0],
  [3, 1],
  [2, 3],
])(
  '%i syncs that fail, %i truncations that do too, and then no power: what was acknowledged is there',
  async (syncs, truncates) => {
    let random = 54321
    const next = () => (random = (random * 48271) % 2147483647) / 2147483647
    for (let troubled = 0; troubled < batches; troubled++) {
      const history = new History()
      await history.live((batch) => {
        if (batch !== troubled) return
        history.files.failingSyncs = syncs
        history.files.failingTruncates = truncates
      })
      expect(history.acknowledged).toHaveLength(batches)
      history.files.losePower(next)
      await history.live()
      await judge(history, `troubled at batch ${troubled}`)
    }
  },
)

test('the disk takes a few bytes at a time, and a write ends in the middle of a record or a line', async () => {
  for (let bytes = 1; bytes <= 700; bytes += 37) {
    const history = new History()
    history.files.writeBytesMax = bytes
    await history.live()
    await judge(history, `${bytes} bytes at a time`)
  }
})

test.each([1, 2])('a full disk (%i): nothing half written, and it goes on when there is room', async (seed) => {
  for (let room = seed * 50; room < 9_000; room += 350) {
    const history = new History()
    history.files.bytesFree = room
    await history.live()
    history.files.kill()
    history.files.bytesFree = Number.POSITIVE_INFINITY
    await history.live()
    await judge(history, `${room} bytes of room`)
  }
})
