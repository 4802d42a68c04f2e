/** Releases of KKP, as far as their rules about audit logging differ: each generation is named for the first release that has its rules. */
import { type Parsed, show } from './scalars.ts'

/** In the order of their release. `main`: 2.30 and later. */
export const kkpGenerations = ['2.14', '2.19', '2.26', '2.28', 'main'] as const

export type KkpGeneration = (typeof kkpGenerations)[number]

export const kkpGenerationDefault: KkpGeneration = '2.14'

/** A generation, or any release: `2.22` is of the generation `2.19`. */
export function parseKkpGeneration(input: unknown): Parsed<KkpGeneration> {
  // YAML reads 2.20 as the number 2.2, so a number only counts where nothing can have been lost.
  const text = typeof input === 'number' ? String(input) : input
  if (text === 'main') return { value: 'main' }
  const minor = typeof text === 'string' ? /^v?2\.(\d{2})(?:[.-].*)?$/.exec(text)?.[1] : undefined
  const generation = minor === undefined ? undefined : generationOf(Number(minor))
  if (generation !== undefined) return { value: generation }
  const hint = typeof input === 'number' ? ' Write it in quotes: YAML reads 2.20 as 2.2.' : ''
  return { fault: `must be a release of KKP from 2.14 on, or main, not ${show(input)}.${hint}` }
}

function generationOf(minor: number): KkpGeneration | undefined {
  if (minor >= 30) return 'main'
  return kkpGenerations.filter((each) => each !== 'main' && Number(each.slice(2)) <= minor).at(-1)
}
