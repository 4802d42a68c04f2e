/** JSON formats as templates: order, kinds of values, and faults with their paths. */
import { describe, expect, test } from 'vitest'
import type { FormatError } from '../../src/errors.ts'
import { parseJsonFormat, parsePairs } from '../../src/format/json-template.ts'
import { operators } from '../../src/format/operators.ts'
import type { JsonTemplate } from '../../src/format/template.ts'

const options = { catalogue: operators }

/** The template as JSON again, strings with operators in angle brackets. */
function shape(node: JsonTemplate): unknown {
  switch (node.kind) {
    case 'object':
      return node.members.map(({ key, value }) => [key, shape(value)])
    case 'list':
      return { list: node.items.map(shape) }
    case 'constant':
      return node.value
    case 'text':
      return `<${node.parts.map((part) => (part.kind === 'literal' ? part.text : part.call.written)).join('·')}>`
  }
}

function parse(json: unknown): { shape: unknown; faults: FormatError[] } {
  const faults: FormatError[] = []
  return { shape: shape(parseJsonFormat(json, options, faults)), faults }
}

describe('json_format', () => {
  test('keys of every object are sorted by bytes, lists keep their order', () => {
    const { shape } = parse({ z: 1, é: 2, A: { b: [3, 'x'], a: null } })
    expect(shape).toEqual([
      [
        'A',
        [
          ['a', null],
          ['b', { list: [3, 'x'] }],
        ],
      ],
      ['z', 1],
      ['\xc3\xa9', 2],
    ])
  })

  test('strings are constants, lone operators or several pieces', () => {
    const { shape } = parse({ a: 'x', b: '%%', c: '%PROTOCOL%', d: ' %PROTOCOL%', e: '' })
    expect(shape).toEqual([
      ['a', 'x'],
      ['b', '%'],
      ['c', '<%PROTOCOL%>'],
      ['d', '< ·%PROTOCOL%>'],
      ['e', ''],
    ])
  })

  test('keys are never expanded', () => {
    expect(parse({ '%PROTOCOL%': 1, '%': 2 })).toEqual({
      shape: [
        ['%', 2],
        ['%PROTOCOL%', 1],
      ],
      faults: [],
    })
  })

  test('every fault says in which string it is', () => {
    const { faults } = parse({ a: '%NOPE%', b: { c: ['x', '%REQ()%'] }, d: 'ok' })
    expect(faults.map(({ path, code }) => [path, code])).toEqual([
      ['a', 'unknown_operator'],
      ['b.c[1]', 'argument_missing'],
    ])
  })

  test.each([[[]], ['x'], [null], [5], [undefined]])('%j is no JSON format', (json) => {
    expect(parse(json).faults[0]!.message).toMatch(/is an object/)
  })

  test('nesting has a bound', () => {
    let deep: unknown = 1
    for (let i = 0; i < 200; i++) deep = { a: deep }
    expect(parse(deep).faults.map(({ message }) => message)).toEqual(['More than 100 levels of nesting.'])
  })
})

test("a fault in Kuma's pairs is named by the place in the list", () => {
  const faults: FormatError[] = []
  parsePairs(
    [
      { key: 'a', value: '%PROTOCOL%' },
      { key: 'b', value: '%NOPE%' },
    ],
    options,
    faults,
  )
  expect(faults.map(({ path }) => path)).toEqual(['[1].value'])
})
