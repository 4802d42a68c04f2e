/** `als-sink audit verify`: the answer for programs, the one for people, and exit codes. What is found: test/audit/seal. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newTrail, record } from '../audit/seal/kit.ts'
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
