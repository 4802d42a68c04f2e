/** The key of redacted values: made once, and never one that could be guessed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openRedactKey } from '../../../src/audit/redact/key.ts'
import { ConfigError } from '../../../src/errors.ts'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-redact-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('it is made at the first start, for its owner alone, and is the same at the next', async () => {
  const folder = scratch()
  const path = join(folder, 'redact.key')
  const key = await openRedactKey(path)
  expect(key).toHaveLength(32)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await openRedactKey(path)).toEqual(key)
  expect(readdirSync(folder)).toEqual(['redact.key'])
})

test('what a crash has left of making it is not taken for it', async () => {
  const path = join(scratch(), 'redact.key')
  writeFileSync(`${path}.new`, '')
  const key = await openRedactKey(path)
  expect(key).toHaveLength(32)
  expect(readFileSync(path)).toEqual(key)
  expect(existsSync(`${path}.new`)).toBe(false)
})

test.each([0, 1, 15])('one of %i bytes is refused, and stays as it is', async (bytes) => {
  const path = join(scratch(), 'redact.key')
  writeFileSync(path, Buffer.alloc(bytes, 'x'))
  const refusal = await openRedactKey(path).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ConfigError)
  expect((refusal as ConfigError).faults).toEqual([
    {
      code: 'audit_redact_key',
      path: 'audit.stateDir',
      message: expect.stringMatching(new RegExp(`has ${bytes} bytes[^]*Remove it`)),
    },
  ])
  expect(readFileSync(path)).toHaveLength(bytes)
})

test('one that cannot be read is refused with the reason', async () => {
  await expect(openRedactKey(scratch())).rejects.toThrow(/audit\.stateDir: .*EISDIR/)
})

test('one of an operator is used as it is', async () => {
  const path = join(scratch(), 'redact.key')
  writeFileSync(path, 'sixteen letters!')
  expect(Buffer.from(await openRedactKey(path)).toString()).toBe('sixteen letters!')
})
