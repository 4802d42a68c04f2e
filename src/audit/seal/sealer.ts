/**
 * The lines of a seal, and where the chain stands behind them: a state goes in, text and the next state come out. Nothing is
 * read or written here, so a write that fails is undone by keeping the state from before it.
 */
import { createHash, type Hash, hash } from 'node:crypto'
import type { Signer } from './keys.ts'
import { RecordLines } from './record-lines.ts'
import { type ChainLink, noHash, type RecordFacts, sealVersion, tags } from './seal.ts'

export interface SealState extends ChainLink {
  /** Of the audit file: the records in it, side by side. */
  readonly bytes: number
  /** SHA-256 of those bytes so far; copied before it is fed. */
  readonly digest: Hash
  /** Where the chain stood when the file was begun. */
  readonly firstSequence: number
  /** Nothing but the begin line and checkpoints since the last checkpoint. */
  readonly quiet: boolean
  /** What its end line says, once there is one; `name` of the file from now on. */
  readonly end?: { readonly name: string; readonly sha256: string }
}

export interface Sealed {
  /** Whole lines, to be appended to the seal. */
  readonly text: string
  readonly state: SealState
}

/** Entries `[from, to)` of a batch. */
export interface Records {
  readonly bytes: Uint8Array
  readonly entryEnds: Uint32Array
  readonly from: number
  readonly to: number
}

/** `at`: milliseconds since 1970. */
export interface Moment {
  readonly at: number
  readonly signer: Signer
}

/** A chain that has no record yet. `chain`: 32 hex digits that no other chain has. */
export function newChain(chain: string): ChainLink {
  return { chain, sequence: 0, sources: new Map(), hash: noHash, checkpoint: noHash }
}

export function beginSeal(link: ChainLink, { at, signer }: Moment): Sealed {
  const { chain, sequence, sources, checkpoint, hash: previous } = link
  const facts = JSON.stringify({
    kind: 'begin',
    version: sealVersion,
    chain,
    sequence,
    sources: Object.fromEntries(sources),
    previous,
    checkpoint,
    at: instant(at),
    key: signer.keyId,
    publicKey: signer.publicKey,
  })
  const line = closeLine(facts.slice(0, -1), previous)
  const state = { ...link, ...line.next, bytes: 0, digest: createHash('sha256'), firstSequence: sequence, quiet: true }
  return { text: line.text, state }
}

/** `factsOf` is asked once for each record, in order. The bytes are borrowed during the call. */
export function sealRecords(state: SealState, records: Records, factsOf: (entry: number) => RecordFacts): Sealed {
  const lines = new RecordLines()
  const next = digestRecords(sealLines(state, records, factsOf, lines), records)
  return { text: Buffer.from(lines.bytes).toString(), state: next }
}

/** One half of `sealRecords`, for who has a disk to wait for twice: adds to `lines`, and leaves the digest as it is. */
export function sealLines(
  state: SealState,
  { bytes, entryEnds, from, to }: Records,
  factsOf: (entry: number) => RecordFacts,
  lines: RecordLines,
): SealState {
  if (from >= to) return state
  const sources = new Map(state.sources)
  const start = entryEnds[from - 1] ?? 0
  let { hash: last, sequence } = state
  let facts: RecordFacts | undefined
  let sourceSequence = 0
  let at = start
  const noteSource = () => {
    if (facts !== undefined && facts.source !== null) sources.set(facts.source, sourceSequence)
  }
  for (let entry = from; entry < to; entry++) {
    const next = factsOf(entry)
    if (next !== facts) {
      noteSource()
      facts = next
      lines.describe(next)
      sourceSequence = next.source === null ? 0 : (sources.get(next.source) ?? 0)
    }
    const record = bytes.subarray(at, entryEnds[entry])
    last = lines.add(last, ++sequence, ++sourceSequence, state.bytes + at - start, record)
    at += record.length
  }
  noteSource()
  return { ...state, hash: last, sequence, sources, bytes: state.bytes + at - start, quiet: false }
}

/** The other half: the digest of the file goes on. */
export function digestRecords(state: SealState, { bytes, entryEnds, from, to }: Records): SealState {
  if (from >= to) return state
  const digest = state.digest.copy()
  digest.update(bytes.subarray(entryEnds[from - 1] ?? 0, entryEnds[to - 1]))
  return { ...state, digest }
}

/** The text is the checkpoint, to be kept elsewhere as well. */
export function sealCheckpoint(state: SealState, { at, signer }: Moment): Sealed {
  const { chain, sequence, hash: last, checkpoint: previous } = state
  const signed = JSON.stringify({
    kind: 'checkpoint',
    chain,
    sequence,
    last,
    at: instant(at),
    previous,
    key: signer.keyId,
  }).slice(0, -1)
  const facts = `${signed},"signature":"${signer.sign(`${tags.checkpoint}${signed}`)}"`
  const line = closeLine(facts, last)
  return { text: line.text, state: { ...state, ...line.next, checkpoint: line.next.hash, quiet: true } }
}

/** `name` of the audit file from now on. A checkpoint comes behind it, and then no more. */
export function endSeal(state: SealState, name: string, { at }: Moment): Sealed {
  const sha256 = state.digest.copy().digest('hex')
  const { sequence, bytes } = state
  const facts = JSON.stringify({ kind: 'end', sequence, name, bytes, sha256, at: instant(at) })
  const line = closeLine(facts.slice(0, -1), state.hash)
  return { text: line.text, state: { ...state, ...line.next, quiet: false, end: { name, sha256 } } }
}

/** Hash of a line with these facts behind a line with hash `previous`. */
export function chainHash(previous: string, facts: string): string {
  return hash('sha256', `${tags.seal}${previous}\n${facts}`, 'hex')
}

/** Facts are an object that is still to get its `hash`, and its closing brace. */
function closeLine(facts: string, previous: string): { text: string; next: { hash: string } } {
  const own = chainHash(previous, facts)
  return { text: `${facts},"hash":"${own}"}\n`, next: { hash: own } }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
