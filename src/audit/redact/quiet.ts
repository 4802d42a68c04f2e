/**
 * A quick no for most events: nothing of what redaction looks for is in them, at whatever level they are kept and whatever is switched on. The
 * walker has judged most of that (`json/assembly/quiet.ts`). Who is not sure says no, and then the event is looked at (`redact.ts`).
 */
import type { JsonObject } from '../json/read-object.ts'
import { mayHoldTokens } from './tokens.ts'

export function isQuiet(event: JsonObject): boolean {
  return event.quiet && !mayHoldTokens(event)
}
