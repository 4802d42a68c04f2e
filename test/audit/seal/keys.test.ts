/** Which keys are used, which are refused, and that a key stays where it is. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generatedKeyName, openGeneratedKey, readSigningKey } from '../../../src/audit/seal/keys.ts'
import { SealError } from '../../../src/errors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const pem = (type: 'ed25519' | 'x25519' = 'ed25519') =>
  generateKeyPairSync(type as 'ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })

test('a key is made on the first call, for its owner alone, and is the same on the next', () => {
  const stateDir = join(folder, 'state', 'audit')
  const first = openGeneratedKey(stateDir)
  expect(first).toMatchObject({ created: true, path: join(stateDir, generatedKeyName) })
  expect(statSync(stateDir).mode & 0o777).toBe(0o700)
  expect(statSync(first.path).mode & 0o777).toBe(0o600)
  expect(readFileSync(`${first.path}.pub`, 'utf8')).toBe(first.signer.publicKeyPem)
  const second = openGeneratedKey(stateDir)
  expect(second.created).toBe(false)
  expect(second.signer.keyId).toBe(first.signer.keyId)
  expect(first.signer.keyId).toMatch(/^[0-9a-f]{32}$/)
})

test('what it signs, its public half confirms', () => {
  const { signer } = openGeneratedKey(folder)
  const signature = Buffer.from(signer.sign('text'), 'base64')
  expect(verify(null, Buffer.from('text'), createPublicKey(signer.publicKeyPem), signature)).toBe(true)
})

test('printing a signer shows nothing of the key', () => {
  const { signer, path } = openGeneratedKey(folder)
  const secret = readFileSync(path, 'utf8').split('\n')[1]!
  expect(JSON.stringify(signer)).not.toContain(secret)
  expect(Object.values(signer).join()).not.toContain(secret)
})

test.each([
  ['others may read it', 0o644],
  ['the group may read it', 0o640],
])('refused: %s', (_, mode) => {
  const path = join(folder, 'key.pem')
  writeFileSync(path, pem())
  chmodSync(path, mode)
  expect(() => readSigningKey(path)).toThrow(expect.objectContaining({ code: 'key_exposed', path }))
  expect(() => readSigningKey(path)).toThrow(`chmod 600 ${path}`)
})

test('refused: others may put another one in its place', () => {
  const open = join(folder, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  const path = join(open, 'key.pem')
  writeFileSync(path, pem(), { mode: 0o600 })
  expect(() => readSigningKey(path)).toThrow(expect.objectContaining({ code: 'key_exposed' }))
  chmodSync(open, 0o1777)
  expect(readSigningKey(path).keyId).toMatch(/./)
})

test.each([
  ['no key', 'nothing of the kind', 'not_a_key'],
  ['a key for something else', pem('x25519'), 'not_a_key'],
])('refused: %s, without a word of what was in it', (_, content, code) => {
  const path = join(folder, 'key.pem')
  writeFileSync(path, content, { mode: 0o600 })
  try {
    readSigningKey(path)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(SealError)
    expect(error).toMatchObject({ code })
    expect(`${(error as Error).stack}${(error as Error).cause}`).not.toContain('nothing of the kind')
  }
})

test('refused: a link, and what is not there', () => {
  const path = join(folder, 'key.pem')
  expect(() => readSigningKey(path)).toThrow(expect.objectContaining({ code: 'key_unreadable' }))
  writeFileSync(join(folder, 'real.pem'), pem(), { mode: 0o600 })
  symlinkSync(join(folder, 'real.pem'), path)
  expect(() => readSigningKey(path)).toThrow(expect.objectContaining({ code: 'key_exposed' }))
})
