/**
 * What an earlier run has left in a folder: its segments in order, without those that came to nothing, and with the torn tail of the
 * last one cut off. Only heads of the last segment are looked at, so a start does not read a full spool.
 */
import { join } from 'node:path'
import { SpoolError } from '../errors.ts'
import type { SpoolFiles } from './files.ts'
import { draftSuffix, readSegmentName, Segment, type SegmentName } from './segment.ts'

export interface Remains {
  readonly segments: readonly Segment[]
  /** The number that the next entry gets, as far as the segments know. */
  readonly next: number
  /** Bytes at the end that were no whole record. */
  readonly tornBytes: number
}

export async function recover(files: SpoolFiles, folder: string): Promise<Remains> {
  const found = await namesIn(files, folder)
  const segments: Segment[] = []
  // From the last to the first: what begins behind the beginning of a later one was written anew there.
  let firstMin = Number.POSITIVE_INFINITY
  for (const name of found.toReversed()) {
    const segment = await Segment.open(files, folder, name)
    if (segment.bytes === 0 || name.first > firstMin) await segment.remove()
    else segments.unshift(segment)
    // The last run may have ended before the disk had it all; a sync of this run need not look at it again.
    await segment.sync()
    await segment.close()
    firstMin = Math.min(firstMin, name.first)
  }
  const next = found.reduce((number, { first }) => Math.max(number, first), 0)
  const last = segments.at(-1)
  if (last === undefined) return { segments, next, tornBytes: 0 }

  const { offset, number } = await endOf(last)
  const tornBytes = last.bytes - offset
  if (tornBytes > 0) await last.cut(offset)
  if (offset === 0) {
    await last.remove()
    segments.pop()
  }
  await last.close()
  return { segments, next: Math.max(next, number), tornBytes }
}

/** Segments in the order of their creation. Drafts are removed. */
async function namesIn(files: SpoolFiles, folder: string): Promise<SegmentName[]> {
  const names: SegmentName[] = []
  for (const name of await files.names(folder)) {
    const segment = readSegmentName(name)
    if (segment !== undefined) names.push(segment)
    else if (name.endsWith(draftSuffix)) await files.remove(join(folder, name))
    else if (name.includes('.segment')) throw foreign(folder, name)
  }
  return names.sort((a, b) => a.serial - b.serial)
}

/** Behind the last whole record: the offset, and the number of the entry that would come there. */
async function endOf(segment: Segment): Promise<{ offset: number; number: number }> {
  let offset = 0
  let number = segment.first
  for (;;) {
    const found = await segment.find(offset)
    if (found === undefined) return { offset, number }
    offset = found.end
    number = found.head.number + found.head.entries
  }
}

function foreign(folder: string, name: string): SpoolError {
  const message = `spool ${folder}: ${name} is a segment of another version. Let that version send what is in it, or move it away.`
  return new SpoolError({ code: 'foreign', folder, message })
}
