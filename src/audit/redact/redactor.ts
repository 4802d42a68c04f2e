/** Redaction as the configuration asks for it, with the key that lies in the state directory. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AuditSource, RedactConfig } from '../../config/audit-config.ts'
import { writeDurablyNow } from '../../disk/durable.ts'
import type { EventRedactor, Redactor } from '../intake/intake.ts'
import { noteRedaction, redactEvent, redactMeshRecord } from './redact.ts'

/** Null: nothing is to be taken out. Values that are can be recognised by who has the key. Throws the system's error. */
export function redactorOf(kind: AuditSource['kind'], redact: RedactConfig, keyPath: string): EventRedactor | null {
  if (!redact.secrets && !redact.configMaps && !redact.tokens) return null
  const key = readOrMakeKey(keyPath)
  const rest: Redactor = (bytes) => redactMeshRecord(bytes, redact, key)
  const whole: Redactor = kind === 'kubernetes' ? (bytes) => redactEvent(bytes, redact, key) : rest
  return { whole, rest, note: (event, level, edits) => noteRedaction(event, { level, edits, options: redact, key }) }
}

function readOrMakeKey(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const key = randomBytes(32)
    writeDurablyNow(path, key, { mode: 0o600, flag: 'wx' })
    return key
  }
}
