/** The text grammar (operators.md C.1): a format string becomes literals and uses of operators. */
import type { Bytes } from './bytes.ts'

/** An operator as it was used. */
export interface Use {
  readonly command: Bytes
  /** Undefined: no brackets. */
  readonly argument: Bytes | undefined
  readonly length: number | undefined
  /** From `%` to `%`. */
  readonly written: Bytes
}

export type Piece = { readonly literal: Bytes } | { readonly use: Use }

/** The argument is lazy and ends at the first `)` before `%` or `:digits%`; it holds no newline. */
const operator = /%([A-Z0-9_]+)(?:\(([^\n]*?)\))?(?::([0-9]+))?%/y

const lengthMax = 2n ** 64n - 1n

/** Neighbouring literals are one piece. Throws where nothing matches, with the position in bytes (C.2). */
export function parseFormat(format: Bytes): Piece[] {
  const pieces: Piece[] = []
  let literal = ''
  const endLiteral = () => {
    if (literal !== '') pieces.push({ literal })
    literal = ''
  }
  let at = 0
  while (at < format.length) {
    if (format[at] !== '%') {
      literal += format[at++]
    } else if (format[at + 1] === '%') {
      literal += '%'
      at += 2
    } else {
      const use = matchUse(format, at)
      endLiteral()
      pieces.push({ use })
      at += use.written.length
    }
  }
  endLiteral()
  return pieces
}

function matchUse(format: Bytes, at: number): Use {
  operator.lastIndex = at
  const match = operator.exec(format)
  if (match === null) throw new Error(`no operator at byte ${at} of ${format}`)
  const [written, command, argument, digits] = match
  if (digits !== undefined && BigInt(digits) > lengthMax) throw new Error(`no operator at byte ${at}: ${digits}`)
  const length = digits === undefined ? undefined : Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
  return { command: command!, argument, length, written }
}
