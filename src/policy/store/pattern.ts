/** Patterns of `policies`: a file, a folder, or a glob. What they mean, without looking at any disk. */
import { join, resolve } from 'node:path'

/** A name that fits, or any number of folders. */
export type Step = RegExp | '**'

export interface Pattern {
  /** As written. */
  readonly text: string
  /** Absolute: what comes before the first wildcard. */
  readonly base: string
  /** What comes after `base`; empty: the pattern is one file or folder. */
  readonly steps: readonly Step[]
}

/** `folder`: what a relative pattern is relative to. */
export function parsePattern(text: string, folder: string): Pattern {
  const parts = text.split('/')
  const first = parts.findIndex((part) => /[*?[{]/.test(part))
  if (first < 0) return { text, base: resolve(folder, text), steps: [] }
  const base = resolve(folder, join(text.startsWith('/') ? '/' : '.', ...parts.slice(0, first)))
  const names = parts.slice(first).filter((part) => part !== '' && part !== '.')
  const steps = names.filter((part, i) => part !== '**' || names[i - 1] !== '**')
  return { text, base, steps: steps.map((part) => (part === '**' ? part : namePattern(part))) }
}

/** Names that begin with a dot are only meant when the pattern does. */
function namePattern(part: string): RegExp {
  const source = part.replace(/\*+|\?|\[(!?)([^\]]+)\]|\{([^{}]*)\}|[\s\S]/g, (piece, not, set, choices) => {
    if (piece.startsWith('*')) return '.*'
    if (piece === '?') return '.'
    if (set !== undefined) return `[${not ? '^' : ''}${(set as string).replace(/[\\[\]^]/g, '\\$&')}]`
    if (choices !== undefined) return `(?:${(choices as string).split(',').map(escapeWord).join('|')})`
    return escapeWord(piece)
  })
  try {
    return new RegExp(`^${/^[*?[]/.test(part) ? '(?!\\.)' : ''}${source}$`, 'su')
  } catch {
    // A range that runs backwards, as in [z-a], fits nothing but itself.
    return new RegExp(`^${part.replace(/[.+^${}()|[\]\\*?]/gu, '\\$&')}$`, 'su')
  }
}

/** A word of a choice may hold wildcards too. */
function escapeWord(word: string): string {
  return word.replace(/[.+^${}()|[\]\\/*?]/gu, (sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`))
}

/** The files of a folder that is named without a glob. */
export const documentName = /^(?!\.).*\.(?:ya?ml|json)$/s
