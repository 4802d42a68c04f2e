/** `audit key`: the public half is printed, the secret one never; and a key is made only when that is asked for. */
import { createPublicKey } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratch } from './run.ts'
import { runHere } from './run-here.ts'

test('a key is made on request, and then printed as it is', async () => {
  const path = join(scratch(), 'keys', 'seal.pem')
  const missing = await runHere('audit', 'key', path)
  expect([missing.code, existsSync(path)]).toEqual([1, false])
  expect(missing.stderr).toContain(`There is no key at ${path}.`)

  const made = await runHere('audit', 'key', path, '--create')
  expect(made.code).toBe(0)
  expect(made.stderr).toMatch(/^Made key [0-9a-f]{32}\.\n$/)
  expect(createPublicKey(made.stdout).asymmetricKeyType).toBe('ed25519')
  expect(readFileSync(`${path}.pub`, 'utf8')).toBe(made.stdout)
  expect(statSync(path).mode & 0o777).toBe(0o600)

  const again = await runHere('audit', 'key', path, '--create', '--output', 'json')
  const { key, publicKey, created } = JSON.parse(again.stdout) as Record<string, unknown>
  expect([publicKey, created]).toEqual([made.stdout, false])
  expect(made.stderr).toContain(String(key))
  for (const { stdout, stderr } of [made, again]) expect(stdout + stderr).not.toContain('PRIVATE')
})

test('a key that others may read is refused', async () => {
  const path = join(scratch(), 'seal.pem')
  await runHere('audit', 'key', path, '--create')
  chmodSync(path, 0o644)
  const refused = await runHere('audit', 'key', path)
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toContain(`chmod 600 ${path}`)
})
