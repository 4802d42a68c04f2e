/** Records that are brought again after a start: those that the trail has are not written twice, and nothing else is left out. */
import { expect, test } from 'vitest'
import { auditRepeatsMsMax } from '../../../src/limits.ts'
import { batchFrom, newTrail, noLimits, record, records, type Trail } from './kit.ts'

const bringsAgain = (source: string) => source.startsWith('k8s')

async function write(trail: Trail, entries: readonly string[], sources: readonly string[]): Promise<void> {
  await trail.writer.write(batchFrom(entries, sources), new AbortController().signal)
}

/** A trail that a process has left with records 1 to 4, of two sources in turn. */
async function left(): Promise<Trail> {
  const trail = newTrail()
  await write(trail, records(1, 4), ['k8s', 'mesh'])
  await trail.end()
  trail.open({ bringsAgain })
  return trail
}

const numbers = (trail: Trail) => trail.lines().map((line) => Number(JSON.parse(line).auditID.slice(3)))

test('amid what is new, and the seal is whole', async () => {
  const trail = await left()
  await write(trail, [record(1), record(5), record(3), record(6)], ['k8s'])
  expect(numbers(trail)).toEqual([1, 2, 3, 4, 5, 6])
  await trail.end()
  expect(await trail.verify()).toMatchObject({ ok: true, records: 6 })
})

test('only of sources that do so, each for itself', async () => {
  const trail = await left()
  await write(trail, records(1, 2), ['mesh'])
  await write(trail, records(1, 2), ['k8s-2'])
  await write(trail, records(1, 2), ['k8s'])
  // Record 2 was the other source's.
  expect(numbers(trail)).toEqual([1, 2, 3, 4, 1, 2, 1, 2, 2])
})

test('from files that were rotated away shortly before', async () => {
  const trail = newTrail()
  trail.open({ rotation: { ...noLimits, maxBytes: 2 * Buffer.byteLength(record(1)) } })
  await write(trail, records(1, 6), ['k8s'])
  await trail.end()
  // The third was full as well, and its rotation had begun when the writer was closed.
  expect(trail.told('rotated')).toHaveLength(3)
  expect(trail.told('trouble')).toEqual([])
  trail.open({ bringsAgain })
  await write(trail, records(1, 6), ['k8s'])
  await trail.end()
  expect(await trail.verify()).toMatchObject({ ok: true, records: 6 })
})

test('not what came long ago, and not when the start is long ago', async () => {
  const early = await left()
  early.nowMs += auditRepeatsMsMax + 1
  await write(early, [record(1)], ['k8s'])
  expect(numbers(early)).toEqual([1, 2, 3, 4, 1])
  const late = await left()
  await write(late, [record(1)], ['k8s'])
  late.nowMs += auditRepeatsMsMax + 1
  await write(late, [record(1)], ['k8s'])
  expect(numbers(late)).toEqual([1, 2, 3, 4, 1])
})

test('what this process has written itself is for its callers to know', async () => {
  const trail = newTrail()
  trail.open({ bringsAgain })
  await write(trail, [record(1), record(1)], ['k8s'])
  await write(trail, [record(1)], ['k8s'])
  expect(numbers(trail)).toEqual([1, 1, 1])
})
