/** A batch as records: whether its entries are lines, and what is known of each. */
import type { Batch } from '../../batch.ts'
import { bufferOf } from '../json/bytes.ts'
import type { RecordFacts } from './seal.ts'

/** A record must be one line, or nobody could find it again. */
export function holdsLines({ bytes, entryEnds }: Batch): boolean {
  // A Buffer looks for a byte by sixteen and more at a time.
  const lines = bufferOf(bytes)
  let start = 0
  return entryEnds.every((end) => {
    const isLine = lines.indexOf(0x0a, start) === end - 1
    start = end
    return isLine
  })
}

/** Of entries that are asked for in order. */
export function factsIn(
  { groups }: Batch,
  factsOf: (stream: Batch['groups'][number]['stream']) => RecordFacts,
): (entry: number) => RecordFacts {
  let at = -1
  let facts: RecordFacts | undefined
  return (entry) => {
    while ((groups[at + 1]?.firstEntry ?? Number.POSITIVE_INFINITY) <= entry) {
      at++
      facts = undefined
    }
    facts ??= factsOf(groups[at]!.stream)
    return facts
  }
}
