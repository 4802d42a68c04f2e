/** Whoever waits for records on a sealed file waits for their commit, and not for the one behind it. */
import { expect, test } from 'vitest'
import { nodeFiles, type SealFile, type SealFiles } from '../../../src/audit/seal/files.ts'
import { Budget } from '../../../src/pipeline/budget.ts'
import { Outbox } from '../../../src/pipeline/outbox.ts'
import { WriterShare } from '../../../src/writers/shared.ts'
import { identifierOf } from '../../pipeline/runs.ts'
import { newTrail, record } from './kit.ts'

/** The real files; once `text` was written to one, its next sync ends only when it is let. */
function holding(text: string) {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const real = nodeFiles(0o600)
  const wrap = (file: SealFile) => {
    const { write, sync } = { write: file.write.bind(file), sync: file.sync.bind(file) }
    let isHeld = false
    return Object.assign(file, {
      write: (parts: readonly Uint8Array[], at: number) => {
        isHeld ||= Buffer.concat(parts).includes(text)
        return write(parts, at)
      },
      sync: async () => {
        if (isHeld) await released
        return sync()
      },
    })
  }
  const files: SealFiles = {
    ...real,
    create: async (path) => wrap(await real.create(path)),
    open: async (path) => wrap(await real.open(path)),
  }
  return { files, release }
}

test('a receipt does not wait for the batch that is written next', async () => {
  const trail = newTrail()
  const { files, release } = holding('id-2')
  const writer = new WriterShare(trail.open({ files })).join()
  const options = { queueBytesMax: 1 << 20, whenFull: 'block', flushAfterMs: 60_000 } as const
  const outbox = new Outbox({ ...options, name: 'audit', writer, budget: new Budget(1 << 28) })
  const put = (number: number) => {
    const bytes = Buffer.from(record(number))
    outbox.put(bytes, 0, Int32Array.of(bytes.length), 1, identifierOf('prod'))
    const receipt = outbox.receipt()
    outbox.hurry()
    return receipt
  }
  const [first, second] = [put(1), put(2)]
  let isSecondSafe = false
  const later = second.then(() => {
    isSecondSafe = true
  })
  await first
  expect(isSecondSafe).toBe(false)
  release()
  await later
  await outbox.stop()
  expect(await trail.verify()).toMatchObject({ ok: true, records: 2, problems: [] })
})
