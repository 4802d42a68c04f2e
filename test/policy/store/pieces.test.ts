/** The text of a file becomes documents, each for itself, and faults find their lines. */
import { describe, expect, test } from 'vitest'
import { cutDocuments, parsePiece, placeInPiece } from '../../../src/policy/store/pieces.ts'

describe('a file is cut where documents begin', () => {
  test.each<[string, [string, number][]]>([
    ['a: 1\n', [['a: 1\n', 0]]],
    [
      'a: 1\n---\nb: 2\n--- # c\nc: 3\n',
      [
        ['a: 1\n', 0],
        ['---\nb: 2\n', 1],
        ['--- # c\nc: 3\n', 3],
      ],
    ],
    ['---\na: 1', [['---\na: 1', 0]]],
    [
      'a: 1\n---\r\nb: 2',
      [
        ['a: 1\n', 0],
        ['---\r\nb: 2', 1],
      ],
    ],
    ['a: |\n  ---\n----\n', [['a: |\n  ---\n----\n', 0]]],
    ['%YAML 1.2\n---\na: 1\n---\nb: 2\n', [['%YAML 1.2\n---\na: 1\n---\nb: 2\n', 0]]],
    ['a: 1\n...\n---\nb: 2\n', [['a: 1\n...\n---\nb: 2\n', 0]]],
  ])('%j', (text, pieces) => {
    expect(cutDocuments(text).map(({ text: piece, linesBefore }) => [piece, linesBefore])).toEqual(pieces)
  })
})

describe('as Kuma reads YAML', () => {
  test.each<[string, unknown[]]>([
    ['', []],
    ['# nothing\n---\n', []],
    ['a: yes\nb: No\nc: y\n', [{ a: true, b: false, c: 'y' }]],
    ['a: &x {b: 1.5}\nc: {<<: *x, d: 2}\n', [{ a: { b: 1.5 }, c: { b: 1.5, d: 2 } }]],
    ['a: 1\na: 2.5\n', [{ a: 2.5 }]],
    ['a: 12:30\nb: 2026-01-31\n', [{ a: '12:30', b: '2026-01-31' }]],
    ['{"a": [1, "b"],\n "a": 2}', [{ a: 2 }]],
    ['---\n{"a": 1}\n', [{ a: 1 }]],
    ['{a: b}', [{ a: 'b' }]],
    ['%YAML 1.2\n---\na: 1\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['a: 1\n...\nb: 2\n', [{ a: 1 }, { b: 2 }]],
  ])('%j', (text, values) => expect(parsePiece(text)).toEqual(values.map((value) => ({ value, faults: [] }))))
})

describe('what is no YAML', () => {
  test.each([
    ['a: 1\nb: [c\n', 2],
    ['a: 1\n\tb: 2\n', 2],
    ['{"a": 1,\n "b"\n', 2],
  ])('%j has its fault in line %d or after it', (text, line) => {
    const [document, ...others] = parsePiece(text)
    expect(others).toEqual([])
    expect(document!.faults[0]).toMatchObject({ code: 'yaml', path: '' })
    expect(document!.faults[0]!.line).toBeGreaterThanOrEqual(line)
  })

  test('tells who it is as far as it goes', () => {
    const [document] = parsePiece('type: MeshAccessLog\nname: shop\nspec: {to: [\n')
    expect(document).toMatchObject({ value: { type: 'MeshAccessLog', name: 'shop' } })
    expect(document!.faults.length).toBeGreaterThan(0)
  })

  test('because its aliases multiply without end', () => {
    const level = (n: number) =>
      `l${n}: &l${n} [${Array(10)
        .fill(`*l${n - 1}`)
        .join(', ')}]`
    const bomb = `l0: &l0 [x]\n${[1, 2, 3, 4, 5, 6].map(level).join('\n')}\n`
    expect(parsePiece(bomb)[0]!.faults).toEqual([expect.objectContaining({ code: 'yaml' })])
  })
})

describe('what is nested without end is not even begun', () => {
  test.each([
    ['brackets', '['.repeat(20_000)],
    ['JSON', `{"a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['dashes', `${'- '.repeat(20_000)}a`],
    ['indentation', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('%s', (_, text) => {
    const message = expect.stringContaining('is nested more than 200 levels deep')
    expect(parsePiece(text)).toEqual([{ value: undefined, faults: [expect.objectContaining({ message })] }])
  })

  test('but brackets in texts are no nesting', () => {
    expect(parsePiece(`a: "${'[x] '.repeat(1_000)}"\n`)[0]!.faults).toEqual([])
  })
})

test('faults get the line and column of what they name, also within a list', () => {
  const fault = (path: string) => ({ code: 'wrong_type', path, message: 'is wrong.' })
  const text = 'kind: List\nitems:\n- kind: Mesh\n  metadata:\n    name: 5\n'
  const placed = placeInPiece([fault('metadata.name'), fault('')], { text, nth: 0, path: 'items[0]' })
  expect(placed).toEqual([
    { ...fault('metadata.name'), line: 5, column: 11 },
    { ...fault(''), line: 3, column: 3 },
  ])
})
