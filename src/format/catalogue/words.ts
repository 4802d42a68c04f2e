/** Arguments that are one of a few words. */

import { didYouMean } from '../../did-you-mean.ts'
import type { ByteString } from '../byte-string.ts'
import { toText } from '../byte-string.ts'
import { ArgumentFault } from '../operator.ts'

/** The word, or the first one when the argument is empty. `offset`: where it stands in the whole argument. Throws ArgumentFault. */
export function oneWord<W extends string>(
  operator: string,
  argument: ByteString,
  words: readonly [W, ...W[]],
  offset = 0,
): W {
  if (argument === '') return words[0]
  const found = words.find((word) => word === argument)
  if (found) return found
  const text = toText(argument)
  throw new ArgumentFault(
    'argument_word',
    `%${operator}% takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not "${text}".${didYouMean(text, words)}`,
    { offset, length: argument.length },
  )
}
