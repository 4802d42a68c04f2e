/** `als-sink audit verify`: the answer for programs, the one for people, and exit codes. All that is found: test/audit/seal. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newSigner, newTrail, record, records, type Trail } from '../audit/seal/kit.ts'
import { runHere } from './run-here.ts'

async function trailOf(count: number) {
  const trail = newTrail()
  for (let number = 1; number <= count; number++) await trail.write(record(number))
  await trail.end()
  return { trail, path: trail.path, key: trail.publicKey, kept: trail.keep('kept', trail.checkpoints.join('')) }
}

test('a sound file, with key and checkpoint', async () => {
  const { path, key, kept } = await trailOf(3)
  const { code, stdout } = await runHere(
    'audit',
    'verify',
    path,
    '--public-key',
    key,
    '--checkpoint',
    kept,
    '--output',
    'json',
  )
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, records: 3, problems: [] })
  expect(code).toBe(0)
})

test('without them it says what was not shown', async () => {
  const { path } = await trailOf(1)
  const { code, stdout } = await runHere('audit', 'verify', path)
  expect(stdout).toContain('1 record as it was sealed, 0 problems.')
  expect(stdout).toContain('--public-key')
  expect(stdout).toContain('--checkpoint')
  expect(code).toBe(0)
})

test('a problem: file, byte, record, and what happened', async () => {
  const { trail, path } = await trailOf(3)
  writeFileSync(path, trail.read().replace('id-2', 'id-x'))
  const people = await runHere('audit', 'verify', path)
  expect(people.stdout).toContain(
    `${path}, byte 64: record 2 is not what was written: 64 bytes that were never sealed stand in its place. [edited]`,
  )
  expect(people.code).toBe(1)
  const programs = await runHere('audit', 'verify', path, '--output', 'json')
  expect(JSON.parse(programs.stdout)).toMatchObject({
    ok: false,
    records: 2,
    problems: [{ kind: 'edited', file: path, offset: 64, sequence: 2 }],
  })
  expect(programs.code).toBe(1)
})

test('a key that is none is told with how to mend it', async () => {
  const { path, kept } = await trailOf(1)
  const { code, stderr } = await runHere('audit', 'verify', path, '--public-key', kept)
  expect(stderr).toContain('does not hold a public key in PEM')
  expect(code).toBe(1)
})

test('without a file it is wrong usage', async () => {
  expect((await runHere('audit', 'verify')).code).toBe(2)
})

const length = Buffer.byteLength(record(10))

/** A rotated file with records 10 to 14 and a live one with 15 to 19; a checkpoint of each end was kept elsewhere. */
async function attacked(attack: (trail: Trail, backup: string) => void | Promise<void>) {
  const trail = newTrail()
  await trail.write(...records(10, 14))
  const backup = await trail.rotate()
  await trail.write(...records(15, 19))
  await trail.end()
  const options = ['--public-key', trail.publicKey, '--checkpoint', trail.keep('kept', trail.checkpoints.join(''))]
  await attack(trail, backup)
  const programs = await runHere('audit', 'verify', trail.path, ...options, '--output', 'json')
  const people = await runHere('audit', 'verify', trail.path, ...options)
  expect([programs.code, people.code]).toEqual([1, 1])
  const { ok, problems } = JSON.parse(programs.stdout)
  expect(ok).toBe(false)
  for (const { kind, file, offset } of problems) {
    expect(people.stdout).toContain(`${file}, byte ${offset}`)
    expect(people.stdout).toContain(`[${kind}]`)
  }
  return problems.map(({ kind, file, offset, sequence }: Record<string, unknown>) => [
    ...[kind, `${file}`.replace(`${trail.folder}/`, '').replace(/-[\dT-]+\.\d+/, '-then'), offset, sequence],
  ])
}

const seal = (file: string) => `${file}.seal`
const keep = (trail: Trail, file: string, count: number) => trail.put(trail.lines(file).slice(0, count), file)

test.each<[string, (trail: Trail, backup: string) => void | Promise<void>, unknown[]]>([
  [
    'an edited record',
    (trail) => writeFileSync(trail.path, trail.read().replace('id-17', 'id-71')),
    ['edited', 'audit.log', 2 * length, 8],
  ],
  [
    'a deleted record, with its line in the seal',
    (trail, backup) => {
      trail.put(trail.lines(backup).toSpliced(2, 1), backup)
      trail.put(trail.lines(seal(backup)).toSpliced(3, 1), seal(backup))
    },
    ['deleted', 'audit-then.log', 2 * length, 3],
  ],
  [
    'records in another order',
    (trail, backup) => {
      const [a, b, c, ...rest] = trail.lines(backup)
      trail.put([a!, c!, b!, ...rest], backup)
    },
    ['reordered', 'audit-then.log', 2 * length, 2],
  ],
  [
    'a tail cut off of both files',
    (trail) => {
      keep(trail, trail.path, 2)
      keep(trail, seal(trail.path), 3)
    },
    ['cut_tail', 'audit.log', 2 * length, 8],
  ],
  [
    'files that were swapped',
    (trail, backup) => {
      for (const of of [(file: string) => file, seal]) {
        renameSync(of(trail.path), of(`${trail.path}.away`))
        renameSync(of(backup), of(trail.path))
        renameSync(of(`${trail.path}.away`), of(backup))
      }
    },
    ['swapped', 'audit-then.log', 0, 6],
  ],
  [
    'a trail that was made anew with another key',
    async (trail) => {
      const forged = newTrail()
      Object.assign(forged, { signer: newSigner() })
      await forged.write(...records(15, 19))
      await forged.end()
      for (const suffix of ['', '.seal'])
        writeFileSync(`${trail.path}${suffix}`, readFileSync(`${forged.path}${suffix}`))
    },
    ['foreign_key', 'audit.log.seal', 0, 0],
  ],
  [
    'an old checkpoint at the end',
    (trail, backup) => {
      const lines = trail.lines(seal(trail.path))
      trail.put([...lines, trail.lines(seal(backup)).at(-1)!], seal(trail.path))
    },
    ['replayed_checkpoint', 'audit.log.seal', expect.any(Number), 5],
  ],
])('%s: found, named, and with its offset', async (_, attack, problem) => {
  expect(await attacked(attack)).toContainEqual(problem)
})

test('an older copy of everything, put back: the end is missing', async () => {
  const trail = newTrail()
  await trail.write(...records(10, 12))
  await trail.end()
  const copies = trail.names().map((name) => [name, readFileSync(`${trail.folder}/${name}`)] as const)
  trail.open()
  await trail.write(...records(13, 14))
  await trail.end()
  const options = ['--public-key', trail.publicKey, '--checkpoint', trail.keep('kept', trail.checkpoints.at(-1)!)]
  for (const [name, bytes] of copies) writeFileSync(`${trail.folder}/${name}`, bytes)
  const { code, stdout } = await runHere('audit', 'verify', trail.path, ...options, '--output', 'json')
  expect(JSON.parse(stdout).problems).toMatchObject([
    { kind: 'cut_tail', file: trail.path, offset: 3 * length, sequence: 4 },
  ])
  expect(code).toBe(1)
})
