/**
 * A quick no for most events: nothing of what redaction looks for is in them (`audit/redact/`), at whatever level they are kept and whatever is
 * switched on. Strings that may hold tokens are noted elsewhere. Who is not sure says no, and then the event is looked at.
 */
import { keyField, nextField, noteBytes, valueAtField, valueEndField, valueField } from './notes.ts'
import { placeOf } from './outline.ts'
import { tellsOfSecrets } from './request-uri.ts'
import {
  hiddenWord,
  isTelling,
  itemsWord,
  kindWord,
  objectRefWord,
  requestObjectWord,
  requestUriWord,
  resourceWord,
  responseObjectWord,
  rowsWord,
} from './words.ts'

const quote: u8 = 0x22
const bracketOpen: u8 = 0x5b

/** Of the event that was outlined last. */
export function isQuiet(): bool {
  const uri = placeOf(requestUriWord)
  if (uri != 0 && !isQuietUri(uri)) return false
  return !refersToTelling(placeOf(objectRefWord)) && isQuietBody(placeOf(requestObjectWord)) && isQuietBody(placeOf(responseObjectWord))
}

function isQuietUri(member: u32): bool {
  const at = load<u32>(member, valueAtField)
  if (load<u32>(member, valueField) == hiddenWord) return false
  return load<u8>(at) != quote || !tellsOfSecrets(at + 1, load<u32>(member, valueEndField) - 1)
}

/** Whether it names a resource that may hold secrets. */
function refersToTelling(member: u32): bool {
  if (member == 0) return false
  const end = load<u32>(member, nextField)
  for (let inner = member + noteBytes; inner < end; inner += noteBytes) {
    const key = load<u32>(inner, keyField)
    if (key == hiddenWord || (key == resourceWord && isTelling(load<u32>(inner, valueField)))) return true
  }
  return false
}

/** By its kind, and by not holding other objects. */
function isQuietBody(member: u32): bool {
  if (member == 0) return true
  const end = load<u32>(member, nextField)
  for (let inner = member + noteBytes; inner < end; inner += noteBytes) {
    const key = load<u32>(inner, keyField)
    if (key == hiddenWord || (key == kindWord && isTelling(load<u32>(inner, valueField)))) return false
    if ((key == itemsWord || key == rowsWord) && load<u8>(load<u32>(inner, valueAtField)) == bracketOpen) return false
  }
  return true
}
