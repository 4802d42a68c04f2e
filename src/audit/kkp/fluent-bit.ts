/**
 * Lines of KKP's sidecar, a fluent-bit that tails the log backend's file: the event within them, byte for byte. Three shapes come:
 *
 *     {"kind":"Event",…}                                                  the event itself: a filter parsed it, or nothing stood in between
 *     {"date":1719.0,"log":"{\"kind\":\"Event\",…}"}                      json_lines; also `message`, also with the event as an object
 *     [0] tail.0: [[1719.000000000, {}], {"log"=>"{"kind":"Event",…}"}]   msgpack as text, the default. Older ones: [1719.000000000, {…}]
 *
 * In the third fluent-bit writes the text between the quotes as it is, without escapes; with escapes it is understood too.
 */
import { backslash, braceOpen, bracketOpen, bufferOf, quote } from '../json/bytes.ts'
import { JsonError } from '../json/json-error.ts'
import { JsonScanner, type Member } from '../json/scanner.ts'
import { findMember, stringOf } from '../json/text.ts'

/** Members that hold the line which was read, the usual one first. */
const wrappers = ['log', 'message']

/** Members that only an event has. */
const eventMarks = ['auditID', 'kind']

/** `line` is one line without its end, and is borrowed. Null: it is an event itself, or nothing that fluent-bit wraps an event in. */
export function unwrapFluentBit(line: Uint8Array): Buffer | null {
  const bytes = bufferOf(line)
  try {
    const at = new JsonScanner(bytes).skipSpace(0)
    if (bytes[at] === braceOpen) return unwrapJson(bytes, at)
    return bytes[at] === bracketOpen ? unwrapText(bytes) : null
  } catch (error) {
    // What is broken is for those to say who read it as an event.
    if (error instanceof JsonError) return null
    throw error
  }
}

function unwrapJson(bytes: Buffer, at: number): Buffer | null {
  const scanner = new JsonScanner(bytes)
  const { members } = scanner.members(at)
  if (eventMarks.some((name) => findMember(bytes, members, name))) return null
  for (const name of wrappers) {
    const member = findMember(bytes, members, name)
    const event = member && eventIn(bytes, member)
    if (event) return event
  }
  return null
}

function eventIn(bytes: Buffer, member: Member): Buffer | null {
  if (bytes[member.at] === braceOpen) return bytes.subarray(member.at, member.end)
  const text = stringOf(bytes, member)
  return text !== null && /^\s*\{/.test(text) ? withoutLineEnd(text) : null
}

/** The tag may hold anything but white space. */
const textHead = /^\[\d+\] \S+: \[\[?\d+(?:\.\d+)?[,\]]/

function unwrapText(bytes: Buffer): Buffer | null {
  if (!textHead.test(bytes.toString('latin1', 0, 300))) return null
  for (const name of wrappers) {
    const mark = `"${name}"=>"`
    const found = bytes.indexOf(mark)
    if (found === -1) continue
    const at = found + mark.length
    if (bytes[at] !== braceOpen) continue
    return bytes[at + 1] === backslash ? unescaped(bytes, at - 1) : plain(bytes, at)
  }
  return null
}

/** The text ends where its own braces do; a quote follows, or it was cut off. */
function plain(bytes: Buffer, at: number): Buffer | null {
  const end = new JsonScanner(bytes).skipValue(at)
  return bytes[end] === quote ? bytes.subarray(at, end) : null
}

/** The quotes within are escaped, so that it is a string of JSON. `at`: its opening quote. */
function unescaped(bytes: Buffer, at: number): Buffer {
  const end = new JsonScanner(bytes).skipString(at)
  return withoutLineEnd(stringOf(bytes, { at, end }) ?? '')
}

function withoutLineEnd(text: string): Buffer {
  return Buffer.from(text.replace(/\r?\n$/, ''))
}
