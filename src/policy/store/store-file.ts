/** One file of the store: what its documents were judged to be, piece by piece, so that a change costs only what has changed. */
import { isUtf8 } from 'node:buffer'
import { type BigIntStats, readFileSync, statSync } from 'node:fs'
import type { Fault } from '../../errors.ts'
import { policyFileBytesMax } from '../../limits.ts'
import { expandLists, type Identity, identify } from '../documents/meta.ts'
import type { Reading } from '../documents/read-resource.ts'
import type { Meta, Resource } from '../resources.ts'
import { cutDocuments, parsePiece, placeInPiece } from './pieces.ts'

/** What a document is, and what is wrong with it. Whatever it throws is a fault of that document. */
export type Judge = (value: unknown, source: Meta['source']) => Reading

/** A document, or one item of a list. */
export interface JudgedDocument extends Reading {
  /** Null: it does not say. */
  readonly identity: Identity | null
  /** Whether it could be parsed, so that what it says of itself can be relied on. */
  readonly parsed: boolean
}

export interface Piece {
  readonly text: string
  readonly linesBefore: number
  /** Of its first document in the file. */
  readonly firstIndex: number
  /** One element a document: its items when it is a list. Lines are counted from the beginning of the piece. */
  readonly documents: readonly (readonly JudgedDocument[])[]
}

export interface StoreFile {
  readonly path: string
  /** Changes with the file. */
  readonly signature: string
  /** Whether an equal signature means an equal file: file systems count time in steps, and two writes may fall into one. */
  readonly settled: boolean
  readonly bytes: number
  readonly pieces: readonly Piece[]
  /** Why what is there cannot be read; `pieces` are of an older version then. */
  readonly fault: Fault | null
  /** It was found empty where there had been documents: perhaps only cut before it is written. */
  readonly emptied: boolean
}

/** File systems' steps of time, with room. */
const timeStepMs = 100

/** A piece is judged anew unless there was an equal one. `pause`: awaited between pieces, so that others get their turn. */
export async function readStoreFile(
  path: string,
  {
    known,
    again,
    judge,
    pause,
  }: { known: StoreFile | null; again: boolean; judge: Judge; pause: () => Promise<void> | null },
): Promise<StoreFile | null> {
  let signature = ''
  const fail = (code: string, message: string): StoreFile => ({
    path,
    signature,
    settled: false,
    bytes: known?.bytes ?? 0,
    pieces: known?.pieces ?? [],
    fault: { code, path: '', message },
    emptied: false,
  })
  try {
    const stats = statSync(path, { bigint: true })
    signature = signatureOf(stats)
    if (!again && known?.signature === signature && known.settled) return known
    if (!stats.isFile()) return fail('unreadable', 'is no file.')
    if (stats.size > policyFileBytesMax)
      return fail('too_large', `has ${stats.size} bytes; ${policyFileBytesMax} are read.`)
    const settled = Date.now() - Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs)) > timeStepMs
    const content = readFileSync(path)
    if (content.length === 0 && known && known.bytes > 0 && !known.emptied)
      return { ...known, emptied: true, settled: false }
    if (!isUtf8(content)) return fail('unreadable', 'is no text in UTF-8.')
    const pieces = await judgeText(path, content.toString('utf8'), { known: known?.pieces ?? [], judge, pause })
    return { path, signature, settled, bytes: content.length, pieces, fault: null, emptied: false }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? null : fail('unreadable', `cannot be read: ${message}.`)
  }
}

function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join()
}

async function judgeText(
  file: string,
  text: string,
  { known, judge, pause }: { known: readonly Piece[]; judge: Judge; pause: () => Promise<void> | null },
): Promise<Piece[]> {
  const knownByText = new Map(known.map((piece) => [piece.text, piece]))
  const pieces: Piece[] = []
  let index = 0
  for (const { text: pieceText, linesBefore } of cutDocuments(text)) {
    const same = knownByText.get(pieceText)
    const documents = same ? moved(same, index) : judgePiece(pieceText, { file, index }, judge)
    pieces.push({ text: pieceText, linesBefore, firstIndex: index, documents })
    index += documents.length
    const wait = pause()
    if (wait) await wait
  }
  return pieces
}

/** An equal piece that stands elsewhere in the file now. */
function moved({ documents, firstIndex }: Piece, index: number): Piece['documents'] {
  if (firstIndex === index) return documents
  return documents.map((items, nth) =>
    items.map((item) => ({ ...item, resource: withIndex(item.resource, index + nth) })),
  )
}

function withIndex(resource: Resource | null, index: number): Resource | null {
  return resource && { ...resource, meta: { ...resource.meta, source: { ...resource.meta.source, index } } }
}

function judgePiece(text: string, { file, index }: Meta['source'], judge: Judge): JudgedDocument[][] {
  return parsePiece(text).map(({ value, faults }, nth) => {
    if (faults.length > 0) {
      const { kind = 'unknown', name = null } = identify(value) ?? {}
      return [{ kind, name, resource: null, faults, warnings: [], identity: identify(value), parsed: false }]
    }
    const source = { file, index: index + nth }
    return expandLists(value).map(({ value: item, path }) => {
      const reading = judgeSafely(item, source, judge)
      const placed = reading.faults.length > 0 ? placeInPiece(reading.faults, { text, nth, path }) : []
      return { ...reading, faults: placed, identity: identify(item), parsed: true }
    })
  })
}

/** A document that is nested without end exhausts the stack of whoever reads it. */
function judgeSafely(value: unknown, source: Meta['source'], judge: Judge): Reading {
  try {
    return judge(value, source)
  } catch (error) {
    const { kind = 'unknown', name = null } = identify(value) ?? {}
    const message = `cannot be judged: ${(error as Error).message}.`
    return { kind, name, resource: null, faults: [{ code: 'unreadable', path: '', message }], warnings: [] }
  }
}
