/**
 * The key of all markers of a deployment, which lies in the state directory: made at the first start, and secret. It is put there as a whole, so
 * a crash leaves none or all of it; one that is too short was put there by somebody else, and markers made with it could be guessed.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { replaceDurably } from '../../disk/durable.ts'
import { ConfigError } from '../../errors.ts'
import { redactKeyBytesMin } from '../../limits.ts'
import type { HmacKey } from './marker.ts'

const keyBytes = 32

/** Rejects with ConfigError. */
export async function openRedactKey(path: string): Promise<HmacKey> {
  const key = await readOrMake(path).catch((error: Error) => {
    throw faultOf(`The key of redacted values cannot be had: ${error.message}`)
  })
  if (key.length >= redactKeyBytesMin) return key
  throw faultOf(
    `${path} has ${key.length} bytes, and whoever guesses it can find out what was redacted; ${redactKeyBytesMin} are the least.\n` +
      `Remove it, and a new one is made. Values that are redacted from then on have other markers.`,
  )
}

async function readOrMake(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const key = randomBytes(keyBytes)
    await replaceDurably(path, key, 0o600)
    return key
  }
}

function faultOf(message: string): ConfigError {
  return new ConfigError([{ code: 'audit_redact_key', path: 'audit.stateDir', message }])
}
