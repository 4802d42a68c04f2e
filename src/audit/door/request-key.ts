/**
 * What a request calls itself, so that it is known when it comes again: `Idempotency-Key` over HTTP, `idempotency-key` in the metadata of gRPC.
 * It counts for its sender alone: nobody can have the records of others taken for repeats by being the first with a key.
 */
import { auditRequestKeyCharsMax } from '../../limits.ts'
import { type Refusal, refusal } from './answers.ts'

const printable = /^[\x20-\x7e]+$/

/** `header`: as it came. `sender`: whose credentials it came with. Null: the request has no key. */
export function readRequestKey(header: string | undefined, sender: string): string | Refusal | null {
  if (header === undefined) return null
  if (header.length <= auditRequestKeyCharsMax && printable.test(header)) return JSON.stringify([sender, header])
  const wanted = `from 1 to ${auditRequestKeyCharsMax} printable characters of ASCII`
  return refusal(400, 'Bad key', `An Idempotency-Key has ${wanted}, the same for every repetition of a request.`)
}
