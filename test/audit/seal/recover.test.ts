/** Files as an end of the process can leave them, cut at any byte that the order of writes allows. */
import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newTrail, record, records, type Trail } from './kit.ts'

/** Three batches of two records; ends of the batches in both files. */
async function written(): Promise<{
  trail: Trail
  audit: string
  seal: string
  ends: { audit: number; seal: number }[]
}> {
  const trail = newTrail()
  const ends: { audit: number; seal: number }[] = []
  for (let batch = 0; batch < 3; batch++) {
    await trail.write(...records(batch * 2 + 10, batch * 2 + 11))
    ends.push({ audit: trail.read().length, seal: trail.read(`${trail.path}.seal`).length })
  }
  await trail.end()
  return { trail, audit: trail.read(), seal: trail.read(`${trail.path}.seal`), ends }
}

async function reopened(trail: Trail, audit: string, seal: string): Promise<string> {
  for (const suffix of ['.manifest', '.torn', '.seal.torn']) rmSync(`${trail.path}${suffix}`, { force: true })
  writeFileSync(trail.path, audit)
  writeFileSync(`${trail.path}.seal`, seal)
  trail.events.length = 0
  await trail.write(record(99))
  await trail.end()
  expect(trail.told('damaged')).toEqual([])
  expect((await trail.verify()).problems).toEqual([])
  return trail.read()
}

test.each([0, 1, 2])('batch %i was being written to the audit file', async (batch) => {
  const { trail, audit, seal, ends } = await written()
  const { audit: from = 0, seal: sealed = seal.indexOf('\n') + 1 } = ends[batch - 1] ?? {}
  for (let cut = from; cut <= ends[batch]!.audit; cut += 7) {
    const whole = audit.slice(0, audit.lastIndexOf('\n', cut - 1) + 1)
    const torn = audit.slice(whole.length, cut)
    expect(await reopened(trail, audit.slice(0, cut), seal.slice(0, sealed))).toBe(whole + record(99))
    if (torn !== '') expect(trail.read(`${trail.path}.torn`)).toBe(`${torn}\n`)
  }
})

test.each([0, 1, 2])('batch %i was being sealed', async (batch) => {
  const { trail, audit, seal, ends } = await written()
  const from = batch === 0 ? 0 : ends[batch - 1]!.seal
  for (let cut = from; cut <= ends[batch]!.seal; cut += 41) {
    const kept = audit.slice(0, ends[batch]!.audit)
    expect(await reopened(trail, kept, seal.slice(0, cut))).toBe(kept + record(99))
  }
})

test('what the loss of power leaves of an unsynced append is kept aside from the first broken line on', async () => {
  const { trail, audit, seal } = await written()
  const zeros = '\0'.repeat(40)
  const after = await reopened(trail, `${audit}${record(50)}{"a":${zeros}}\n${record(51)}`, seal)
  expect(after).toBe(`${audit}${record(50)}${record(99)}`)
  expect(trail.read(`${trail.path}.torn`)).toBe(`{"a":${zeros}}\n${record(51)}\n`)
})

test('many records without seals, one of them longer than what is read at once', async () => {
  const { trail, audit, seal } = await written()
  const more = [...records(100, 5_000), record(5_001, 3_000_000), ...records(5_002, 9_000)].join('')
  await reopened(trail, audit + more, seal)
  expect(trail.told('recovered')).toMatchObject([{ adopted: 8_901 }])
  expect(await trail.verify()).toMatchObject({ records: 8_908, recovered: 8_901 })
})
