/** How the verifier deals with files that live, are large, are copied alone, or are not there. What attacks look like: `../attacks.test.ts`. */
import { appendFileSync, copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { verify } from '../../../../src/audit/seal/verify/verify.ts'
import { verifyProblemsMax } from '../../../../src/limits.ts'
import { newTrail, places, record, records } from '../kit.ts'

test('a file that is being written: what has no seal yet is no problem once the seal grows', async () => {
  const trail = newTrail()
  await trail.write(record(1))
  const seal = `${trail.path}.seal`
  appendFileSync(trail.path, record(2))
  const busy = setInterval(() => appendFileSync(seal, '{"kind":"rec'), 20)
  try {
    expect(await trail.verify({ settleMs: 5_000 })).toMatchObject({ ok: true, records: 1 })
  } finally {
    clearInterval(busy)
  }
})

test('a file that nobody writes any more is told to hold more than was sealed', async () => {
  const trail = newTrail()
  await trail.write(record(1))
  await trail.end()
  appendFileSync(trail.path, record(2))
  appendFileSync(`${trail.path}.seal`, '{"kind":"rec')
  expect(places((await trail.verify({ settleMs: 60 })).problems)).toEqual([
    ['unsealed', 'audit.log', 64, null],
    ['torn', 'audit.log.seal', expect.any(Number), 1],
  ])
})

test('a rotated file may be verified alone, elsewhere, and compressed', async () => {
  const trail = newTrail()
  await trail.write(record(1))
  await trail.rotate()
  await trail.write(record(2))
  const backup = await trail.rotate()
  await trail.end()
  const elsewhere = join(trail.folder, 'copies')
  mkdirSync(elsewhere)
  const copy = join(elsewhere, basename(backup))
  writeFileSync(`${copy}.gz`, gzipSync(record(2)))
  copyFileSync(`${backup}.seal`, `${copy}.seal`)
  expect(await verify([`${copy}.gz`], { publicKeys: [trail.publicKey] })).toMatchObject({ ok: true, records: 1 })
  writeFileSync(`${copy}.gz`, gzipSync(record(2)).subarray(0, 30))
  expect((await verify([`${copy}.gz`])).problems).toMatchObject([{ kind: 'unreadable', file: `${copy}.gz` }])
  writeFileSync(`${copy}.gz`, gzipSync(gunzipSync(gzipSync(record(3)))))
  expect((await verify([`${copy}.gz`])).problems).toMatchObject([{ kind: 'edited', offset: 0, sequence: 2 }])
})

test("a shell's * finds seals, manifests and keys as well: they are passed over", async () => {
  const trail = newTrail()
  await trail.write(record(1))
  await trail.rotate()
  await trail.write(record(2))
  await trail.end()
  const publicKeys = [trail.publicKey]
  const all = trail.names().map((name) => join(trail.folder, name))
  expect(await verify(all, { publicKeys })).toMatchObject({ ok: true, records: 2, problems: [] })
})

test('files that are not there, and folders', async () => {
  const trail = newTrail()
  expect(places((await verify([join(trail.folder, 'no.log')])).problems)).toEqual([['missing_file', 'no.log', 0, null]])
  await expect(verify(['/no/such/folder/audit.log'])).rejects.toMatchObject({ code: 'ENOENT' })
})

test.each([
  ['publicKeys', 'not_a_key'],
  ['checkpoints', 'no_checkpoint'],
] as const)('%s that are none', async (option, code) => {
  const trail = newTrail()
  await trail.write(record(1))
  for (const file of [trail.keep('none', 'nothing of the kind\n'), join(trail.folder, 'not there')]) {
    await expect(verify([trail.path], { [option]: [file] })).rejects.toMatchObject({ code, path: file })
  }
})

test('two trails at once, each with its checkpoints', async () => {
  const [a, b] = [newTrail(), newTrail()]
  for (const trail of [a, b]) {
    await trail.write(...records(1, 3))
    await trail.end()
  }
  const checkpoints = [a.keep('kept', [...a.checkpoints, ...b.checkpoints].join(''))]
  const publicKeys = [a.publicKey, b.publicKey]
  expect(await verify([a.path, b.path], { checkpoints, publicKeys })).toMatchObject({ ok: true, records: 6 })
  truncateSync(b.path, 64)
  expect((await verify([a.path, b.path], { checkpoints, publicKeys })).problems).toMatchObject([
    { kind: 'cut_tail', file: b.path, offset: 64, sequence: 2, count: 2 },
  ])
})

test('thousands of problems: all are counted, some are listed', async () => {
  const trail = newTrail()
  await trail.write(...records(1, 3_000))
  await trail.end()
  trail.put(trail.lines().map((line) => line.replace('Event', 'Nothing')))
  const { problems, problemsTotal } = await trail.verify()
  expect(problems).toHaveLength(verifyProblemsMax)
  expect(problemsTotal).toBe(3_000)
})

test('a record moved further than the verifier looks is missing in one place and unsealed in the other', async () => {
  const trail = newTrail()
  const many = 40_000
  await trail.write(...records(1, many))
  await trail.end()
  const lines = trail.lines()
  trail.put([...lines.slice(0, 10), ...lines.slice(11), lines[10]!])
  const { problems, records: sound } = await trail.verify()
  expect(problems).toMatchObject([
    { kind: 'deleted', sequence: 11, count: 1 },
    { kind: 'unsealed', sequence: null, count: 1 },
  ])
  expect(sound).toBe(many - 1)
})
