/** Random JSON for properties: values, the texts they may be written as, and damage. */
import fc from 'fast-check'

/** Numbers that a JavaScript number cannot hold, or would write differently, are among them. */
const numberText = fc.constantFrom(
  '0',
  '-0',
  '1',
  '1.0',
  '-17',
  '12345678901234567890',
  '1e400',
  '0.10',
  '1E+2',
  '5e-324',
)

/** What a string may look like, quotes left away: escapes that nobody needs too. */
const stringPiece = fc.constantFrom(
  ...[
    'a',
    'Z9',
    ' ',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\"',
    '\\\\',
    '\\/',
    '\\n',
    '\\u0041',
    '\\ud83d\\ude00',
    '\\ud800',
    'é',
    '😀',
  ],
)
const stringText = fc.array(stringPiece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`)
const space = fc.constantFrom('', '', '', ' ', '\n', '\t \r\n')

/** A JSON text without white space at its ends; with some inside, when `spaced`. */
export function jsonText(spaced: boolean): fc.Arbitrary<string> {
  const gap = spaced ? space : fc.constant('')
  return fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(numberText, stringText, fc.constantFrom('true', 'false', 'null')),
      fc
        .array(fc.tuple(gap, tie('value'), gap), { maxLength: 4 })
        .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
      fc
        .array(fc.tuple(gap, stringText, gap, fc.constant(':'), gap, tie('value'), gap), { maxLength: 4 })
        .map((members) => `{${members.map((member) => member.join('')).join(',')}}`),
    ),
  })).value
}

/** A text with some bytes changed, cut out or put in. */
export function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    cut: fc.integer({ min: 0, max: 2 }),
    put: fc.array(fc.constantFrom(...Buffer.from('{}[],:"\\0123e.-+tfnu \n\u0001é'), 0xff), { maxLength: 2 }),
  })
  return fc.tuple(text, fc.array(damage, { maxLength: 2 })).map(([whole, damages]) =>
    damages.reduce((bytes, { at, cut, put }) => {
      const from = Math.floor(at * bytes.length)
      return Buffer.concat([bytes.subarray(0, from), Buffer.from(put), bytes.subarray(from + cut)])
    }, Buffer.from(whole)),
  )
}

/** A text in pieces that end anywhere. */
export function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => Buffer.from(bytes.subarray(ends[i - 1] ?? 0, end)))
}

export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
