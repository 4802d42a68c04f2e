/**
 * Takes secrets out of records before they reach the disk and the seal: contents of Secrets and ConfigMaps, bodies of requests that are
 * about tokens, secret values in the request line, and whatever looks like a JWT. In place of a value stands its marker (`marker.ts`);
 * all else stays byte for byte. What was done is answered as a list of rules, for the envelope.
 *
 *     rule         option       what
 *     secret       secrets      values of a Secret, its last-applied-configuration
 *     configmap    configMaps   the same of a ConfigMap; large values without HMAC
 *     metadata     tokens       bodies of serviceaccounts/token, tokenreviews and the like: gone, as at level Metadata
 *     requestURI   tokens       values of command, access_token, token, password in the query
 *     jwt          tokens       anything that looks like one, anywhere
 *     unreadable   any          all of an event that is no JSON, or cut off, if it speaks of one of these: nobody knows where a value ends
 */
import { bufferOf } from '../json/bytes.ts'
import { Edits } from '../json/edits.ts'
import { JsonError } from '../json/json-error.ts'
import { mapString } from '../json/mapped-string.ts'
import { keyIs, stringOf } from '../json/text.ts'
import { cutBodies, type Event, levelOf, lower, readEvent, writeLevel } from '../kubernetes/event.ts'
import type { Level } from '../kubernetes/policy.ts'
import type { Redaction } from '../kubernetes/reduce.ts'
import { type About, type Body, readAbout } from './about.ts'
import { type HmacKey, markerOf } from './marker.ts'
import { ObjectRedaction } from './object.ts'
import { findQuerySecrets } from './request-uri.ts'
import { kinds } from './secret-shape.ts'
import { findTokens, mayHoldTokens } from './tokens.ts'
import { speaksOfSecrets } from './unreadable.ts'

export interface RedactOptions {
  readonly secrets: boolean
  readonly configMaps: boolean
  readonly tokens: boolean
}

export interface Redacted {
  /** Those that were given, when there was nothing to do; else the caller's own. */
  readonly bytes: Buffer
  /** In the order of the table above; empty: nothing was done. */
  readonly rules: readonly string[]
}

/**
 * What has to go of an event that is otherwise kept at `level`, noted beside other edits. Bodies that the level does not keep go anyway; the
 * level that is answered may be lower. Tokens in what is then left are `redactMeshRecord`'s to find.
 */
export function noteRedaction(
  event: Event,
  { level, edits, options, key }: { level: Level; edits: Edits; options: RedactOptions; key: HmacKey },
): Redaction {
  const rules: string[] = []
  let kept = level
  if (level !== 'Metadata') {
    const about = readAbout(event, level)
    if (options.tokens && about.isToken) {
      kept = 'Metadata'
      rules.push('metadata')
    } else rules.push(...redactBodies(event, { about, edits, options, key }))
  }
  if (options.tokens && redactQuery(event, key, edits)) rules.push('requestURI')
  return { level: kept, rules, mayHoldTokens: options.tokens && mayHoldTokens(event) }
}

/** A Kubernetes audit event. Never throws: of what is no JSON object either all goes, or only tokens. */
export function redactEvent(bytes: Uint8Array, options: RedactOptions, key: HmacKey): Redacted {
  const event = readIfSound(bytes)
  if (event === null) {
    const isTold = speaksOfSecrets(bufferOf(bytes), options)
    return isTold
      ? { bytes: Buffer.from(markerOf(bytes, key)), rules: ['unreadable'] }
      : redactMeshRecord(bytes, options, key)
  }
  const edits = new Edits()
  const rules: string[] = []
  const about = readAbout(event, 'RequestResponse')
  if (options.tokens && about.isToken) {
    cutToMetadata(event, edits)
    if (edits.size > 0) rules.push('metadata')
  } else rules.push(...redactBodies(event, { about, edits, options, key }))
  if (options.tokens && redactQuery(event, key, edits)) rules.push('requestURI')
  const changed = edits.size === 0 ? event.bytes : edits.apply(event.bytes)
  const rest = redactMeshRecord(changed, options, key)
  return { bytes: rest.bytes, rules: [...rules, ...rest.rules] }
}

/** A record of a mesh control plane, or any other text: it names objects, but holds none. Never throws. */
export function redactMeshRecord(bytes: Uint8Array, options: Pick<RedactOptions, 'tokens'>, key: HmacKey): Redacted {
  const source = bufferOf(bytes)
  const tokens = options.tokens ? findTokens(source) : []
  if (tokens.length === 0) return { bytes: source, rules: [] }
  const edits = new Edits()
  for (const { at, end } of tokens) edits.replace(at, end, markerOf(source.subarray(at, end), key))
  return { bytes: edits.apply(source), rules: ['jwt'] }
}

function readIfSound(bytes: Uint8Array): Event | null {
  try {
    return readEvent(bytes)
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

/** As at level Metadata. A level that nobody knows stays, for it is why the event is in quarantine. */
function cutToMetadata(event: Event, edits: Edits): void {
  const level = levelOf(event)
  cutBodies(event, 'Metadata', edits)
  if (level !== null) writeLevel(event, lower(level, 'Metadata'), edits)
}

interface BodyWork {
  readonly about: About
  readonly edits: Edits
  readonly options: RedactOptions
  readonly key: HmacKey
}

/** Answers the rules that have found something. */
function redactBodies(event: Event, { about, edits, options, key }: BodyWork): Iterable<string> {
  const redaction = new ObjectRedaction(event, key, edits)
  for (const body of about.bodies) redactBody(redaction, about, body, options)
  return redaction.rules
}

/** The whole body where the request or the list says what it is about; else those of its objects that say so themselves. */
function redactBody(redaction: ObjectRedaction, about: About, body: Body, options: RedactOptions): void {
  const whole = kinds.find(
    ({ kind, resource }) => about.resources.has(resource) || body.objects[0]?.kind === `${kind}List`,
  )
  if (whole && options[whole.option]) redaction.body(whole, body)
  if (whole) return
  for (const object of body.objects) {
    const own = kinds.find(({ kind }) => kind === object.kind)
    if (own && options[own.option]) redaction.object(own, object)
  }
}

/** Answers whether there was anything to mask. Where in the bytes a value lies is looked for only when there is one. */
function redactQuery(event: Event, key: HmacKey, edits: Edits): boolean {
  const before = edits.size
  for (const member of event.members) {
    if (!keyIs(event.bytes, member, 'requestURI')) continue
    const uri = stringOf(event.bytes, member)
    if (uri === null || !uri.includes('?') || findQuerySecrets(uri).length === 0) continue
    const { text, offsets } = mapString(event.bytes, member)
    for (const { at, end } of findQuerySecrets(text)) {
      edits.replace(offsets[at]!, offsets[end]!, markerOf(text.slice(at, end), key))
    }
  }
  return edits.size > before
}
