/** Whether an event that is no JSON, or only the beginning of one, may hold what redaction looks for: told by the words in it. */
import type { RedactConfig } from '../../config/audit-config.ts'
import { tellingKinds, tellingResources } from './about.ts'
import { secretQuery } from './request-uri.ts'
import { kinds } from './secret-shape.ts'

/** A resource, or a segment of a path: half of all users are in the group `system:serviceaccounts`, which tells nothing. */
const serviceAccounts = '["/]serviceaccounts'
/** Of what is no body of a Secret or ConfigMap: tokens, and what a query may hold. */
const ofTokens = wordsOf([
  ...[...tellingResources, ...tellingKinds].filter((word) => !isNamedByKind(word) && word !== 'serviceaccounts'),
  serviceAccounts,
])
const ofKinds = kinds.map(({ option, kind, resource }) => ({ option, words: wordsOf([kind, resource]) }))
/** Letters may be written as numbers, and then hide any word. */
const hidesLetters = /\\u00[2-7]/i

export function speaksOfSecrets(text: Buffer, options: RedactConfig): boolean {
  const { secrets, configMaps, tokens } = options
  const said = text.toString('latin1')
  if (tokens && (ofTokens.test(said) || secretQuery.test(said))) return true
  if (ofKinds.some(({ option, words }) => options[option] && words.test(said))) return true
  return (secrets || configMaps || tokens) && hidesLetters.test(said)
}

function isNamedByKind(word: string): boolean {
  return kinds.some(({ kind, resource }) => word.startsWith(kind) || word === resource)
}

function wordsOf(words: readonly string[]): RegExp {
  return new RegExp(words.join('|'), 'i')
}
