/** The two things that are ever added to an event: kind and version, when its list alone had them, and the mark of a truncated one. */
import { braceOpen } from '../json/bytes.ts'
import { Edits, insertFirst } from '../json/edits.ts'
import { keysOf, type Outline } from '../json/outline.ts'
import { findMember } from '../json/text.ts'
import { bodyOf, type Event, memberOf, readEvent } from './event.ts'

const kind = '"kind":"Event"'
const truncated = '"audit.k8s.io/truncated"'

/** Puts `kind` and `apiVersion` in front, as the log backend writes them, where the event has none. */
export function nameKind(event: Event, apiVersion: string, edits: Edits): void {
  const hasKind = memberOf(event, 'kind') !== undefined
  const hasVersion = memberOf(event, 'apiVersion') !== undefined
  if (hasKind && hasVersion) return
  const version = hasVersion ? '' : `"apiVersion":${JSON.stringify(apiVersion)}`
  insertFirst(event.span.at, event.members, edits, hasKind ? version : hasVersion ? kind : `${kind},${version}`)
}

const key = keysOf('kind', 'apiVersion')
/** By version. */
const heads = new Map<string, Buffer>()
const headsMax = 16

/**
 * The beginning of an event to which `nameKind` gives both, up to its first member, by its outline. Null: it has one of them. The event has members.
 */
export function headFor(outline: Outline, apiVersion: string): Buffer | null {
  return outline.has(key.kind) || outline.has(key.apiVersion) ? null : headOf(apiVersion)
}

/** What stands in front of the members of an event that has neither. */
export function headOf(apiVersion: string): Buffer {
  const known = heads.get(apiVersion)
  if (known) return known
  const head = Buffer.from(`{${kind},"apiVersion":${JSON.stringify(apiVersion)},`)
  if (heads.size < headsMax) heads.set(apiVersion, head)
  return head
}

/**
 * The event without its bodies and with the annotation `audit.k8s.io/truncated`, its level unchanged: what the API server makes of an event
 * that is too large for its backend. The answer is the caller's own. Throws JsonError as `readEvent` does.
 */
export function truncateEvent(bytes: Uint8Array): Buffer {
  const event = readEvent(bytes)
  const edits = new Edits()
  const annotations = memberOf(event, 'annotations')
  const cut = edits.cutMembers(event.members, (member) => bodyOf(event, member) !== null)
  if (annotations === undefined) {
    edits.insert(event.span.end - 1, `${cut === event.members.length ? '' : ','}"annotations":{${truncated}:"true"}`)
  } else if (event.bytes[annotations.at] !== braceOpen) {
    edits.replace(annotations.at, annotations.end, `{${truncated}:"true"}`)
  } else {
    const inside = event.scanner.members(annotations.at).members
    const mark = findMember(event.bytes, inside, 'audit.k8s.io/truncated')
    if (mark === undefined) {
      edits.insert(annotations.end - 1, `${inside.length === 0 ? '' : ','}${truncated}:"true"`)
    } else edits.replace(mark.at, mark.end, '"true"')
  }
  return edits.apply(event.bytes, { ...event.span, compact: event.loose })
}
