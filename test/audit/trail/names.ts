/** Names of records for tests. */
import type { RecordName } from '../../../src/audit/trail/name-hash.ts'

/** Of two parts with a space between, or of one. */
export function nameOf(text: string): RecordName {
  const [first = '', second = ''] = text.split(' ').map((part) => JSON.stringify(part))
  return {
    bytes: Buffer.from(`[${first},${second}]`),
    first: { at: 1, end: 1 + Buffer.byteLength(first) },
    second: { at: 2 + Buffer.byteLength(first), end: 2 + Buffer.byteLength(first + second) },
  }
}
