/**
 * A quick no for most events: nothing of what redaction looks for is in them, at whatever level they are kept and whatever is switched on. Who is
 * not sure says no, and then the event is looked at (`redact.ts`).
 */
import { bracketOpen } from '../json/bytes.ts'
import { type Ask, keysOf, type Outline } from '../json/outline.ts'
import type { JsonObject } from '../json/read-object.ts'
import { hiddenWord, numbersOf } from '../json/words.ts'
import { tellingKinds, tellingResources, tellingWord } from './about.ts'
import { tellingQuery } from './request-uri.ts'
import { mayHoldTokens } from './tokens.ts'

const key = keysOf(
  ...(['requestURI', 'objectRef', 'requestObject', 'responseObject', 'kind', 'resource', 'items', 'rows'] as const),
)
const kinds = numbersOf(tellingKinds)
const resources = numbersOf(tellingResources)

/** `outline`: of that event. */
export function isQuiet(event: JsonObject, outline: Outline): boolean {
  if (mayHoldTokens(event) || outline.wordOf(key.requestURI) === hiddenWord) return false
  const uri = outline.textOf(key.requestURI)
  if (uri !== null && (tellingWord.test(uri) || (uri.includes('?') && tellingQuery.test(uri)))) return false
  return (
    !outline.someWithin(key.objectRef, refersToTelling) &&
    !outline.someWithin(key.requestObject, mayHoldTelling) &&
    !outline.someWithin(key.responseObject, mayHoldTelling)
  )
}

const refersToTelling: Ask = (inner, value) =>
  inner === hiddenWord || (inner === key.resource && (value === hiddenWord || resources.has(value)))

/** Of a body: its kind, or that it holds other objects. */
const mayHoldTelling: Ask = (inner, value, firstByte) => {
  switch (inner) {
    case hiddenWord:
      return true
    case key.kind:
      return value === hiddenWord || kinds.has(value)
    case key.items:
    case key.rows:
      return firstByte === bracketOpen
    default:
      return false
  }
}
