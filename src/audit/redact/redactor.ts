/** Redaction as the configuration asks for it. */
import type { AuditSource, RedactConfig } from '../../config/audit-config.ts'
import type { EventRedactor, Redactor } from '../intake/intake.ts'
import type { HmacKey } from './marker.ts'
import { isQuiet } from './quiet.ts'
import { noteRedaction, redactEvent, redactMeshRecord } from './redact.ts'

/** Whether anything is to be taken out. */
export function redacts({ secrets, configMaps, tokens }: RedactConfig): boolean {
  return secrets || configMaps || tokens
}

/** Values that are taken out can be recognised by who has the key. */
export function redactorOf(kind: AuditSource['kind'], redact: RedactConfig, key: HmacKey): EventRedactor {
  const rest: Redactor = (bytes) => redactMeshRecord(bytes, redact, key)
  const whole: Redactor = kind === 'kubernetes' ? (bytes) => redactEvent(bytes, redact, key) : rest
  return {
    ...{ isQuiet, whole, rest },
    note: (event, level, edits) => noteRedaction(event, { level, edits, options: redact, key }),
  }
}
