/** A manifest, read by the verifier: which files there were, which were removed on purpose, and whether its own chain holds. */
import { noHash } from '../seal.ts'
import type { Keyring } from './keyring.ts'
import { type ClosedLine, hashOf, parseManifestLine } from './parse-line.ts'
import type { Problems } from './problems.ts'
import { textLines } from './read-lines.ts'

export interface Told {
  /** In the order in which they were closed. */
  readonly closed: readonly ClosedLine[]
  /** Names, and why. */
  readonly removed: ReadonlyMap<string, string>
}

/** Lines whose signature does not count are told as problems and believed in nothing. */
export async function readManifest(file: string, keyring: Keyring, problems: Problems): Promise<Told> {
  const closed: ClosedLine[] = []
  const removed = new Map<string, string>()
  let previous = noHash
  for await (const lines of textLines(file)) {
    for (const { text, offset, torn } of lines) {
      // Being written, or left by a crash: what it was to say has not been done.
      if (torn) continue
      const add = (kind: 'manifest_edited' | 'foreign_key' | 'bad_signature', message: string) =>
        problems.add({ kind, file, offset, sequence: line?.kind === 'closed' ? line.first : null, message })
      const line = parseManifestLine(text)
      if (line === undefined) {
        add('manifest_edited', 'this line is none of a manifest')
        continue
      }
      if (line.previous !== previous || hashOf('manifest', previous, line.facts) !== line.hash) {
        add('manifest_edited', 'this line, or one before it, was changed or taken away')
      }
      previous = line.hash
      keyring.meet(line)
      const judgement = keyring.judge('manifestLine', line)
      if (judgement === 'foreign_key') add(judgement, `this line was signed with another key, ${line.key}`)
      else if (judgement === 'bad_signature') add(judgement, 'the signature of this line is not right')
      else if (line.kind === 'removed') removed.set(line.name, line.reason)
      else closed.push(line)
    }
  }
  return { closed, removed }
}
