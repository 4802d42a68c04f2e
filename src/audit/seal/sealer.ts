/**
 * The lines of a seal, and where the chain stands behind them: a state goes in, text and the next state come out. Nothing is
 * read or written here, so a write that fails is undone by keeping the state from before it.
 */
import { createHash, type Hash, hash } from 'node:crypto'
import type { Signer } from './keys.ts'
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
export function sealRecords(
  state: SealState,
  { bytes, entryEnds, from, to }: Records,
  factsOf: (entry: number) => RecordFacts,
): Sealed {
  const sources = new Map(state.sources)
  const digest = state.digest.copy()
  let text = ''
  let form: RecordLine | undefined
  const start = entryEnds[from - 1] ?? 0
  let { hash: last, sequence } = state
  for (let entry = from, at = start; entry < to; entry++) {
    const record = bytes.subarray(at, entryEnds[entry])
    const facts = factsOf(entry)
    const sourceSequence = facts.source === null ? null : (sources.get(facts.source) ?? 0) + 1
    if (facts.source !== null && sourceSequence !== null) sources.set(facts.source, sourceSequence)
    if (form?.facts !== facts) form = new RecordLine(facts)
    const own = form.text({
      sequence: ++sequence,
      sourceSequence,
      offset: state.bytes + at - start,
      length: record.length,
      record: hash('sha256', record, 'hex'),
    })
    last = chainHash(last, own)
    text += `${own},"hash":"${last}"}\n`
    at += record.length
  }
  const end = entryEnds[to - 1] ?? 0
  digest.update(bytes.subarray(start, end))
  const next = { ...state, hash: last, sequence, sources, digest, bytes: state.bytes + end - start, quiet: false }
  return { text, state: from < to ? next : state }
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

/** As JSON.stringify writes an object of these, the members that neighbours share at once. */
class RecordLine {
  readonly facts: RecordFacts
  readonly #source: string
  readonly #receivedAt: string
  readonly #rest: string

  constructor(facts: RecordFacts) {
    const { source, receivedAt, reducedFrom, redacted = [] } = facts
    this.facts = facts
    this.#source = JSON.stringify(source)
    this.#receivedAt = JSON.stringify(receivedAt)
    const rest = {
      ...(reducedFrom === undefined ? {} : { reducedFrom }),
      ...(redacted.length === 0 ? {} : { redacted }),
      ...(source === null ? { recovered: true } : {}),
    }
    this.#rest = Object.keys(rest).length === 0 ? '' : `,${JSON.stringify(rest).slice(1, -1)}`
  }

  /** Up to the brace that closes it. */
  text(place: {
    sequence: number
    sourceSequence: number | null
    offset: number
    length: number
    record: string
  }): string {
    const { sequence, sourceSequence, offset, length, record } = place
    return (
      `{"kind":"record","sequence":${sequence},"source":${this.#source},"sourceSequence":${sourceSequence}` +
      `,"receivedAt":${this.#receivedAt},"offset":${offset},"length":${length}${this.#rest},"record":"${record}"`
    )
  }
}

/** Facts are an object that is still to get its `hash`, and its closing brace. */
function closeLine(facts: string, previous: string): { text: string; next: { hash: string } } {
  const own = chainHash(previous, facts)
  return { text: `${facts},"hash":"${own}"}\n`, next: { hash: own } }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
