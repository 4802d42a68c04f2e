/**
 * A line of a seal or a manifest as data, or nothing: every member is there, is of its kind, and the hash stands last. What the hashes
 * and signatures are over is cut out of the text itself.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { tags } from '../seal.ts'

interface Common {
  readonly facts: string
  readonly hash: string
}

interface Signed {
  /** The text that was signed, without its tag. */
  readonly signed: string
  readonly key: string
  readonly signature: string
}

export interface BeginLine extends Common {
  readonly kind: 'begin'
  readonly version: number
  readonly chain: string
  readonly sequence: number
  readonly previous: string
  readonly checkpoint: string
  readonly key: string
  readonly publicKey: string
}

export interface RecordSeal extends Common {
  readonly kind: 'record'
  readonly sequence: number
  readonly offset: number
  readonly length: number
  readonly recovered?: boolean
  readonly record: string
}

export interface CheckpointLine extends Common, Signed {
  readonly kind: 'checkpoint'
  readonly chain: string
  readonly sequence: number
  readonly last: string
  readonly at: string
  readonly previous: string
}

export interface EndLine extends Common {
  readonly kind: 'end'
  readonly sequence: number
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface ClosedLine extends Common, Signed {
  readonly kind: 'closed'
  readonly chain: string
  readonly name: string
  readonly first: number
  readonly last: number
  readonly lastHash: string
  readonly bytes: number
  readonly sha256: string
  readonly previous: string
  readonly publicKey: string
}

export interface RemovedLine extends Common, Signed {
  readonly kind: 'removed'
  readonly name: string
  readonly reason: string
  readonly previous: string
  readonly publicKey: string
}

export type SealLine = BeginLine | RecordSeal | CheckpointLine | EndLine
export type ManifestLine = ClosedLine | RemovedLine

const count = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const text = (value: unknown) => typeof value === 'string'
const sum = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const object = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

type Check = (value: unknown) => boolean

const checks: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  begin: {
    version: count,
    chain: text,
    sequence: count,
    sources: object,
    previous: sum,
    checkpoint: sum,
    at: text,
    key: text,
    publicKey: text,
  },
  record: { sequence: count, offset: count, length: count, record: sum },
  checkpoint: { chain: text, sequence: count, last: sum, at: text, previous: sum, key: text, signature: text },
  end: { sequence: count, name: text, bytes: count, sha256: sum },
  closed: {
    chain: text,
    name: text,
    first: count,
    last: count,
    lastHash: sum,
    checkpoint: sum,
    bytes: count,
    sha256: sum,
    previous: sum,
    key: text,
    publicKey: text,
    signature: text,
  },
  removed: { name: text, reason: text, previous: sum, key: text, publicKey: text, signature: text },
}

const lineForm = /^(\{"kind":"(\w+)".*),"hash":"([0-9a-f]{64})"\}$/s
const signedForm = /^(.*),"signature":"[^"]*"$/s

export function parseSealLine(line: string | undefined): SealLine | undefined {
  const parsed = parse(line, ['begin', 'record', 'checkpoint', 'end'])
  return parsed as SealLine | undefined
}

export function parseManifestLine(line: string | undefined): ManifestLine | undefined {
  const parsed = parse(line, ['closed', 'removed'])
  return parsed as ManifestLine | undefined
}

function parse(line: string | undefined, kinds: readonly string[]): object | undefined {
  const [, facts, kind = '', hash] = lineForm.exec(line ?? '') ?? []
  if (line === undefined || facts === undefined || !kinds.includes(kind)) return undefined
  let members: Record<string, unknown>
  try {
    members = JSON.parse(line)
  } catch {
    // Not a line of ours; the caller is told by getting nothing.
    return undefined
  }
  const sound = Object.entries(checks[kind]!).every(([key, check]) => check(members[key]))
  if (!sound || members['kind'] !== kind || members['hash'] !== hash) return undefined
  if (!('signature' in checks[kind]!)) return { ...members, facts }
  const [, signed] = signedForm.exec(facts) ?? []
  return signed === undefined ? undefined : { ...members, facts, signed }
}

/** Hash of these facts behind a line with hash `previous`. */
export function hashOf(tag: 'seal' | 'manifest', previous: string, facts: string): string {
  return createHash('sha256').update(tags[tag]).update(previous).update('\n').update(facts).digest('hex')
}

export function isSignedBy(key: KeyObject, tag: 'checkpoint' | 'manifestLine', { signed, signature }: Signed): boolean {
  return verify(null, Buffer.from(`${tags[tag]}${signed}`), key, Buffer.from(signature, 'base64'))
}

/** Undefined when these are not the 32 bytes of a public key, in base64. */
export function publicKeyOf(base64: string): KeyObject | undefined {
  const raw = Buffer.from(base64, 'base64')
  if (raw.length !== 32) return undefined
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
}

export function keyIdOf(key: KeyObject): string {
  const raw = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  return createHash('sha256').update(raw).digest('hex').slice(0, 32)
}
